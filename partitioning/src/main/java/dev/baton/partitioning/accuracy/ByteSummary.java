package dev.baton.partitioning.accuracy;

/** Encoded bytes of a sample: the mean and the 95th percentile over all samples. */
public record ByteSummary(double mean, long p95) {
    public ByteSummary {
        if (!(mean >= 0) || p95 < 0) {
            throw new IllegalArgumentException(
                    "%s bytes, 95th percentile %d: expected none negative".formatted(mean, p95));
        }
    }
}
