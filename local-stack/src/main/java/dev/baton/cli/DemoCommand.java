package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import dev.baton.demo.Demo;
import dev.baton.demo.DemoPrinter;
import dev.baton.demo.DemoResult;
import dev.baton.demo.DemoSettings;
import dev.baton.demo.GaugeModel;
import dev.baton.demo.Picture;
import dev.baton.demo.WholeModel;
import dev.baton.embedded.LinkConditions;
import dev.baton.localstack.LocalStack;
import dev.baton.localstack.StackPorts;
import dev.baton.localstack.StackSettings;
import dev.baton.models.DescribedModel;
import dev.baton.partitioning.Placement;
import dev.baton.tensor.codec.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the main job, end to end. */
@Command(
        name = "demo",
        header = "Divide a model between an edge node and a cloud tail, and show what comes of it.",
        description = {
            "Starts a whole stack, imports a model, and sends pictures through the edge node: with each placement",
            "pinned, then with the planner choosing while the link changes. The edge node's device is emulated:",
            "it is several times slower than this machine. Everything is stopped and deleted in the end.",
            "Without --model it reads gauges."
        })
final class DemoCommand implements Callable<Integer> {

    /** The gauge model is small: only on a device as slow as this do link and device compete. */
    private static final double SLOW_FOR_GAUGE = 20;

    private static final double SLOW_FOR_ANY = 8;

    private static final int DISTINCT_PICTURES = 40;

    @Option(names = "--model", paramLabel = "FILE", description = "Any ONNX model that takes a picture.")
    private @Nullable Path onnx;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            arity = "1..*",
            description = "A JPEG or PNG for --model; several are sent in turn.")
    private List<Path> images = new ArrayList<>();

    @Option(
            names = "--placement",
            paramLabel = "PLACEMENT",
            description = "Pin only this one: edge-only, cloud-only or split:N.")
    private @Nullable String placement;

    @Option(names = "--codec", paramLabel = "CODEC", description = "Codec of what crosses with --placement.")
    private @Nullable String codec;

    @Option(
            names = "--edge-slowdown",
            paramLabel = "N",
            description = "The edge node is N times slower than this machine (20; 8 with --model).")
    private @Nullable Double edgeSlowdown;

    @Option(
            names = "--links",
            paramLabel = "MBITS",
            split = ",",
            description = "Rates of the link while the planner chooses, in Mbit/s (${DEFAULT-VALUE}).")
    private List<Double> links = List.of(100.0, 8.0, 1.0, 100.0);

    @Option(names = "--delay", paramLabel = "MS", description = "One-way delay of the link (${DEFAULT-VALUE}).")
    private double delayMillis = 5;

    @Option(names = "--step-seconds", paramLabel = "S", description = "How long each rate lasts (${DEFAULT-VALUE}).")
    private double stepSeconds = 4;

    @Option(
            names = "--pictures",
            paramLabel = "N",
            description = "Requests for each pinned placement (${DEFAULT-VALUE}).")
    private int pictures = 20;

    @Option(names = "--keep", description = "Leave the stack running until Ctrl-C.")
    private boolean keep;

    @Option(names = "--logs", description = "Show what the services print.")
    private boolean logs;

    @Option(names = "--json", description = "Print one JSON document; progress goes to standard error.")
    private boolean json;

    @Mixin
    private ModelOptions modelOptions = new ModelOptions();

    private final Console console;

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        Console people = json ? console.besideJson() : console;
        DemoSettings settings = settings();
        Path home = Home.directory();
        DescribedModel model = model(home);
        List<Picture> sent = pictures(home);
        if (model.description().image().isEmpty()) {
            throw CommandFailure.usage(
                    "nothing says how a picture becomes an input of %s: give --description or --image-input, --size and so on"
                            .formatted(model.onnx()));
        }
        if (model.guessed()) {
            people.note("How a picture becomes %s's input is a guess from its shape: %s. A description would know."
                    .formatted(model.name(), model.description().image().orElseThrow()));
        }
        people.progress("Starting broker, Redis, orchestrator, tail and edge node");
        CompletableFuture<WholeModel> whole = CompletableFuture.supplyAsync(() -> WholeModel.of(model, sent));
        try (LocalStack stack = LocalStack.start(stackSettings(home, settings), StackProgress.of(people, logs))) {
            people.line("The stack is up after %.1f s.".formatted((System.nanoTime() - start) / 1e9));
            try (Demo demo = new Demo(settings, model, sent, new DemoPrinter(people), stack, whole)) {
                DemoResult result = demo.run();
                people.clearProgress();
                new DemoPrinter(people).summary(result, (System.nanoTime() - start) / 1e9);
                if (json) {
                    console.line(Json.write(result));
                }
                if (keep) {
                    people.line("Still up: orchestrator %s, edge node %s. Ctrl-C stops everything."
                            .formatted(stack.orchestrator(), stack.edge(1)));
                    stack.awaitEnd();
                }
                return (result.passed() ? ExitCode.OK : ExitCode.CHECK_FAILED).number();
            }
        }
    }

    private DemoSettings settings() {
        try {
            Optional.ofNullable(codec).ifPresent(Codec::parse);
            return new DemoSettings(
                    Objects.requireNonNullElse(edgeSlowdown, onnx == null ? SLOW_FOR_GAUGE : SLOW_FOR_ANY),
                    links,
                    millis(delayMillis),
                    millis(delayMillis / 10),
                    millis(stepSeconds * 1e3),
                    pictures,
                    Optional.ofNullable(placement).map(Placement::parse),
                    Optional.ofNullable(codec));
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private static Duration millis(double millis) {
        return Duration.ofNanos(Math.round(millis * 1e6));
    }

    private DescribedModel model(Path home) {
        if (onnx == null) {
            if (!images.isEmpty()) {
                throw CommandFailure.usage("--image goes with --model; the gauge model brings its own pictures");
            }
            return GaugeModel.in(home).model();
        }
        if (images.isEmpty()) {
            throw CommandFailure.usage("--model needs at least one picture: --image FILE.jpg");
        }
        images.forEach(image -> InputFiles.requireReadable(image, "picture"));
        return modelOptions.describe(onnx, home, images);
    }

    private List<Picture> pictures(Path home) {
        return onnx == null
                ? GaugeModel.in(home).pictures(DISTINCT_PICTURES)
                : images.stream()
                        .map(image -> new Picture(
                                String.valueOf(image.getFileName()),
                                InputFiles.read(image, "picture"),
                                Optional.empty()))
                        .toList();
    }

    private static StackSettings stackSettings(Path home, DemoSettings settings) throws IOException {
        try {
            return new StackSettings(
                    home,
                    Files.createTempDirectory("baton-demo-"),
                    true,
                    home.resolve(".baton/logs/demo"),
                    StackPorts.free(1, 1),
                    new LinkConditions(settings.linkSteps().getFirst(), settings.oneWayDelay(), settings.jitter()),
                    settings.edgeSlowdown(),
                    StackOptions.otlpEndpoint());
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }
}
