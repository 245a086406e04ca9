package dev.baton.partitioning.profile;

/**
 * What encoding and decoding all that crosses at a split point takes.
 *
 * @param codec its id, such as {@code int8+zstd}
 * @param bytes the encoded size
 * @param encode on one thread
 * @param decode on one thread
 */
public record CodecTime(String codec, long bytes, TimeSummary encode, TimeSummary decode) {
    public CodecTime {
        if (bytes < 0) {
            throw new IllegalArgumentException("codec %s: %d encoded bytes".formatted(codec, bytes));
        }
    }
}
