package dev.baton.tail.measurement;

import dev.baton.schemas.records.Summary;
import java.time.Duration;
import java.util.Arrays;

/** Durations or counts of one window, in bounded memory: exact mean and variance, quantiles of at most the latest 1024. */
final class WindowSamples {

    private static final int KEPT = 1024;

    private double[] latest = new double[16];
    private long count;
    private double mean;
    private double squares;

    /** In microseconds. */
    void add(Duration duration) {
        add(duration.toNanos() / 1_000.0);
    }

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

    boolean isEmpty() {
        return count == 0;
    }

    Summary summary() {
        if (count == 0) {
            return Summary.getDefaultInstance();
        }
        double[] sorted = Arrays.copyOf(latest, (int) Math.min(count, KEPT));
        Arrays.sort(sorted);
        return Summary.newBuilder()
                .setCount(count)
                .setMean(mean)
                .setVariance(count > 1 ? squares / (count - 1) : 0)
                .setP50(quantile(sorted, 0.50))
                .setP95(quantile(sorted, 0.95))
                .build();
    }

    /** The nearest-rank quantile. */
    private static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }
}
