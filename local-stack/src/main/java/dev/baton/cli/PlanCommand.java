package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import dev.baton.console.Table;
import dev.baton.partitioning.Placement;
import dev.baton.planning.Alternative;
import dev.baton.planning.Preferences;
import dev.baton.planning.Quantities;
import dev.baton.planning.Ranking;
import dev.baton.planning.TermName;
import dev.baton.planning.simulation.WhatIf;
import dev.baton.whatif.PlanDocument;
import dev.baton.whatif.Question;
import dev.baton.whatif.Values;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ranks placements without any service. */
@Command(
        name = "plan",
        header = "Rank a model's placements between two devices, without a stack.",
        description = {
            "Predicts every placement and codec as the planner would, from what is published or was profiled about the",
            "devices, and says why the best is the best; also when dividing does not pay. With --sweep it says from",
            "which uplink on another placement is the best."
        })
final class PlanCommand implements Callable<Integer> {

    private static final int SHOWN = 12;
    private static final int SWEEP_STEPS = 120;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description = "An ONNX file, or the directory of a split package.")
    private @Nullable Path model;

    @Option(names = "--uplink", paramLabel = "RATE", description = "Such as 10mbit (${DEFAULT-VALUE}).")
    private String uplink = "10mbit";

    @Option(names = "--rtt", paramLabel = "TIME", description = "Round trip of the link (${DEFAULT-VALUE}).")
    private String roundTrip = "30ms";

    @Option(
            names = "--sweep",
            paramLabel = "uplink=FROM..TO",
            description = "Say where the best placement changes, such as uplink=0.5..300mbit.")
    private @Nullable String sweep;

    @Option(names = "--every-alternative", description = "Show all of them, not only the best and both ends.")
    private boolean everyAlternative;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Mixin
    private WhatIfOptions whatIfOptions = new WhatIfOptions();

    @Mixin
    private DivisionOptions divisionOptions = new DivisionOptions();

    @Mixin
    private ModelOptions modelOptions = new ModelOptions();

    private final Console console;

    PlanCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (whatIfOptions.asksForDevices()) {
            whatIfOptions.list(console);
            return ExitCode.OK.number();
        }
        if (model == null) {
            throw CommandFailure.usage("which MODEL? An ONNX file, or the directory of a split package");
        }
        double bytesPerSecond = PreferenceOptions.parsed("--uplink", uplink, Values::bytesPerSecond);
        double roundTripMicros =
                PreferenceOptions.parsed("--rtt", roundTrip, Values::duration).toNanos() / 1e3;
        Optional<Sweep> range = Optional.ofNullable(sweep).map(Sweep::parse);
        Preferences preferences = whatIfOptions.preferences(whatIfOptions.edge());
        Question question =
                whatIfOptions.question(model, divisionOptions, modelOptions, json ? console.besideJson() : console);
        WhatIf whatIf = new WhatIf(
                question.model(),
                question.manifest(),
                question.edge(),
                question.tail(),
                whatIfOptions.brokerMicros(),
                whatIfOptions.price(),
                whatIfOptions.requestsPerSecond());
        if (range.isPresent()) {
            sweep(question, whatIf, range.get(), roundTripMicros, preferences);
        } else {
            rank(question, whatIf, bytesPerSecond, roundTripMicros, preferences);
        }
        return ExitCode.OK.number();
    }

    /** Rates from one to another, in bytes per second. */
    private record Sweep(double slowest, double fastest) {
        static Sweep parse(String text) {
            String range = text.startsWith("uplink=") ? text.substring("uplink=".length()) : "";
            int dots = range.indexOf("..");
            if (dots < 1) {
                throw CommandFailure.usage(
                        "--sweep '%s': expected uplink=FROM..TO such as uplink=0.5..300mbit".formatted(text));
            }
            double slowest = PreferenceOptions.parsed("--sweep", range.substring(0, dots), Values::bytesPerSecond);
            double fastest = PreferenceOptions.parsed("--sweep", range.substring(dots + 2), Values::bytesPerSecond);
            if (!(slowest < fastest)) {
                throw CommandFailure.usage("--sweep '%s': expected the slower rate first".formatted(text));
            }
            return new Sweep(slowest, fastest);
        }
    }

    private void sweep(Question question, WhatIf whatIf, Sweep range, double roundTripMicros, Preferences preferences) {
        List<WhatIf.Turn> turns =
                whatIf.sweep(range.slowest(), range.fastest(), SWEEP_STEPS, roundTripMicros, preferences);
        if (json) {
            console.line(Json.write(document(
                    question,
                    roundTripMicros,
                    preferences,
                    OptionalDouble.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(turns.stream().map(PlanDocument.Turn::of).toList()))));
            return;
        }
        printSituation(
                question,
                "uplink %s to %s".formatted(Quantities.rate(range.slowest()), Quantities.rate(range.fastest())),
                roundTripMicros,
                preferences);
        if (turns.isEmpty()) {
            console.line("No placement is both allowed and predicted at any of these rates.");
        }
        for (WhatIf.Turn turn : turns) {
            console.line("from %12s  %-28s %s"
                    .formatted(
                            Quantities.rate(turn.fromBytesPerSecond()),
                            turn.best().choice(),
                            millis(turn.best().micros()) + " ms there"));
        }
    }

    private void rank(
            Question question, WhatIf whatIf, double bytesPerSecond, double roundTripMicros, Preferences preferences) {
        Ranking ranking = whatIf.rank(bytesPerSecond, roundTripMicros, preferences);
        Optional<String> infeasible = whatIf.infeasible(bytesPerSecond, roundTripMicros, preferences);
        if (json) {
            console.line(Json.write(document(
                    question,
                    roundTripMicros,
                    preferences,
                    OptionalDouble.of(bytesPerSecond * 8 / 1e6),
                    Optional.of(WhatIf.why(ranking)),
                    infeasible,
                    Optional.of(PlanDocument.rows(ranking)),
                    Optional.empty())));
            return;
        }
        printSituation(question, "uplink " + Quantities.rate(bytesPerSecond), roundTripMicros, preferences);
        console.line(infeasible.orElseGet(() -> WhatIf.why(ranking)));
        console.line("");
        printTable(ranking);
    }

    private PlanDocument document(
            Question question,
            double roundTripMicros,
            Preferences preferences,
            OptionalDouble mbits,
            Optional<String> why,
            Optional<String> infeasible,
            Optional<List<PlanDocument.Row>> rows,
            Optional<List<PlanDocument.Turn>> turns) {
        return new PlanDocument(
                question.model().model().model(),
                question.model().model().version(),
                PlanDocument.DeviceFacts.of(question.edge().device()),
                PlanDocument.DeviceFacts.of(question.tail().device()),
                question.pictureNote(),
                mbits,
                roundTripMicros / 1e3,
                preferences.objective().text(),
                why,
                infeasible,
                rows,
                turns);
    }

    private void printSituation(Question question, String link, double roundTripMicros, Preferences preferences) {
        console.line("%s: edge %s, tail %s, %s, round trip %s; least %s"
                .formatted(
                        console.bold(question.model().model().model()),
                        question.edge().device().name(),
                        question.tail().device().name(),
                        link,
                        Quantities.millis(roundTripMicros),
                        preferences.objective().text()));
        question.pictureNote().ifPresent(note -> console.line(console.dim(note)));
    }

    private void printTable(Ranking ranking) {
        Table table = new Table(
                Table.Column.left("placement", 26),
                Table.Column.right("ms", 8),
                Table.Column.right("±", 7),
                Table.Column.right("picture", 7),
                Table.Column.right("head", 7),
                Table.Column.right("encode", 7),
                Table.Column.right("uplink", 8),
                Table.Column.right("rtt", 6),
                Table.Column.right("broker", 6),
                Table.Column.right("queue", 6),
                Table.Column.right("decode", 6),
                Table.Column.right("tail", 7),
                Table.Column.right("result", 6),
                Table.Column.right("bytes", 9),
                Table.Column.right("J", 7),
                Table.Column.left("", 4));
        console.line(console.dim(table.header()));
        boolean nothingFeasible = ranking.best().isEmpty();
        int shown = 0;
        for (Alternative one : ranking.alternatives()) {
            boolean end = !(one.choice().placement() instanceof Placement.Split);
            boolean worthSeeing =
                    one.feasible() || (nothingFeasible && one.micros().isPresent());
            if (everyAlternative || end || (worthSeeing && shown < SHOWN)) {
                console.line(table.row(row(one)));
                shown++;
            }
        }
        int left = ranking.alternatives().size() - shown;
        if (left > 0) {
            console.line(console.dim("and %d more (--every-alternative)".formatted(left)));
        }
        console.line(console.dim(
                "milliseconds; ± is a request's standard deviation, what is not known of devices included"));
    }

    private static Object[] row(Alternative one) {
        return new Object[] {
            one.choice(),
            millis(one.micros()),
            millis(one.prediction().deviationMicros()),
            term(one, TermName.PREPROCESS),
            term(one, TermName.HEAD),
            term(one, TermName.ENCODE),
            term(one, TermName.UPLINK),
            term(one, TermName.ROUND_TRIP),
            term(one, TermName.BROKER),
            term(one, TermName.TAIL_QUEUE),
            term(one, TermName.DECODE),
            term(one, TermName.TAIL),
            term(one, TermName.RESULT),
            one.prediction().bytes().isPresent()
                    ? "%.0f".formatted(one.prediction().bytes().getAsDouble())
                    : "–",
            one.prediction().joules().isPresent()
                    ? "%.3f".formatted(one.prediction().joules().getAsDouble())
                    : "–",
            one.infeasible().orElse("")
        };
    }

    private static String term(Alternative one, TermName name) {
        return one.prediction().terms().stream()
                .filter(term -> term.name() == name)
                .findFirst()
                .map(term -> millis(term.micros()))
                .orElse("–");
    }

    private static String millis(OptionalDouble micros) {
        return micros.isPresent() ? "%.1f".formatted(micros.getAsDouble() / 1e3) : "–";
    }
}
