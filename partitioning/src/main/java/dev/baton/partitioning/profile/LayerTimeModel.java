package dev.baton.partitioning.profile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/*
 * Two steps, as two things are known. The engine times every operator, but only with most of its optimisations off: many small
 * samples that say how kinds of operator scale. And whole parts of models are timed as services run them: few samples, but of
 * what shall be predicted. So a regression by kind is fitted to the former, and scaled to the latter with one factor for each
 * group of kinds and a constant for each run. Another device needs the second step only, which is why a few measurements of it
 * suffice. Neurosurgeon (Kang et al., ASPLOS 2017) and nn-Meter (Zhang et al., MobiSys 2021) predict by layer, too; the latter with
 * forests over fused kernels, which needs thousands of samples for each device.
 */
/**
 * Predicts what a part of a model takes from the kinds and costs of its operators.
 *
 * @param kinds a fit for each kind of operator with enough samples
 * @param pooled fits over all kinds of a group, for kinds with few samples or none, by the group's name
 * @param matrixScale what a run at the services' optimisation level takes relative to the sum of its operators, for
 *     {@link KindGroup#MATRIX}
 * @param otherScale the same for {@link KindGroup#OTHER}
 * @param runMicros what each run takes besides
 * @param calibrationRuns how many runs that was fitted to; 0 when it was not
 * @param calibrationError root mean square of the relative errors in predicting runs that were left out of that fit: another
 *     model's where there are several models, otherwise one at a time
 */
public record LayerTimeModel(
        List<KindFit> kinds,
        List<KindFit> pooled,
        double matrixScale,
        double otherScale,
        double runMicros,
        int calibrationRuns,
        double calibrationError) {

    /** A kind needs so many different costs for a fit of its own. */
    private static final int ENOUGH_DIFFERENT = 4;

    /*
     * Few runs do not say much about two factors and a constant: they hold on to a common factor for both groups, and to no
     * constant. The strength is that of expecting measurements to be off by 5 %, group factors to differ from the common one by a
     * half, and the constant to be below a fifth of the shortest run.
     */
    private static final double NOISE = 0.05;
    private static final double SCALES_DIFFER = 0.5;
    private static final double RUN_SHARE = 0.2;

    public LayerTimeModel {
        kinds = List.copyOf(kinds);
        pooled = List.copyOf(pooled);
    }

    /**
     * Fits operators that were measured, of one or several models on one device. Operators of unknown cost are left out.
     *
     * @throws IllegalArgumentException when none is left
     */
    public static LayerTimeModel fit(Collection<OperatorTime> measured) {
        Map<String, List<OperatorTime>> byKind = new TreeMap<>();
        Map<KindGroup, List<OperatorTime>> byGroup = new EnumMap<>(KindGroup.class);
        for (OperatorTime time : measured) {
            if (time.flops().isPresent()) {
                byKind.computeIfAbsent(time.kind(), kind -> new ArrayList<>()).add(time);
                byGroup.computeIfAbsent(KindGroup.of(time.kind()), group -> new ArrayList<>())
                        .add(time);
            }
        }
        if (byKind.isEmpty()) {
            throw new IllegalArgumentException(
                    "%d measured operators, none of known cost: nothing to fit".formatted(measured.size()));
        }
        List<KindFit> kinds = byKind.entrySet().stream()
                .map(entry -> KindFit.of(entry.getKey(), entry.getValue()))
                .filter(fit -> fit.different() >= ENOUGH_DIFFERENT)
                .toList();
        List<KindFit> pooled = byGroup.entrySet().stream()
                .map(entry -> KindFit.of(entry.getKey().name(), entry.getValue()))
                .toList();
        return new LayerTimeModel(kinds, pooled, 1, 1, 0, 0, 0);
    }

    /**
     * The same regression scaled to runs, of this device or of another one. Runs with an operator of unknown cost are left out;
     * when none is left, nothing changes.
     */
    public LayerTimeModel calibrated(Collection<MeasuredRun> measured) {
        List<Run> runs =
                measured.stream().flatMap(run -> Run.of(this, run).stream()).toList();
        if (runs.isEmpty()) {
            return this;
        }
        double[] scales = scales(runs);
        return new LayerTimeModel(kinds, pooled, scales[0], scales[1], scales[2], runs.size(), leftOutError(runs));
    }

    /** What the sum of a run's operators is by group, and what it took. */
    private record Run(String model, double matrix, double other, double micros) {

        static Optional<Run> of(LayerTimeModel model, MeasuredRun run) {
            return model.sums(run.layers())
                    .filter(sums -> sums.matrix() + sums.other() > 0)
                    .map(sums -> new Run(run.model(), sums.matrix(), sums.other(), run.micros()));
        }

        double predicted(double[] scales) {
            return matrix * scales[0] + other * scales[1] + scales[2];
        }
    }

    private static double[] scales(List<Run> runs) {
        double common = common(runs);
        double shortest = runs.stream().mapToDouble(Run::micros).min().orElseThrow();
        List<double[]> rows = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (Run run : runs) {
            rows.add(new double[] {run.matrix() / run.micros(), run.other() / run.micros(), 1 / run.micros()});
            values.add(1.0);
        }
        double held = NOISE / SCALES_DIFFER;
        rows.add(new double[] {held / common, 0, 0});
        values.add(held);
        rows.add(new double[] {0, held / common, 0});
        values.add(held);
        rows.add(new double[] {0, 0, NOISE / (RUN_SHARE * shortest)});
        values.add(0.0);
        return NonNegativeLeastSquares.solve(
                rows, values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** One factor for everything: the median, which a run disturbed by something else does not move. */
    private static double common(List<Run> runs) {
        double[] ratios = runs.stream()
                .mapToDouble(run -> run.micros() / (run.matrix() + run.other()))
                .sorted()
                .toArray();
        return ratios[ratios.length / 2];
    }

    private static double leftOutError(List<Run> runs) {
        boolean severalModels = runs.stream().map(Run::model).distinct().count() > 1;
        double squares = 0;
        for (int i = 0; i < runs.size(); i++) {
            Run left = runs.get(i);
            List<Run> others = new ArrayList<>(runs);
            if (severalModels) {
                others.removeIf(run -> run.model().equals(left.model()));
            } else {
                others.remove(i);
            }
            double error = others.isEmpty() ? 1 : left.predicted(scales(others)) / left.micros() - 1;
            squares += error * error;
        }
        return Math.sqrt(squares / runs.size());
    }

    /**
     * The expected time of a run of these operators; empty when the cost of one is unknown, or no operator of its group was
     * measured.
     */
    public Optional<PredictedTime> predict(List<LayerCost> layers) {
        return sums(layers).map(sums -> {
            double micros = sums.matrix() * matrixScale + sums.other() * otherScale + runMicros;
            double error = calibrationRuns > 0 ? calibrationError * micros : sums.error();
            return new PredictedTime(micros, error);
        });
    }

    /** Sums of operators' expected times as they were measured, before any scaling. */
    private record Sums(double matrix, double other, double error) {}

    private Optional<Sums> sums(List<LayerCost> layers) {
        double matrix = 0;
        double other = 0;
        Map<String, Double> errors = new TreeMap<>();
        for (LayerCost layer : layers) {
            Optional<KindFit> fit = layer.flops().isPresent() ? fitFor(layer.kind()) : Optional.empty();
            if (fit.isEmpty()) {
                return Optional.empty();
            }
            double micros = fit.get().micros(layer);
            switch (KindGroup.of(layer.kind())) {
                case MATRIX -> matrix += micros;
                case OTHER -> other += micros;
            }
            errors.merge(fit.get().kind(), micros * fit.get().relativeError(), Double::sum);
        }
        // Within a kind errors point the same way, between kinds they do not.
        double error =
                Math.sqrt(errors.values().stream().mapToDouble(own -> own * own).sum());
        return Optional.of(new Sums(matrix, other, error));
    }

    private Optional<KindFit> fitFor(String kind) {
        return kinds.stream().filter(fit -> fit.kind().equals(kind)).findFirst().or(() -> pooled.stream()
                .filter(fit -> fit.kind().equals(KindGroup.of(kind).name()))
                .findFirst());
    }

    /** The fits with the most samples first, kinds before pools. */
    public List<KindFit> fits() {
        List<KindFit> all = new ArrayList<>(kinds);
        all.sort(Comparator.comparingInt(KindFit::samples).reversed());
        all.addAll(pooled);
        return all;
    }

    /** Everything that can be fitted to a device's profiles: every operator, then every run. */
    public static Optional<LayerTimeModel> of(Collection<ModelProfile> profiles) {
        List<OperatorTime> operators = profiles.stream()
                .flatMap(profile -> profile.operators().stream())
                .toList();
        if (operators.stream().noneMatch(operator -> operator.flops().isPresent())) {
            return Optional.empty();
        }
        return Optional.of(fit(operators)
                .calibrated(profiles.stream()
                        .flatMap(profile -> profile.runs().stream())
                        .toList()));
    }
}
