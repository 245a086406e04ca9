package dev.baton.tail.models;

/**
 * How long runs of one tail take, by the rows they have, and how often requests come.
 *
 * <p>A line through (rows, time) by least squares with exponential forgetting: a fixed part and a part for each row. While only one number of
 * rows was seen, nothing can be said of a fixed part: it counts as 0, and time as proportional to the rows, which errs towards
 * smaller batches. Any thread may ask and tell.
 */
public final class ServiceTime {

    /** Of earlier runs when one more is counted: about the last 50 count. */
    private static final double KEPT = 0.98;

    /** The same for gaps between arrivals, about the last 10. */
    private static final double KEPT_GAP = 0.9;

    private double weight;
    private double sumRows;
    private double sumNanos;
    private double sumRowsRows;
    private double sumRowsNanos;
    private long lastArrivalNanos;
    private double gapNanos = Double.POSITIVE_INFINITY;
    private boolean isFirstArrival = true;

    /** A run of {@code rows} rows took {@code nanos}. */
    public synchronized void ran(int rows, long nanos) {
        weight = KEPT * weight + 1;
        sumRows = KEPT * sumRows + rows;
        sumNanos = KEPT * sumNanos + nanos;
        sumRowsRows = KEPT * sumRowsRows + (double) rows * rows;
        sumRowsNanos = KEPT * sumRowsNanos + (double) rows * nanos;
    }

    /** A request came, at {@code nowNanos} of a monotonic clock. */
    public synchronized void arrived(long nowNanos) {
        if (!isFirstArrival) {
            double gap = Math.max(0, nowNanos - lastArrivalNanos);
            gapNanos = Double.isInfinite(gapNanos) ? gap : KEPT_GAP * gapNanos + (1 - KEPT_GAP) * gap;
        }
        isFirstArrival = false;
        lastArrivalNanos = nowNanos;
    }

    /** Expected nanoseconds of a run; 0 while nothing is known. */
    public synchronized long nanos(int rows) {
        if (weight == 0) {
            return 0;
        }
        double fixed = fixed();
        return Math.round(fixed + (sumNanos - weight * fixed) / sumRows * rows);
    }

    /** Nanoseconds of a run that do not grow with its rows. */
    public synchronized long fixedNanos() {
        return Math.round(fixed());
    }

    /** Usual nanoseconds between requests; infinite before the second. */
    public synchronized double arrivalGapNanos() {
        return gapNanos;
    }

    /** Nanoseconds that each row adds to a run. */
    public synchronized long rowNanos() {
        return weight == 0 ? 0 : Math.round((sumNanos - weight * fixed()) / sumRows);
    }

    private double fixed() {
        double spread = weight * sumRowsRows - sumRows * sumRows;
        if (spread <= 1e-6 * weight * weight) {
            return 0;
        }
        double perRow = (weight * sumRowsNanos - sumRows * sumNanos) / spread;
        double fixed = (sumNanos - perRow * sumRows) / weight;
        return Math.clamp(fixed, 0, sumNanos / weight);
    }
}
