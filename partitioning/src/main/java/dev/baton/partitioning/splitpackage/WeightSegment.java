package dev.baton.partitioning.splitpackage;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * A stretch of {@code weights.bin} that can be verified without the rest. Every head's weights end where a segment ends.
 *
 * @param offset its first byte
 * @param bytes how many, at most {@link #MAX_BYTES}
 * @param sha256 their SHA-256 in lower-case hexadecimal
 */
public record WeightSegment(long offset, int bytes, String sha256) {
    /**
     * The largest segment: small enough to be held in memory until it is verified, and to be fetched again without regret;
     * large enough that a model of gigabytes has hundreds of segments, not millions.
     */
    public static final int MAX_BYTES = 4 << 20;

    public WeightSegment {
        if (offset < 0 || bytes < 1 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("a segment of %d bytes from %d: expected 1 to %d bytes from 0 or later"
                    .formatted(bytes, offset, MAX_BYTES));
        }
        Digests.requireSha256(sha256);
    }

    /** The first byte behind it. */
    @JsonIgnore
    public long end() {
        return offset + bytes;
    }
}
