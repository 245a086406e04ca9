package dev.baton.edge.measure;

/**
 * Recent values of one quantity in short; the unit is that of the values.
 *
 * @param count    values summarised
 * @param variance of the values, not of their mean
 */
public record Summary(long count, double mean, double variance, double p50, double p95) {

    public Summary {
        if (count < 1) {
            throw new IllegalArgumentException("a summary needs at least one value, has " + count);
        }
    }
}
