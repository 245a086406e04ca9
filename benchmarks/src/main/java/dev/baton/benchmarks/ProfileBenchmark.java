package dev.baton.benchmarks;

import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDescription;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.profile.LayerTimeModel;
import dev.baton.partitioning.profile.MeasuredRun;
import dev.baton.partitioning.profile.ModelProfile;
import dev.baton.partitioning.profile.OperatorTime;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.profiling.PackageProfiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How well times are predicted that were not measured: heads and tails of split points left out, of models left out, and of
 * this machine with one thread as another device.
 */
final class ProfileBenchmark {

    private static final int SPLIT_POINTS = 16;

    /**
     * Errors in predicting heads and tails, each relative to what was measured.
     *
     * @param predicted how many were predicted
     * @param median    half of the errors are no larger
     * @param p90       nine of ten are no larger
     * @param covered   share that lay within the range stated for nine of ten
     */
    record Errors(int predicted, double median, double p90, double covered) {

        static Errors of(LayerTimeModel times, Collection<MeasuredRun> runs) {
            return of(runs.stream()
                    .flatMap(run -> Attempt.of(times, run).stream())
                    .toList());
        }

        static Errors of(List<Attempt> attempts) {
            double[] sorted =
                    attempts.stream().mapToDouble(Attempt::error).sorted().toArray();
            return sorted.length == 0
                    ? new Errors(0, Double.NaN, Double.NaN, Double.NaN)
                    : new Errors(
                            sorted.length,
                            sorted[(sorted.length - 1) / 2],
                            sorted[(int) Math.ceil(0.9 * sorted.length) - 1],
                            (double) attempts.stream().filter(Attempt::covered).count() / sorted.length);
        }

        private String text() {
            return predicted == 0
                    ? "unknown"
                    : "%.0f / %.0f %%, %.0f %%".formatted(100 * median, 100 * p90, 100 * covered);
        }
    }

    /** A prediction set beside what was measured. */
    record Attempt(double error, boolean covered) {

        static Optional<Attempt> of(LayerTimeModel times, MeasuredRun run) {
            return times.predict(run.layers())
                    .map(time -> new Attempt(Math.abs(time.micros() / run.micros() - 1), time.covers(run.micros())));
        }
    }

    /**
     * One model.
     *
     * @param wholeMillis   what the whole model takes
     * @param drift         what it took at the end over what it took at the beginning
     * @param within        split points left out, every second one in turn
     * @param across        this model left out altogether
     * @param acrossThree   but for three runs of it: the whole, a head and a tail from the middle
     * @param otherDevice   on one thread, from those three runs there
     */
    record Row(
            String model,
            double wholeMillis,
            double drift,
            Errors within,
            Errors across,
            Errors acrossThree,
            Errors otherDevice) {}

    record Found(String cpu, int threads, List<Row> models, List<String> absent) implements BenchmarkResult {

        @Override
        public List<String> lines() {
            Table table = new Table(
                    Column.left("model", 26),
                    Column.right("whole ms", 8),
                    Column.right("drift", 5),
                    Column.right("heads and tails", 7),
                    Column.right("split points left out", 20),
                    Column.right("model left out", 20),
                    Column.right("but for 3 runs", 20),
                    Column.right("1 thread, 3 runs", 20));
            List<String> lines = new ArrayList<>();
            lines.add(
                    "Predicted times of heads and tails on %s, %d threads: median / p90 of the relative error, and the share within the range stated for 90 %%"
                            .formatted(cpu, threads));
            lines.add(table.header());
            for (Row row : models) {
                lines.add(table.row(
                        row.model(),
                        Quantiles.text(row.wholeMillis(), 2),
                        Quantiles.text(row.drift(), 2),
                        row.within().predicted(),
                        row.within().text(),
                        row.across().text(),
                        row.acrossThree().text(),
                        row.otherDevice().text()));
            }
            absent.forEach(model -> lines.add("not there: " + model));
            return lines;
        }
    }

    private ProfileBenchmark() {}

    static Found run(Path models, List<String> names, boolean quick, Console console)
            throws IOException, InvalidModelException {
        Duration longest = Duration.ofSeconds(quick ? 2 : 20);
        PackageProfiler.Settings here = new PackageProfiler.Settings(
                PackageProfiler.Settings.defaults().device(),
                PackageProfiler.Settings.defaults().threads(),
                longest,
                List.of());
        PackageProfiler.Settings there = new PackageProfiler.Settings(here.device(), 1, longest, List.of());
        Map<String, ModelProfile> measured = new LinkedHashMap<>();
        Map<String, ModelProfile> elsewhere = new LinkedHashMap<>();
        List<String> absent = new ArrayList<>();
        for (String name : names) {
            Path file = models.resolve(name);
            if (!Files.isRegularFile(file)) {
                absent.add(name);
                continue;
            }
            Path directory = Files.createTempDirectory("baton-bench-profile-");
            Path target = directory.resolve("package");
            try {
                console.progress("Dividing " + name);
                SplitPackage splitPackage = divide(file, target);
                console.progress("Measuring %s".formatted(name));
                measured.put(name, PackageProfiler.profile(splitPackage, here, console::tick));
                console.progress("Measuring %s on one thread".formatted(name));
                elsewhere.put(name, PackageProfiler.profile(splitPackage, there, console::tick));
            } finally {
                if (Files.isDirectory(target)) {
                    BenchmarkFiles.delete(target);
                }
                Files.deleteIfExists(directory);
            }
        }
        console.clearProgress();
        List<Row> rows = new ArrayList<>();
        measured.forEach((name, profile) ->
                rows.add(row(name, profile, measured.values(), Objects.requireNonNull(elsewhere.get(name)))));
        var setup = PackageProfiler.setup(here);
        return new Found(setup.cpu(), setup.threads(), rows, absent);
    }

    private static SplitPackage divide(Path file, Path target) throws IOException, InvalidModelException {
        String name =
                String.valueOf(file.getFileName()).replaceAll("\\.onnx$", "").replaceAll("[^a-zA-Z0-9._-]", "_");
        DivisionRequest request = DivisionRequest.of(file, name)
                .withDescription(ModelDescription.beside(file))
                .withMaxSplitPoints(SPLIT_POINTS)
                .withCodecs(List.of());
        try (EngineGraphRunner runner = new EngineGraphRunner()) {
            return ModelDivider.divide(request, runner, target, ignored -> {});
        }
    }

    private static Row row(
            String name, ModelProfile profile, Collection<ModelProfile> measured, ModelProfile elsewhere) {
        List<ModelProfile> others = new ArrayList<>(measured);
        others.remove(profile);
        Optional<LayerTimeModel> ofOthers = LayerTimeModel.of(others);
        List<MeasuredRun> runs = parts(profile);
        List<MeasuredRun> three = three(profile);
        List<MeasuredRun> there = parts(elsewhere);
        List<MeasuredRun> threeThere = three(elsewhere);
        return new Row(
                name.substring(name.lastIndexOf('/') + 1).replaceAll("\\.onnx$", ""),
                profile.whole().medianMillis(),
                profile.drift(),
                within(profile, runs),
                ofOthers.map(times -> Errors.of(times, runs)).orElse(Errors.of(List.of())),
                ofOthers.map(times -> Errors.of(times.calibrated(three), without(runs, three)))
                        .orElse(Errors.of(List.of())),
                operators(profile)
                        .map(times -> Errors.of(times.calibrated(threeThere), without(there, threeThere)))
                        .orElse(Errors.of(List.of())));
    }

    private static Optional<LayerTimeModel> operators(ModelProfile profile) {
        List<OperatorTime> known = profile.operators().stream()
                .filter(operator -> operator.flops().isPresent())
                .toList();
        return known.isEmpty() ? Optional.empty() : Optional.of(LayerTimeModel.fit(known));
    }

    /** Heads and tails between the ends, one after the other: those of a split point are neighbours. */
    private static List<MeasuredRun> parts(ModelProfile profile) {
        List<MeasuredRun> runs = profile.runs();
        return runs.size() <= 2 ? List.of() : runs.subList(1, runs.size() - 1);
    }

    private static List<MeasuredRun> three(ModelProfile profile) {
        List<MeasuredRun> parts = parts(profile);
        int middle = parts.size() / 4 * 2;
        return List.of(profile.runs().getFirst(), parts.get(middle), parts.get(middle + 1));
    }

    private static List<MeasuredRun> without(List<MeasuredRun> runs, List<MeasuredRun> known) {
        List<MeasuredRun> left = new ArrayList<>(runs);
        left.removeAll(known);
        return left;
    }

    private static Errors within(ModelProfile profile, List<MeasuredRun> runs) {
        Optional<LayerTimeModel> times = operators(profile);
        if (times.isEmpty()) {
            return Errors.of(List.of());
        }
        List<Attempt> attempts = new ArrayList<>();
        for (int left = 0; left < 2; left++) {
            List<MeasuredRun> known = new ArrayList<>();
            List<MeasuredRun> unknown = new ArrayList<>();
            for (int i = 0; i < runs.size(); i++) {
                (i / 2 % 2 == left ? unknown : known).add(runs.get(i));
            }
            LayerTimeModel fitted = times.get().calibrated(known);
            unknown.forEach(run -> Attempt.of(fitted, run).ifPresent(attempts::add));
        }
        return Errors.of(attempts);
    }
}
