package dev.baton.cli;

import dev.baton.clients.OrchestratorClient;
import dev.baton.clients.PlanRow;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import dev.baton.console.Table;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the plans in force. */
@Command(
        name = "plans",
        header = "Show the plans in force.",
        description =
                "A line for each edge node and model: what was chosen, since when, what was predicted and what was "
                        + "measured. 'explain' says more about one of them.")
final class PlansCommand implements Callable<Integer> {

    /** On a terminal a reason is cut where the line ends, but not before it has said something. */
    private static final int SHORTEST_LINE = 140;

    @Parameters(index = "0", arity = "0..1", paramLabel = "EDGE", description = "Only this edge node, such as edge-1.")
    private @Nullable String edge;

    @Parameters(index = "1", arity = "0..1", paramLabel = "MODEL", description = "Only this model.")
    private @Nullable String model;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Mixin
    private OrchestratorOption orchestratorOption = new OrchestratorOption();

    private final Console console;

    PlansCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (OrchestratorClient orchestrator = orchestratorOption.client()) {
            List<PlanRow> plans = orchestrator.plans().stream()
                    .filter(plan -> edge == null || edge.equals(plan.edgeNode()))
                    .filter(plan -> model == null || model.equals(plan.model()))
                    .toList();
            if (json) {
                console.line(Json.write(plans));
            } else if (plans.isEmpty()) {
                console.line("No plans.");
            } else {
                print(plans, Instant.now());
            }
        }
        return ExitCode.OK.number();
    }

    private void print(List<PlanRow> plans, Instant now) {
        List<String> lines = Table.fitted(
                List.of(
                        Table.Column.left("edge", 0),
                        Table.Column.left("model", 0),
                        Table.Column.left("placement", 0),
                        Table.Column.left("codec", 0),
                        Table.Column.right("epoch", 0),
                        Table.Column.right("since", 0),
                        Table.Column.right("predicted", 0),
                        Table.Column.right("measured", 0),
                        Table.Column.right("J", 0),
                        Table.Column.left("objective", 0),
                        Table.Column.left("reason", 0)),
                plans.stream().map(plan -> row(plan, now)).toList());
        console.line(console.dim(lines.getFirst()));
        lines.stream().skip(1).forEach(line -> console.line(console.fitting(line, SHORTEST_LINE)));
        console.line(console.dim("predicted and measured: milliseconds, medians; since: how long ago"));
    }

    private static List<String> row(PlanRow plan, Instant now) {
        return List.of(
                plan.edgeNode(),
                plan.model(),
                plan.placement(),
                plan.placement().equals("edge-only") ? Cells.UNKNOWN : plan.codec(),
                Long.toString(plan.epoch()),
                PointInTime.ago(plan.since(), now),
                Cells.millis(plan.predictedMillis()),
                Cells.millis(plan.measuredMillis()),
                Cells.joules(plan.joules()),
                plan.objective(),
                plan.reason());
    }
}
