package dev.baton.cli;

import dev.baton.clients.OrchestratorClient;
import dev.baton.clients.PlanView;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what the planner chose and why. */
@Command(
        name = "plans",
        header = "Show what the planner chose, and why.",
        description = "The current plan of each edge node and model, and what else was weighed.")
final class PlansCommand implements Callable<Integer> {

    private static final int SHOWN_ALTERNATIVES = 5;

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
            List<PlanView> plans = orchestrator.plans().stream()
                    .filter(plan -> edge == null || edge.equals(plan.edgeNode()))
                    .filter(plan -> model == null || model.equals(plan.model()))
                    .toList();
            if (json) {
                console.line(Json.write(plans));
            } else if (plans.isEmpty()) {
                console.line("No plans.");
            } else {
                plans.forEach(this::print);
            }
        }
        return ExitCode.OK.number();
    }

    private void print(PlanView plan) {
        console.line("%s %s: %s %s%s, epoch %d"
                .formatted(
                        plan.edgeNode(),
                        plan.model(),
                        console.bold(plan.placement()),
                        plan.codec(),
                        plan.pinned() ? " (pinned)" : "",
                        plan.epoch()));
        console.line("  " + plan.reason());
        PlanView.best(plan.alternatives(), SHOWN_ALTERNATIVES)
                .forEach(alternative -> console.line("  · " + alternative));
    }
}
