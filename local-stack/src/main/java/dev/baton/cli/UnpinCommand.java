package dev.baton.cli;

import dev.baton.clients.OrchestratorClient;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lets the planner choose again. */
@Command(name = "unpin", header = "Let the planner choose again where a model is divided on one edge node.")
final class UnpinCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "EDGE", description = "The edge node, such as edge-1.")
    private String edge = "";

    @Parameters(index = "1", paramLabel = "MODEL", description = "The model's name.")
    private String model = "";

    @Mixin
    private OrchestratorOption orchestratorOption = new OrchestratorOption();

    private final Console console;

    UnpinCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (OrchestratorClient orchestrator = orchestratorOption.client()) {
            orchestrator.unpin(edge, model);
            console.line("The planner chooses for %s %s.".formatted(edge, model));
        }
        return ExitCode.OK.number();
    }
}
