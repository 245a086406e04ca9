package dev.baton.planning.replay;

import dev.baton.planning.Moments;
import java.util.Arrays;
import java.util.Optional;

/** Values that came in during a window. */
final class Series {

    private double[] values = new double[16];
    private int count;

    void add(double value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = value;
    }

    int count() {
        return count;
    }

    void clear() {
        count = 0;
    }

    /** Their summary; empty where none came. */
    Optional<Moments> moments() {
        if (count == 0) {
            return Optional.empty();
        }
        double[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        double mean = Arrays.stream(sorted).average().orElseThrow();
        double variance = Arrays.stream(sorted)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();
        return Optional.of(new Moments(count, mean, variance, quantile(sorted, 0.5), quantile(sorted, 0.95)));
    }

    /** Between the nearest ranks, linearly; of values in order. */
    static double quantile(double[] sorted, double share) {
        double rank = share * (sorted.length - 1);
        int below = (int) rank;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
    }
}
