package dev.baton.planning;

/**
 * A duration or size over one window, in short, as its source measured it. Unit: microseconds or bytes, as the name that it is
 * kept under says.
 *
 * @param count number of values; at least 1
 * @param variance of the values, not of their mean
 */
public record Moments(long count, double mean, double variance, double p50, double p95) {
    /** Of a normal distribution, 95 % lie below the mean plus so many standard deviations. */
    private static final double P95_DEVIATIONS = 1.645;

    public Moments {
        if (count < 1) {
            throw new IllegalArgumentException("moments must be of at least one value, but count is " + count);
        }
        requireMeasured("mean", mean);
        requireMeasured("variance", variance);
        requireMeasured("p50", p50);
        requireMeasured("p95", p95);
    }

    private static void requireMeasured(String name, double value) {
        if (!Double.isFinite(value) || value < 0) {
            throw new IllegalArgumentException(name + " must be finite and not negative, but was " + value);
        }
    }

    /** As of {@code count} values that all were {@code value}. */
    public static Moments exactly(long count, double value) {
        return new Moments(count, value, 0, value, value);
    }

    /**
     * How far values lie off their median, as a standard deviation: from the distance of the 95th percentile where that
     * is less, since a single request that met a pause makes the variance say nothing about the others.
     */
    public double spread() {
        double byPercentile = Math.max(0, p95 - p50) / P95_DEVIATIONS;
        double byVariance = Math.sqrt(variance);
        return count < 3 ? byVariance : Math.min(byPercentile, byVariance);
    }
}
