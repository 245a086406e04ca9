package dev.baton.cli;

import dev.baton.clients.ModelView;
import dev.baton.clients.OrchestratorClient;
import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import dev.baton.demo.GaugeModel;
import dev.baton.localstack.LocalStack;
import dev.baton.localstack.StackListener;
import dev.baton.localstack.StackPorts;
import dev.baton.localstack.StackSettings;
import dev.baton.models.DescribedModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Keeps a stack running. */
@Command(
        name = "up",
        header = "Start a whole stack on this machine and keep it running.",
        description = {
            "Starts broker, Redis, orchestrator, tails and edge nodes on this machine, and keeps them running.",
            "Ctrl-C stops everything. State stays in .baton/ and is found again."
        })
final class UpCommand implements Callable<Integer> {

    @Mixin
    private StackOptions stackOptions = new StackOptions();

    @Option(
            names = "--link",
            paramLabel = "RATE,DELAY,JITTER",
            description = "The link between edge nodes and broker, such as 8mbit,10ms,1ms (${DEFAULT-VALUE}).")
    private String link = "100mbit,5ms,0.5ms";

    @Option(
            names = "--edge-slowdown",
            paramLabel = "N",
            description = "Emulate edge nodes N times slower than this machine (${DEFAULT-VALUE}).")
    private double edgeSlowdown = 1;

    @Option(names = "--no-model", description = "Do not import the gauge model.")
    private boolean noModel;

    @Option(names = "--logs", description = "Show what the services print; it always goes to .baton/logs as well.")
    private boolean logs;

    @Option(names = "--state", paramLabel = "DIR", description = "Where state and logs live (.baton).")
    private @Nullable Path state;

    @Option(names = "--json", description = "Print the endpoints as one JSON document.")
    private boolean json;

    private final Console console;

    UpCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Console people = json ? console.besideJson() : console;
        Path home = Home.directory();
        StackSettings settings = settings(home);
        people.progress("Starting the stack");
        try (LocalStack stack = LocalStack.start(settings, listener(people))) {
            if (!noModel) {
                importGaugeModel(stack, home, people);
            }
            Map<String, Object> endpoints = endpoints(settings);
            if (json) {
                console.line(Json.write(endpoints));
            } else {
                endpoints.forEach((name, where) -> console.line("  %-14s %s".formatted(name, text(where))));
                console.line("Ctrl-C stops everything.");
            }
            stack.awaitEnd();
        }
        return ExitCode.OK.number();
    }

    private StackSettings settings(Path home) {
        try {
            Path directory =
                    Optional.ofNullable(state).orElse(home.resolve(".baton")).toAbsolutePath();
            return new StackSettings(
                    home,
                    directory,
                    false,
                    directory.resolve("logs"),
                    stackOptions.ports(),
                    StackOptions.link(link),
                    edgeSlowdown,
                    StackOptions.otlpEndpoint());
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private StackListener listener(Console people) {
        return StackProgress.of(people, logs);
    }

    private static void importGaugeModel(LocalStack stack, Path home, Console people) {
        DescribedModel gauge = GaugeModel.in(home).model();
        try (OrchestratorClient orchestrator = new OrchestratorClient(stack.orchestrator())) {
            people.progress("Importing the model " + gauge.name());
            ModelView model = orchestrator.importModel(
                    gauge.name(), gauge.onnx(), Optional.of(gauge.descriptionJson()), Optional.empty());
            people.line("Model %s, version %s, with %d split points."
                    .formatted(
                            model.name(),
                            model.version().substring(0, 12),
                            model.between().size()));
        }
    }

    private static Map<String, Object> endpoints(StackSettings settings) {
        StackPorts ports = settings.ports();
        Map<String, Object> endpoints = new LinkedHashMap<>();
        endpoints.put("orchestrator", "http://127.0.0.1:" + ports.orchestrator());
        endpoints.put(
                "edges",
                ports.edges().stream().map(edge -> "127.0.0.1:" + edge.grpc()).toList());
        endpoints.put(
                "tails",
                ports.tails().stream().map(tail -> "http://127.0.0.1:" + tail).toList());
        endpoints.put("kafka", "127.0.0.1:" + ports.kafka());
        endpoints.put(
                "kafkaThroughLink", "127.0.0.1:" + ports.links().getFirst().edge());
        endpoints.put("redis", "redis://127.0.0.1:" + ports.redis());
        endpoints.put("logs", settings.logDirectory().toString());
        return endpoints;
    }

    private static String text(Object where) {
        return where instanceof List<?> several
                ? String.join(", ", several.stream().map(String::valueOf).toList())
                : String.valueOf(where);
    }
}
