package dev.baton.benchmarks;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collection;

/** Nearest-rank quantiles of measured values. */
record Quantiles(double p50, double p95) {

    static Quantiles of(Collection<Double> values) {
        double[] sorted = sorted(values);
        return new Quantiles(rank(sorted, 0.50), rank(sorted, 0.95));
    }

    /** The quantile at a share between 0 and 1. */
    static double at(double share, Collection<Double> values) {
        return rank(sorted(values), share);
    }

    private static double[] sorted(Collection<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values, no quantiles");
        }
        return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    private static double rank(double[] sorted, double share) {
        return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }

    /** A value with a fixed number of decimals. */
    static String text(double value, int decimals) {
        return BigDecimal.valueOf(value)
                .setScale(decimals, RoundingMode.HALF_UP)
                .toPlainString();
    }
}
