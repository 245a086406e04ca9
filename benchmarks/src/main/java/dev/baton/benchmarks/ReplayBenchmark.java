package dev.baton.benchmarks;

import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.planning.CloudPrice;
import dev.baton.planning.Preferences;
import dev.baton.planning.change.ChangeSettings;
import dev.baton.planning.device.Device;
import dev.baton.planning.device.DeviceCatalog;
import dev.baton.planning.replay.Costs;
import dev.baton.planning.replay.LinkKind;
import dev.baton.planning.replay.PolicyResult;
import dev.baton.planning.replay.Replay;
import dev.baton.planning.replay.ReplayResult;
import dev.baton.planning.replay.Scenario;
import dev.baton.whatif.Question;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** How far our planning is from an oracle that knows the link, on generated traces of radio links. */
final class ReplayBenchmark {

    private static final List<LinkKind> LINKS =
            List.of(LinkKind.LTE_DRIVE, LinkKind.LTE_WALK, LinkKind.LTE_STATIC, LinkKind.WIFI);
    private static final String EDGE = "raspberry-pi-4";

    /** The edge node as it is, and as ones that take so many times as long. */
    private static final List<Double> SLOWED = List.of(1.0, 4.0, 16.0);

    private static final String TAIL = "t4-gpu";
    private static final int SECONDS = 300;
    private static final double MOST_PER_SECOND = 5;

    /** The edge node alone would be busy for this share of the time, at most. */
    private static final double EDGE_SHARE = 0.5;

    /** Clients give each request this times what the edge alone takes. */
    private static final double DEADLINE = 2;

    private static final double LIMIT = 0.10;

    /** Where the oracle gains no more over what never changes, one placement is the best throughout. */
    private static final double THROUGHOUT = 0.01;

    private ReplayBenchmark() {}

    /**
     * One replay.
     *
     * @param slowed how many times as long the edge node takes as the device
     * @param cloudMillis cloud-only, with pictures where clients send them
     * @param best what never changes and is best in hindsight
     * @param beatenIn what of it our planning beat
     */
    record Row(
            String model,
            double slowed,
            String link,
            long seed,
            double oursMillis,
            double bestMillis,
            double oracleMillis,
            double edgeMillis,
            double cloudMillis,
            double oursInTime,
            double bestInTime,
            double regret,
            double bestRegret,
            int switches,
            String best,
            List<String> beatenIn) {

        /** Whether the oracle itself has nothing to gain from changing. */
        boolean oneIsBestThroughout() {
            return bestRegret <= THROUGHOUT;
        }

        boolean beats() {
            return !beatenIn.isEmpty();
        }

        /** By how much longer ours took than what never changes and is best in hindsight; negative where it took less. */
        double longerThanBest() {
            return oursMillis / bestMillis - 1;
        }

        private String against() {
            String by = "%s %s"
                    .formatted(Found.percent(Math.abs(longerThanBest())), longerThanBest() > 0 ? "slower" : "faster");
            return beats()
                    ? "%s, beaten in %s".formatted(by, String.join(", ", beatenIn))
                    : oneIsBestThroughout() ? by + ", one is best throughout" : by;
        }
    }

    record Found(List<Row> rows, List<String> absent) implements BenchmarkResult {

        @Override
        public List<String> lines() {
            Table table = new Table(
                    Column.left("model", 20),
                    Column.left("edge", 5),
                    Column.left("trace", 12),
                    Column.right("ours ms", 8),
                    Column.right("best static", 11),
                    Column.right("oracle", 8),
                    Column.right("edge", 8),
                    Column.right("cloud", 8),
                    Column.right("in time", 8),
                    Column.right("static", 8),
                    Column.right("regret", 8),
                    Column.right("of static", 9),
                    Column.right("switches", 8),
                    Column.left("best static is", 24),
                    Column.left("ours against it", 15));
            List<String> lines = new ArrayList<>();
            lines.add(
                    "Mean latency over %d s of each trace; edge %s, or slower; tail %s; deadline: %s times what the edge alone takes"
                            .formatted(SECONDS, EDGE, TAIL, DEADLINE));
            lines.add(table.header());
            rows.forEach(row -> lines.add(table.row(
                    row.model(),
                    "× %.0f".formatted(row.slowed()),
                    "%s-%d".formatted(row.link(), row.seed()),
                    Quantiles.text(row.oursMillis(), 1),
                    Quantiles.text(row.bestMillis(), 1),
                    Quantiles.text(row.oracleMillis(), 1),
                    Quantiles.text(row.edgeMillis(), 1),
                    Quantiles.text(row.cloudMillis(), 1),
                    percent(row.oursInTime()),
                    percent(row.bestInTime()),
                    percent(row.regret()),
                    percent(row.bestRegret()),
                    row.switches(),
                    row.best(),
                    row.against())));
            absent.forEach(model -> lines.add("not there: " + model));
            lines.add("Mean over the traces of each model and edge node, and the end that is better over all of them:");
            rows.stream()
                    .collect(Collectors.groupingBy(
                            row -> "%s × %.0f".formatted(row.model(), row.slowed()),
                            LinkedHashMap::new,
                            Collectors.toList()))
                    .forEach((name, of) -> lines.add(overAll(name, of)));
            lines.addAll(summary());
            return lines;
        }

        private static String overAll(String name, List<Row> of) {
            double ours = mean(of, Row::oursMillis);
            double edge = mean(of, Row::edgeMillis);
            double cloud = mean(of, Row::cloudMillis);
            double end = Math.min(edge, cloud);
            return "%-24s ours %6.1f ms, %-18s %6.1f ms, oracle %6.1f ms: %s"
                    .formatted(
                            name,
                            ours,
                            end == edge ? "edge-only" : "cloud-only",
                            end,
                            mean(of, Row::oracleMillis),
                            ours < 0.999 * end ? "beaten by " + percent(1 - ours / end) : "not beaten");
        }

        private static double mean(List<Row> of, ToDoubleFunction<Row> what) {
            return of.stream().mapToDouble(what).average().orElse(0);
        }

        private List<String> summary() {
            if (rows.isEmpty()) {
                return List.of("no model, no replay");
            }
            long within = rows.stream().filter(row -> row.regret() <= LIMIT).count();
            double worst = rows.stream().mapToDouble(Row::regret).max().orElse(0);
            double mean = rows.stream().mapToDouble(Row::regret).average().orElse(0);
            double fixed = rows.stream().mapToDouble(Row::bestRegret).average().orElse(0);
            List<String> lines = new ArrayList<>();
            lines.add(
                    "regret against the oracle: mean %s, worst %s; at most %s in %d of %d replays; the best static in hindsight: mean %s"
                            .formatted(
                                    percent(mean),
                                    percent(worst),
                                    percent(LIMIT),
                                    within,
                                    rows.size(),
                                    percent(fixed)));
            rows.stream()
                    .collect(Collectors.groupingBy(Row::link, LinkedHashMap::new, Collectors.toList()))
                    .forEach((link, of) -> lines.add("%-12s regret: mean %s, at most %s in %d of %d"
                            .formatted(
                                    link,
                                    percent(mean(of, Row::regret)),
                                    percent(LIMIT),
                                    of.stream()
                                            .filter(row -> row.regret() <= LIMIT)
                                            .count(),
                                    of.size())));
            lines.add(
                    "the best static in hindsight, for each trace, against ours in mean latency or requests in time:");
            lines.add(against(
                    "where the oracle gains at most %s over it: one placement is best throughout"
                            .formatted(percent(THROUGHOUT)),
                    rows.stream().filter(Row::oneIsBestThroughout).toList()));
            lines.add(against(
                    "where changing pays",
                    rows.stream().filter(row -> !row.oneIsBestThroughout()).toList()));
            return lines;
        }

        private static String against(String where, List<Row> of) {
            List<Row> lost = of.stream().filter(row -> !row.beats()).toList();
            return "  %s: %d replays; ours beats it in %d, and is slower in the others by %s in the mean, %s at most"
                    .formatted(
                            where,
                            of.size(),
                            of.size() - lost.size(),
                            percent(mean(lost, Row::longerThanBest)),
                            percent(lost.stream()
                                    .mapToDouble(Row::longerThanBest)
                                    .max()
                                    .orElse(0)));
        }

        private static String percent(double share) {
            return String.format(Locale.ROOT, "%.1f %%", 100 * share);
        }
    }

    static Found run(Path home, Path models, List<String> names, boolean quick, Console console)
            throws IOException, InvalidModelException {
        List<Path> files = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        files.add(home.resolve("gauge-model/model/gauge.onnx"));
        for (String name : names) {
            Path file = models.resolve(name);
            if (Files.isRegularFile(file)) {
                files.add(file);
            } else {
                absent.add(name);
            }
        }
        Path picture = models.resolve("inputs/photos/winml_dog.jpg");
        List<Row> rows = new ArrayList<>();
        for (Path file : files) {
            console.progress("Dividing " + file.getFileName());
            try (DividedModel model = DividedModel.of(home, file, picture)) {
                replay(model, quick, console, rows);
            }
        }
        console.clearProgress();
        return new Found(rows, absent);
    }

    private static void replay(DividedModel model, boolean quick, Console console, List<Row> rows) throws IOException {
        DeviceCatalog catalog = DeviceCatalog.builtIn();
        Device tail = catalog.find(TAIL).orElseThrow();
        for (double slowed : quick ? List.of(4.0) : SLOWED) {
            Device edge = catalog.find(EDGE).orElseThrow().slowed(slowed);
            Question question = model.between(edge, tail);
            Costs costs = Costs.of(question.model(), question.edge(), question.tail());
            for (LinkKind link : LINKS) {
                for (long seed = 1; seed <= (quick ? 1 : 3); seed++) {
                    console.progress(
                            "Replaying %s on %s over %s-%d".formatted(model.name(), edge.name(), link.id(), seed));
                    ReplayResult result =
                            Replay.run(scenario(question, costs, link, seed), ChangeSettings.USUAL, ignored -> {});
                    rows.add(row(model.name(), slowed, link, seed, result));
                }
            }
        }
    }

    private static Scenario scenario(Question question, Costs costs, LinkKind link, long seed) {
        double edgeMicros = costs.latencyMicros(0, 1, 0, 0);
        double perSecond = Math.min(MOST_PER_SECOND, EDGE_SHARE * 1e6 / edgeMicros);
        return new Scenario(
                costs,
                question.edge().device().power(),
                CloudPrice.SECONDS,
                link.generate(SECONDS, seed),
                link.equals(LinkKind.WIFI) ? 10_000 : 50_000,
                Scenario.USUAL_BROKER_MICROS,
                new Scenario.Traffic(perSecond, SECONDS * 1_000_000L, false),
                Preferences.USUAL,
                OptionalDouble.of(DEADLINE * edgeMicros),
                Scenario.USUAL_CLOUD_TIMEOUT_MICROS,
                seed);
    }

    private static Row row(String model, double slowed, LinkKind link, long seed, ReplayResult result) {
        PolicyResult ours = result.ours();
        PolicyResult best = result.policy("best static");
        PolicyResult oracle = result.policy("oracle");
        double cloud = result.policies().stream()
                .filter(policy -> policy.policy().equals("cloud-only picture"))
                .findFirst()
                .orElseGet(() -> result.policy("cloud-only raw"))
                .meanMillis();
        return new Row(
                model,
                slowed,
                link.id(),
                seed,
                ours.meanMillis(),
                best.meanMillis(),
                oracle.meanMillis(),
                result.policy("edge-only").meanMillis(),
                cloud,
                ours.deadlineHits().orElse(0),
                best.deadlineHits().orElse(0),
                ours.regret(),
                best.regret(),
                ours.switches(),
                best.placement(),
                ours.beats(best));
    }
}
