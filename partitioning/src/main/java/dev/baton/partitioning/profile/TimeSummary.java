package dev.baton.partitioning.profile;

import java.util.Arrays;

/**
 * A time that was measured several times.
 *
 * @param medianMicros half of the samples took no longer, in microseconds
 * @param p95Micros 95 % of the samples took no longer
 * @param spread how far apart the samples lie: the distance of their quartiles, relative to the median
 * @param samples how many there are
 */
public record TimeSummary(double medianMicros, double p95Micros, double spread, int samples) {
    public TimeSummary {
        if (!(medianMicros >= 0) || !(p95Micros >= medianMicros) || !(spread >= 0) || samples < 1) {
            throw new IllegalArgumentException(
                    "time of median %s µs, p95 %s µs, spread %s, %d samples: expected 0 ≤ median ≤ p95 and a sample"
                            .formatted(medianMicros, p95Micros, spread, samples));
        }
    }

    /** The summary of samples in nanoseconds. */
    public static TimeSummary ofNanos(long[] nanos) {
        double[] sorted = Arrays.stream(nanos).asDoubleStream().sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no samples, no summary");
        }
        double median = quantile(sorted, 0.5);
        double quartiles = quantile(sorted, 0.75) - quantile(sorted, 0.25);
        return new TimeSummary(
                median / 1e3,
                Math.max(median, quantile(sorted, 0.95)) / 1e3,
                median == 0 ? 0 : quartiles / median,
                sorted.length);
    }

    /** Between the nearest ranks, linearly. */
    private static double quantile(double[] sorted, double share) {
        double rank = share * (sorted.length - 1);
        int below = (int) rank;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
    }

    /** In milliseconds. */
    public double medianMillis() {
        return medianMicros / 1e3;
    }
}
