package dev.baton.orchestrator.fleet;

/**
 * A summary of one duration or size over one window, as its source measured it. Unit: microseconds or bytes, as the
 * name it is kept under says.
 *
 * @param count number of values; at least 1
 */
public record Summary(long count, double mean, double variance, double p50, double p95) {
    public Summary {
        if (count < 1) {
            throw new IllegalArgumentException("summary must hold at least one value, but count is " + count);
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
}
