package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import dev.baton.console.Table;
import dev.baton.planning.Preferences;
import dev.baton.planning.Quantities;
import dev.baton.planning.change.ChangeSettings;
import dev.baton.planning.device.Device;
import dev.baton.planning.replay.BandwidthTrace;
import dev.baton.planning.replay.Costs;
import dev.baton.planning.replay.LinkKind;
import dev.baton.planning.replay.PolicyResult;
import dev.baton.planning.replay.Replay;
import dev.baton.planning.replay.ReplayResult;
import dev.baton.planning.replay.Scenario;
import dev.baton.planning.replay.TraceFile;
import dev.baton.whatif.Question;
import dev.baton.whatif.ReplayPage;
import dev.baton.whatif.Values;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Re-runs a bandwidth trace against policies. */
@Command(
        name = "replay",
        header = "Re-run a bandwidth trace against placement policies, on a simulated clock.",
        description = {
            "A trace is a file of mahimahi's (a line with a millisecond for each 1500-byte packet that may leave) or lines",
            "of seconds,Mbit/s; it begins anew at its end. The same requests are answered under each policy: our planning",
            "as the services do it, the edge alone, the cloud alone with the raw input and with the picture, the best",
            "placement that never changes, in hindsight, and an oracle that knows the trace. With --generate the trace is",
            "made instead of read; with --output and no model it is only written."
        })
final class ReplayCommand implements Callable<Integer> {

    @Parameters(paramLabel = "TRACE", arity = "0..1", description = "A bandwidth trace.")
    private @Nullable Path trace;

    @Option(names = "--model", paramLabel = "MODEL", description = "An ONNX file, or the directory of a split package.")
    private @Nullable Path model;

    @Option(
            names = "--generate",
            paramLabel = "KIND",
            description = {
                "Instead of a file: lte-drive, lte-walk, lte-static, wifi, flapping, step or steady (docs/what-if.md)."
            })
    private @Nullable String generate;

    @Option(names = "--output", paramLabel = "FILE", description = "Write the trace there, in mahimahi's format.")
    private @Nullable Path output;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "How long requests come. Default: one round of the trace, 10m at most; generated ones 120s.")
    private @Nullable String duration;

    @Option(names = "--seed", paramLabel = "N", description = "Of all chance (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--rtt", paramLabel = "TIME", description = "Round trip of the link (${DEFAULT-VALUE}).")
    private String roundTrip = "50ms";

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            description = {
                "What clients give a request: the edge node finishes by itself in time where the cloud does not answer.",
                "Default: that of --latency-target, or none."
            })
    private @Nullable String deadline;

    @Option(names = "--poisson", description = "Requests come at random instead of evenly apart.")
    private boolean poisson;

    @Option(
            names = "--switches-per-minute",
            paramLabel = "N",
            description = "The bound on changes of the plan. Default: that of the services.")
    private @Nullable Integer switchesPerMinute;

    @Option(names = "--html", paramLabel = "FILE", description = "Also draw the timeline, as a page of its own.")
    private @Nullable Path html;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Mixin
    private WhatIfOptions whatIfOptions = new WhatIfOptions();

    @Mixin
    private DivisionOptions divisionOptions = new DivisionOptions();

    @Mixin
    private ModelOptions modelOptions = new ModelOptions();

    private final Console console;

    ReplayCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (whatIfOptions.asksForDevices()) {
            whatIfOptions.list(console);
            return ExitCode.OK.number();
        }
        BandwidthTrace link = link();
        if (output != null) {
            TraceFile.write(link, output);
            console.note("%s written to %s".formatted(link, output));
        }
        if (model == null) {
            if (output == null) {
                throw CommandFailure.usage(
                        "which model? --model names it; with --output alone a trace is only written");
            }
            return ExitCode.OK.number();
        }
        Console people = json ? console.besideJson() : console;
        Device edge = whatIfOptions.edge();
        Preferences preferences = whatIfOptions.preferences(edge);
        Question question = whatIfOptions.question(model, divisionOptions, modelOptions, people);
        Scenario scenario = scenario(question, link, preferences);
        ReplayResult result = Replay.run(scenario, settings(), people::progress);
        people.clearProgress();
        String facts = facts(question, scenario);
        if (html != null) {
            Files.writeString(html, ReplayPage.of(result, facts));
            console.note("Page written to " + html);
        }
        if (json) {
            console.line(Json.write(result));
        } else {
            print(result, facts);
        }
        return ExitCode.OK.number();
    }

    private BandwidthTrace link() throws IOException {
        if ((trace == null) == (generate == null)) {
            throw CommandFailure.usage("which trace? Name a file, or --generate a kind, one of both");
        }
        if (generate != null) {
            LinkKind kind = LinkKind.find(generate)
                    .orElseThrow(() -> CommandFailure.usage("--generate '%s': expected one of %s"
                            .formatted(
                                    generate,
                                    LinkKind.ALL.stream().map(LinkKind::id).toList())));
            return kind.generate(
                    (int) Math.max(1, seconds().orElse(Duration.ofMinutes(2)).toSeconds()), seed);
        }
        try {
            return TraceFile.read(InputFiles.requireReadable(Objects.requireNonNull(trace), "trace"));
        } catch (IOException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()), e);
        }
    }

    private Optional<Duration> seconds() {
        return Optional.ofNullable(duration)
                .map(text -> PreferenceOptions.parsed("--duration", text, Values::duration));
    }

    private Scenario scenario(Question question, BandwidthTrace link, Preferences preferences) {
        long longest = Duration.ofMinutes(10).toNanos() / 1_000;
        long requests = seconds().map(time -> time.toNanos() / 1_000).orElse(Math.min(longest, link.periodMicros()));
        try {
            return new Scenario(
                    Costs.of(question.model(), question.edge(), question.tail()),
                    question.edge().device().power(),
                    whatIfOptions.price(),
                    link,
                    PreferenceOptions.parsed("--rtt", roundTrip, Values::duration)
                                    .toNanos()
                            / 1e3,
                    whatIfOptions.brokerMicros(),
                    new Scenario.Traffic(whatIfOptions.requestsPerSecond(), requests, poisson),
                    preferences,
                    deadlineMicros(preferences),
                    Scenario.USUAL_CLOUD_TIMEOUT_MICROS,
                    seed);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private OptionalDouble deadlineMicros(Preferences preferences) {
        if (deadline != null) {
            return OptionalDouble.of(PreferenceOptions.parsed("--deadline", deadline, Values::duration)
                            .toNanos()
                    / 1e3);
        }
        return preferences
                .constraints()
                .latencyTarget()
                .map(target -> OptionalDouble.of(target.within().toNanos() / 1e3))
                .orElse(OptionalDouble.empty());
    }

    private ChangeSettings settings() {
        try {
            return switchesPerMinute == null
                    ? ChangeSettings.USUAL
                    : ChangeSettings.USUAL.withSwitchesPerMinute(switchesPerMinute);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--switches-per-minute: " + e.getMessage());
        }
    }

    private String facts(Question question, Scenario scenario) {
        return "%s between %s and %s over %s, round trip %s; %s requests/s for %.0f s; least %s; seed %d%s"
                .formatted(
                        question.model().model().model(),
                        question.edge().device().name(),
                        question.tail().device().name(),
                        scenario.uplink(),
                        Quantities.millis(scenario.roundTripMicros()),
                        scenario.traffic().perSecond(),
                        scenario.traffic().durationMicros() / 1e6,
                        scenario.preferences().objective().text(),
                        seed,
                        question.pictureNote().map(note -> "; " + note).orElse(""));
    }

    private void print(ReplayResult result, String facts) {
        console.line(facts);
        console.line("");
        Table table = new Table(
                Table.Column.left("policy", 19),
                Table.Column.right("mean ms", 8),
                Table.Column.right("p50", 8),
                Table.Column.right("p95", 8),
                Table.Column.right("p99", 8),
                Table.Column.right("in time", 7),
                Table.Column.right("J/request", 9),
                Table.Column.right("bytes/request", 13),
                Table.Column.right("switches", 8),
                Table.Column.right("alone", 5),
                Table.Column.right("regret", 8),
                Table.Column.left("placement", 10));
        console.line(console.dim(table.header()));
        for (PolicyResult policy : result.policies()) {
            console.line(table.row(
                    policy.policy(),
                    "%.1f".formatted(policy.meanMillis()),
                    "%.1f".formatted(policy.p50Millis()),
                    "%.1f".formatted(policy.p95Millis()),
                    "%.1f".formatted(policy.p99Millis()),
                    policy.deadlineHits().isPresent()
                            ? "%.1f %%".formatted(100 * policy.deadlineHits().getAsDouble())
                            : "–",
                    "%.3f".formatted(policy.joulesPerRequest()),
                    "%.0f".formatted(policy.bytesPerRequest()),
                    policy.switches(),
                    policy.completedLocally(),
                    "%.1f %%".formatted(100 * policy.regret()),
                    policy.placement()));
        }
        console.line("");
        console.line(verdict(result));
    }

    /** Ours beside the best that never changes, also where it is no better. */
    static String verdict(ReplayResult result) {
        PolicyResult ours = result.ours();
        PolicyResult fixed = result.policy("best static");
        List<String> in = ours.beats(fixed);
        return "Regret against the oracle %.1f %%; the best that never changes, %s, is %s."
                .formatted(
                        100 * ours.regret(),
                        fixed.placement(),
                        in.isEmpty() ? "not beaten" : "beaten in " + String.join(" and ", in));
    }
}
