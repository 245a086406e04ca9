package dev.baton.edge.measure;

import java.util.Arrays;
import java.util.Optional;

/** The last values of one quantity, at most {@value #CAPACITY}. Any thread may add. */
public final class RecentValues {

    /** Enough for a stable 95th percentile, few enough that a change shows within seconds of traffic. */
    static final int CAPACITY = 64;

    private final double[] values = new double[CAPACITY];
    private long added;

    public synchronized void add(double value) {
        values[(int) (added % CAPACITY)] = value;
        added++;
    }

    /** Empty when nothing was ever added. */
    public Optional<Summary> summary() {
        double[] sorted = snapshot();
        if (sorted.length == 0) {
            return Optional.empty();
        }
        Arrays.sort(sorted);
        double mean = Arrays.stream(sorted).average().orElseThrow();
        double squares = Arrays.stream(sorted).map(v -> (v - mean) * (v - mean)).sum();
        double variance = sorted.length == 1 ? 0 : squares / (sorted.length - 1);
        return Optional.of(new Summary(sorted.length, mean, variance, at(sorted, 0.50), at(sorted, 0.95)));
    }

    private synchronized double[] snapshot() {
        return Arrays.copyOf(values, (int) Math.min(added, CAPACITY));
    }

    private static double at(double[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))];
    }
}
