package dev.baton.cli;

import dev.baton.clients.OrchestratorClient;
import dev.baton.clients.PlanView;
import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import dev.baton.partitioning.Placement;
import dev.baton.tensor.codec.Codec;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fixes a placement. */
@Command(name = "pin", header = "Fix where a model is divided on one edge node, until 'unpin'.")
final class PinCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "EDGE", description = "The edge node, such as edge-1.")
    private String edge = "";

    @Parameters(index = "1", paramLabel = "MODEL", description = "The model's name.")
    private String model = "";

    @Parameters(index = "2", paramLabel = "PLACEMENT", description = "edge-only, cloud-only or split:N.")
    private String placement = "";

    @Option(
            names = "--codec",
            paramLabel = "CODEC",
            description = "Codec of what crosses; by default the best admissible one.")
    private @Nullable String codec;

    @Option(names = "--json", description = "Print the plan as JSON.")
    private boolean json;

    @Mixin
    private OrchestratorOption orchestratorOption = new OrchestratorOption();

    private final Console console;

    PinCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try {
            Placement.parse(placement);
            Optional.ofNullable(codec).ifPresent(Codec::parse);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
        try (OrchestratorClient orchestrator = orchestratorOption.client()) {
            PlanView plan = orchestrator.pin(edge, model, placement, Optional.ofNullable(codec));
            console.line(
                    json
                            ? Json.write(plan)
                            : "%s %s is pinned to %s %s, epoch %d"
                                    .formatted(edge, model, plan.placement(), plan.codec(), plan.epoch()));
        }
        return ExitCode.OK.number();
    }
}
