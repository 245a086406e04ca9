package dev.baton.cli;

import dev.baton.clients.Explanation;
import dev.baton.clients.OrchestratorClient;
import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says why a plan is or was as it is. */
@Command(
        name = "explain",
        header = "Say why a plan is, or was, as it is.",
        description =
                "The decision behind the plan: what made the planner act, what it replaced, what was known then and is "
                        + "known now, how alternatives ranked and what ruled others out, and what came of it.")
final class ExplainCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "EDGE", description = "The edge node, such as edge-1.")
    private String edge = "";

    @Parameters(index = "1", paramLabel = "MODEL", description = "The model's name.")
    private String model = "";

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description =
                    "The plan that was in force then: how long ago, such as 5m (ms, s, m, h, d); a local time such as 10:15 "
                            + "or 2026-11-24T10:15; an instant such as 2026-11-24T10:15:30Z. By default now.")
    private @Nullable String at;

    @Option(names = "--best", paramLabel = "N", description = "How many alternatives to show (${DEFAULT-VALUE}).")
    private int best = 8;

    @Option(names = "--all", description = "Show every alternative, also those that are ruled out or unknown.")
    private boolean all;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Mixin
    private OrchestratorOption orchestratorOption = new OrchestratorOption();

    private final Console console;

    ExplainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (best < 1) {
            throw CommandFailure.usage("--best %d: expected 1 or more".formatted(best));
        }
        ZonedDateTime now = ZonedDateTime.now(ZoneId.systemDefault());
        Optional<Instant> moment = Optional.ofNullable(at).map(text -> past(text, now));
        try (OrchestratorClient orchestrator = orchestratorOption.client()) {
            Explanation explanation = orchestrator.explanation(edge, model, moment);
            if (json) {
                console.line(Json.write(explanation));
            } else {
                new ExplanationPrinter(console, all ? Integer.MAX_VALUE : best).print(explanation, now);
            }
        }
        return ExitCode.OK.number();
    }

    private static Instant past(String text, ZonedDateTime now) {
        Instant moment = PointInTime.parse(text, now);
        if (moment.isAfter(now.toInstant())) {
            throw CommandFailure.usage("time '%s': expected one that has passed; it is %s"
                    .formatted(text, now.toLocalDateTime().withNano(0)));
        }
        return moment;
    }
}
