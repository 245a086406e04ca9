package dev.baton.partitioning.profile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the time of operators of one kind follows from what they cost:
 * {@code micros = microsPerMegaflop · MFLOPs + microsPerMegabyte · MB + constantMicros}, each coefficient 0 or more. Its errors
 * are those of predicting operators that were left out of the fit, all of the same cost together.
 *
 * @param kind the kind of operator, or what is pooled
 * @param samples operators that were measured
 * @param different how many different costs they have
 * @param r2 share of the variance that predictions explain; below 0 they are worse than the mean, and 0 where nothing varies
 * @param relativeError root mean square of the errors, each relative to the larger of its operator's time and the kind's mean
 * @param residualP90Micros 90 % of the errors are no larger
 */
public record KindFit(
        String kind,
        double microsPerMegaflop,
        double microsPerMegabyte,
        double constantMicros,
        int samples,
        int different,
        double r2,
        double relativeError,
        double residualP90Micros) {

    private static final int FOLDS = 10;
    /** Where nothing could be left out, a prediction may be off by as much as it says. */
    private static final double UNKNOWN_ERROR = 1;

    /** Fits operators whose FLOPs are known; at least one. */
    static KindFit of(String kind, List<OperatorTime> times) {
        double[] coefficients = solve(times);
        List<List<OperatorTime>> folds = folds(times);
        double[] errors = new double[times.size()];
        double[] micros = new double[times.size()];
        int i = 0;
        for (List<OperatorTime> fold : folds) {
            List<OperatorTime> others = new ArrayList<>(times);
            others.removeAll(fold);
            double[] without = others.isEmpty() ? new double[3] : solve(others);
            for (OperatorTime left : fold) {
                micros[i] = left.micros();
                errors[i++] = left.micros() - NonNegativeLeastSquares.product(row(LayerCost.of(left)), without);
            }
        }
        double mean = Arrays.stream(micros).average().orElse(0);
        double squares = 0;
        double relativeSquares = 0;
        double variance = 0;
        for (int sample = 0; sample < errors.length; sample++) {
            double size = Math.max(micros[sample], mean);
            squares += errors[sample] * errors[sample];
            relativeSquares += size == 0 ? 0 : errors[sample] * errors[sample] / (size * size);
            variance += (micros[sample] - mean) * (micros[sample] - mean);
        }
        double[] sizes = Arrays.stream(errors).map(Math::abs).sorted().toArray();
        return new KindFit(
                kind,
                coefficients[0],
                coefficients[1],
                coefficients[2],
                times.size(),
                folds.stream().mapToInt(KindFit::differentCosts).sum(),
                variance == 0 ? 0 : 1 - squares / variance,
                folds.size() < 2 ? UNKNOWN_ERROR : Math.sqrt(relativeSquares / errors.length),
                sizes[(int) Math.ceil(0.9 * sizes.length) - 1]);
    }

    private static int differentCosts(List<OperatorTime> times) {
        return (int) times.stream().map(LayerCost::of).distinct().count();
    }

    /** Operators of the same cost stay together: models repeat their blocks, and a block would predict its own twin. */
    private static List<List<OperatorTime>> folds(List<OperatorTime> times) {
        Map<LayerCost, List<OperatorTime>> same = new LinkedHashMap<>();
        times.forEach(time -> same.computeIfAbsent(LayerCost.of(time), cost -> new ArrayList<>())
                .add(time));
        List<List<OperatorTime>> folds = new ArrayList<>();
        for (List<OperatorTime> group : same.values()) {
            if (folds.size() < FOLDS) {
                folds.add(new ArrayList<>());
            }
            int smallest = 0;
            for (int i = 1; i < folds.size(); i++) {
                smallest = folds.get(i).size() < folds.get(smallest).size() ? i : smallest;
            }
            folds.get(smallest).addAll(group);
        }
        return folds;
    }

    /** Long operators count relative to their time, short ones to the mean: neither giants nor dwarfs decide alone. */
    private static double[] solve(List<OperatorTime> times) {
        double mean = times.stream().mapToDouble(OperatorTime::micros).average().orElse(0);
        if (mean == 0) {
            return new double[3];
        }
        List<double[]> rows = new ArrayList<>();
        double[] values = new double[times.size()];
        for (int i = 0; i < values.length; i++) {
            OperatorTime time = times.get(i);
            double weight = 1 / Math.max(time.micros(), mean);
            rows.add(Arrays.stream(row(LayerCost.of(time)))
                    .map(value -> value * weight)
                    .toArray());
            values[i] = time.micros() * weight;
        }
        return NonNegativeLeastSquares.solve(rows, values);
    }

    private static double[] row(LayerCost cost) {
        return new double[] {cost.flops().orElseThrow() / 1e6, cost.bytes() / 1e6, 1};
    }

    /** The expected time of an operator whose FLOPs are known, in microseconds. */
    double micros(LayerCost cost) {
        return NonNegativeLeastSquares.product(
                row(cost), new double[] {microsPerMegaflop, microsPerMegabyte, constantMicros});
    }
}
