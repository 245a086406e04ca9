package dev.baton.edge.measure;

import java.util.Arrays;
import java.util.Optional;

/** The values of one quantity during one window: exact mean and variance, quantiles of the latest {@value #KEPT}. Not safe for threads. */
final class WindowValues {

    static final int KEPT = 256;

    private double[] latest = new double[8];
    private long count;
    private double mean;
    private double squares;

    void add(double value) {
        int slot = (int) (count % KEPT);
        if (slot >= latest.length) {
            latest = Arrays.copyOf(latest, Math.min(KEPT, latest.length * 2));
        }
        latest[slot] = value;
        count++;
        // Welford's running variance: no loss of digits however large the mean is.
        double distance = value - mean;
        mean += distance / count;
        squares += distance * (value - mean);
    }

    /** Empty when there was no value. */
    Optional<Summary> summary() {
        if (count == 0) {
            return Optional.empty();
        }
        double[] sorted = Arrays.copyOf(latest, (int) Math.min(count, KEPT));
        Arrays.sort(sorted);
        double variance = count == 1 ? 0 : squares / (count - 1);
        return Optional.of(new Summary(count, mean, variance, quantile(sorted, 0.50), quantile(sorted, 0.95)));
    }

    private static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    }
}
