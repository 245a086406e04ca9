package dev.baton.planning.link;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A straight line through transfer times: {@code nanos = fixedNanos + nanosPerByte * bytes}, with how sure it is.
 *
 * @param fixedVariance of {@code fixedNanos}, nanoseconds squared
 * @param slopeVariance of {@code nanosPerByte}
 * @param covariance    of the two
 * @param residual      robust standard deviation of one transfer around the line, nanoseconds
 * @param early         the same of those below the line alone; delays only add up, so it is the smaller one on most links
 * @param samples       transfers it rests on
 */
record TransferLine(
        double fixedNanos,
        double nanosPerByte,
        double fixedVariance,
        double slopeVariance,
        double covariance,
        double residual,
        double early,
        int samples) {

    /*
     * An MM-estimate (Yohai 1987, "High breakdown-point and high efficiency robust estimates for regression"): a start
     * that many bad values cannot move, then weighted least squares that reweights each transfer by its distance from
     * the line with Tukey's biweight, which gives standard errors and wastes little of what good values say.
     *
     * The start is the Theil-Sen line: its slope is the median of the slopes of all pairs (Sen 1968, "Estimates of the
     * regression coefficient based on Kendall's tau"). Up to 29 % of the transfers may be outliers, and on a radio link many
     * are, so least squares alone would follow every retransmission. Quadratic in at most LinkEstimator.MAX_SAMPLES.
     *
     * Forgetting is exponential: a transfer of age t weighs 2^(-t / HALF_LIFE), read as a larger variance, as the link may
     * have drifted since. So errors grow while nobody looks.
     *
     * After a step few transfers are left. What was known before it stays as a belief, much less sure, which the first
     * new transfers outweigh where they tell anything: two rows in the same normal equations.
     */
    private static final double HALF_LIFE_NANOS = 8e9;

    static final int MIN_SAMPLES = 4;
    static final long MIN_SPREAD_BYTES = 200;

    private static final int MIN_SLOPES = 3;
    private static final int ITERATIONS = 6;
    private static final double BIWEIGHT = 4.685;
    private static final double MAD_TO_DEVIATION = 1.4826;

    /** Below this a clock read around a system call says nothing. */
    static final double RESOLUTION_NANOS = 20_000;

    private static final double BELIEF_FIXED_SHARE = 0.25;
    private static final double BELIEF_FIXED_NANOS = 2e6;
    private static final double BELIEF_SLOPE_TIMES = 100;

    /** What was sent, how long it took, and when it was acknowledged. */
    record Transfer(long bytes, long nanos, long startedNanos, long ackedNanos) {}

    /** Empty where the transfers, and what was believed {@code before} a step, do not tell fixed part and slope apart. */
    static Optional<TransferLine> through(List<Transfer> transfers, Optional<TransferLine> before, long nowNanos) {
        int count = transfers.size();
        if (count == 0) {
            return Optional.empty();
        }
        double[] bytes = new double[count];
        double[] nanos = new double[count];
        double[] weights = new double[count];
        for (int i = 0; i < count; i++) {
            Transfer transfer = transfers.get(i);
            bytes[i] = transfer.bytes();
            nanos[i] = transfer.nanos();
            weights[i] = Math.pow(2, -Math.max(0, nowNanos - transfer.ackedNanos()) / HALF_LIFE_NANOS);
        }
        Rows rows = new Rows(bytes, nanos, weights, before);
        Optional<double[]> start = theilSen(bytes, nanos);
        if (start.isEmpty() && before.isEmpty()) {
            return Optional.empty();
        }
        return start.isPresent() ? rows.reweighted(start.get()[0], start.get()[1]) : rows.plain();
    }

    double predict(double bytes) {
        return fixedNanos + nanosPerByte * bytes;
    }

    /** Standard deviation of one transfer of {@code bytes} around {@link #predict}: the line's own and the residual's. */
    double deviation(double bytes) {
        return deviation(bytes, residual);
    }

    /** The same below the line, for transfers that arrive early. */
    double earlyDeviation(double bytes) {
        return deviation(bytes, early);
    }

    private double deviation(double bytes, double ofOne) {
        double ofLine = fixedVariance + 2 * bytes * covariance + bytes * bytes * slopeVariance;
        return Math.sqrt(Math.max(0, ofLine) + ofOne * ofOne);
    }

    /** The same line, nothing new having been learned for so long. */
    TransferLine aged(Duration age) {
        double older = Math.pow(2, age.toNanos() / HALF_LIFE_NANOS);
        return new TransferLine(
                fixedNanos,
                nanosPerByte,
                fixedVariance * older,
                slopeVariance * older,
                covariance * older,
                residual,
                early,
                samples);
    }

    double slopeError() {
        return Math.sqrt(slopeVariance);
    }

    double fixedError() {
        return Math.sqrt(fixedVariance);
    }

    /** Whether larger records visibly take longer. */
    boolean seesBytes() {
        return nanosPerByte > 2 * slopeError();
    }

    /** The largest time a byte can reasonably take. */
    double mostNanosPerByte() {
        return nanosPerByte + 2 * slopeError();
    }

    private static Optional<double[]> theilSen(double[] bytes, double[] nanos) {
        int count = bytes.length;
        double spread = spread(bytes);
        if (count < MIN_SAMPLES || spread < MIN_SPREAD_BYTES) {
            return Optional.empty();
        }
        double[] slopes = new double[count * (count - 1) / 2];
        int found = 0;
        for (int i = 0; i < count; i++) {
            for (int j = i + 1; j < count; j++) {
                double distance = bytes[j] - bytes[i];
                if (Math.abs(distance) >= spread / 4) {
                    slopes[found++] = (nanos[j] - nanos[i]) / distance;
                }
            }
        }
        if (found < MIN_SLOPES) {
            return Optional.empty();
        }
        double slope = Math.max(0, median(Arrays.copyOf(slopes, found)));
        double[] fixed = new double[count];
        for (int i = 0; i < count; i++) {
            fixed[i] = nanos[i] - slope * bytes[i];
        }
        return Optional.of(new double[] {Math.max(0, median(fixed)), slope});
    }

    private static double spread(double[] bytes) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (double value : bytes) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        return most - least;
    }

    static double median(double[] values) {
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    /** The normal equations of weighted least squares: one row a transfer, and two for what was believed. */
    private static final class Rows {

        private final double[] bytes;
        private final double[] nanos;
        private final double[] forgetting;
        private final double[] weights;
        private final Optional<TransferLine> before;
        private double fixed;
        private double slope;
        private double residual;

        Rows(double[] bytes, double[] nanos, double[] forgetting, Optional<TransferLine> before) {
            this.bytes = bytes;
            this.nanos = nanos;
            this.forgetting = forgetting;
            this.weights = forgetting.clone();
            this.before = before;
        }

        Optional<TransferLine> reweighted(double startFixed, double startSlope) {
            fixed = startFixed;
            slope = startSlope;
            for (int i = 0; i < ITERATIONS; i++) {
                residual = spreadAround();
                reweigh();
                if (!solve()) {
                    return Optional.empty();
                }
            }
            return Optional.of(line());
        }

        /** With hardly a handful of transfers there is no telling which of them is the outlier. */
        Optional<TransferLine> plain() {
            residual = before.map(TransferLine::residual).orElse(RESOLUTION_NANOS);
            if (!solve()) {
                return Optional.empty();
            }
            if (nanos.length >= MIN_SAMPLES) {
                residual = Math.max(residual, spreadAround());
            }
            return Optional.of(line());
        }

        /** The median absolute deviation, scaled to the standard deviation of a normal distribution. */
        private double spreadAround() {
            double[] distances = new double[nanos.length];
            for (int i = 0; i < nanos.length; i++) {
                distances[i] = Math.abs(distance(i));
            }
            double fewSamples = Math.sqrt(nanos.length / Math.max(1.0, nanos.length - 2.0));
            double spread = MAD_TO_DEVIATION * median(distances) * fewSamples;
            double believed = nanos.length < 2 * MIN_SAMPLES
                    ? before.map(TransferLine::residual).orElse(0.0)
                    : 0.0;
            return Math.max(RESOLUTION_NANOS, Math.max(spread, believed));
        }

        /** The same over the transfers below the line; with few of them there is no telling. */
        private double spreadBelow() {
            double[] below = new double[nanos.length];
            int found = 0;
            for (int i = 0; i < nanos.length; i++) {
                if (distance(i) < 0) {
                    below[found++] = -distance(i);
                }
            }
            if (found < MIN_SAMPLES) {
                return residual;
            }
            double spread = MAD_TO_DEVIATION * median(Arrays.copyOf(below, found));
            return Math.clamp(spread, RESOLUTION_NANOS, residual);
        }

        private void reweigh() {
            for (int i = 0; i < nanos.length; i++) {
                double far = distance(i) / (BIWEIGHT * residual);
                double kept = Math.max(0, 1 - far * far);
                weights[i] = forgetting[i] * kept * kept;
            }
        }

        private double distance(int i) {
            return nanos[i] - fixed - slope * bytes[i];
        }

        private double ones;
        private double first;
        private double second;

        private boolean solve() {
            ones = 0;
            first = 0;
            second = 0;
            double rightOne = 0;
            double rightBytes = 0;
            for (int i = 0; i < nanos.length; i++) {
                ones += weights[i];
                first += weights[i] * bytes[i];
                second += weights[i] * bytes[i] * bytes[i];
                rightOne += weights[i] * nanos[i];
                rightBytes += weights[i] * bytes[i] * nanos[i];
            }
            if (before.isPresent()) {
                TransferLine believed = before.get();
                double fixedDeviation =
                        Math.max(BELIEF_FIXED_NANOS, BELIEF_FIXED_SHARE * believed.fixedNanos) + believed.fixedError();
                double slopeDeviation = BELIEF_SLOPE_TIMES * (believed.nanosPerByte + believed.slopeError()) + 1e-3;
                double fixedWeight = square(residual / fixedDeviation);
                double slopeWeight = square(residual / slopeDeviation);
                ones += fixedWeight;
                second += slopeWeight;
                rightOne += fixedWeight * believed.fixedNanos;
                rightBytes += slopeWeight * believed.nanosPerByte;
            }
            double determinant = ones * second - first * first;
            if (!(determinant > 1e-9 * ones * second)) {
                return false;
            }
            fixed = (second * rightOne - first * rightBytes) / determinant;
            slope = (ones * rightBytes - first * rightOne) / determinant;
            if (slope < 0) {
                slope = 0;
                fixed = rightOne / ones;
            } else if (fixed < 0) {
                fixed = 0;
                slope = rightBytes / second;
            }
            return true;
        }

        private TransferLine line() {
            double determinant = ones * second - first * first;
            double variance = residual * residual;
            return new TransferLine(
                    fixed,
                    slope,
                    variance * second / determinant,
                    variance * ones / determinant,
                    -variance * first / determinant,
                    residual,
                    spreadBelow(),
                    nanos.length);
        }

        private static double square(double value) {
            return value * value;
        }
    }
}
