package dev.baton.partitioning.splitpackage;

/**
 * What a codec does to a split point's activations, measured on the probe input.
 *
 * @param codec its id, such as {@code int8+zstd}
 * @param bytes the encoded size of all crossing tensors
 * @param maxOutputRelativeError the largest over the model's outputs of max|a−b| / max|b|, against the whole model
 */
public record CodecMeasurement(String codec, long bytes, double maxOutputRelativeError) {
    public CodecMeasurement {
        if (bytes < 0) {
            throw new IllegalArgumentException("codec %s: %d encoded bytes".formatted(codec, bytes));
        }
        if (!(maxOutputRelativeError >= 0)) {
            throw new IllegalArgumentException(
                    "codec %s: relative error %s, expected 0 or more".formatted(codec, maxOutputRelativeError));
        }
    }
}
