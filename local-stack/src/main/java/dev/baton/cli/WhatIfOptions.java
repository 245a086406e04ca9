package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.partitioning.accuracy.AccuracyProfile;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.planning.CloudPrice;
import dev.baton.planning.Constraints;
import dev.baton.planning.Preferences;
import dev.baton.planning.device.Device;
import dev.baton.planning.device.DeviceCatalog;
import dev.baton.whatif.Question;
import dev.baton.whatif.Values;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What command lines may say about devices and about what is wanted, without a stack: the same for plan and replay. */
final class WhatIfOptions {

    private static final Path USUAL_DEVICES = Path.of(".baton", "devices");

    @Option(
            names = "--edge",
            paramLabel = "DEVICE",
            description = {
                "The edge node's device: a name (--edge list shows them), a file that describes one, or a profile",
                "made by ./baton profile (${DEFAULT-VALUE})."
            })
    private String edge = "raspberry-pi-4";

    @Option(names = "--tail", paramLabel = "DEVICE", description = "The tail's device (${DEFAULT-VALUE}).")
    private String tail = "server-cpu";

    @Option(
            names = "--devices",
            paramLabel = "DIR",
            description = "Further devices, a JSON file each. Default: .baton/devices, where there is one.")
    private @Nullable Path devices;

    @Option(
            names = "--edge-slowdown",
            paramLabel = "N",
            description = "The edge node takes N times as long for all it computes.")
    private double slowdown = 1;

    @Option(
            names = "--objective",
            paramLabel = "WHAT",
            description = {"latency, energy, cost, or weights such as weighted:ms=1,j=20,cost=0 (${DEFAULT-VALUE})."})
    private String objective = "latency";

    @Option(
            names = "--latency-target",
            paramLabel = "TIME@pNN",
            description = "What requests shall keep to, such as 100ms@p95 (p95 where nothing is said).")
    private @Nullable String latencyTarget;

    @Option(
            names = "--accuracy-budget",
            paramLabel = "X",
            description = {
                "With --accuracy of a classification: top-1 agreement that a codec must keep (0.99). Otherwise: the",
                "largest error of the output that it may cause (0.01)."
            })
    private @Nullable Double accuracyBudget;

    @Option(
            names = "--accuracy",
            paramLabel = "FILE",
            description = "What ./baton evaluate found, instead of the codecs' error on the probe input.")
    private @Nullable Path accuracy;

    @Option(
            names = "--min-depth",
            paramLabel = "N",
            description = "Operators that must run on the edge node before anything leaves it.")
    private @Nullable Integer minimumDepth;

    @Option(
            names = "--raw-input-stays",
            description = "Neither the input nor the client's picture may leave the edge node.")
    private boolean rawInputStays;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "What a head may take on the edge node, such as 512mb. Default: what the device has.")
    private @Nullable String memory;

    @Option(
            names = "--placements",
            paramLabel = "PLACEMENT",
            split = ",",
            description = "Only these: edge-only, cloud-only, split, split:N.")
    private Set<String> placements = Set.of();

    @Option(names = "--rate", paramLabel = "N/s", description = "Requests per second (${DEFAULT-VALUE}).")
    private String rate = "5/s";

    @Option(
            names = "--picture-bytes",
            paramLabel = "N",
            description = {
                "Size of a client's picture. Default: that of --image as a JPEG in the size of the model's input, or",
                "an estimate from that size."
            })
    private @Nullable Long pictureBytes;

    @Option(
            names = "--broker",
            paramLabel = "TIME",
            description = "What the broker adds to an answer (${DEFAULT-VALUE}).")
    private String broker = "3ms";

    @Option(
            names = "--price",
            paramLabel = "N",
            description = "Price of a second of a tail's worker. Default: cost is counted in seconds.")
    private @Nullable Double price;

    /** Devices by name. */
    DeviceCatalog catalog() throws IOException {
        Path directory = devices != null ? devices : USUAL_DEVICES;
        if (devices != null && !Files.isDirectory(devices)) {
            throw CommandFailure.environment("no such directory of devices: %s".formatted(devices));
        }
        try {
            return Files.isDirectory(directory) ? DeviceCatalog.builtIn().with(directory) : DeviceCatalog.builtIn();
        } catch (IOException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()), e);
        }
    }

    /** Whether the command line asks for the devices there are. */
    boolean asksForDevices() {
        return edge.equals("list") || tail.equals("list");
    }

    Device edge() throws IOException {
        Device device = device("--edge", edge);
        try {
            return device.slowed(slowdown);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--edge-slowdown: " + e.getMessage());
        }
    }

    Device tail() throws IOException {
        return device("--tail", tail);
    }

    private Device device(String flag, String named) throws IOException {
        DeviceCatalog catalog = catalog();
        try {
            return catalog.resolve(named);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("%s: %s".formatted(flag, e.getMessage()));
        } catch (IOException e) {
            throw CommandFailure.environment("%s: %s".formatted(flag, e.getMessage()), e);
        }
    }

    /** What is wanted; an edge node's memory is that of its device unless the command line says otherwise. */
    Preferences preferences(Device edgeDevice) {
        try {
            Constraints constraints = Constraints.USUAL
                    .withAllowedPlacements(placements)
                    .withAccuracy(budget())
                    .withEdgeMemoryBytes(
                            memory == null
                                    ? Math.round(edgeDevice.memoryBytes().value())
                                    : parsed("--memory", memory, Values::bytes));
            if (latencyTarget != null) {
                Constraints.LatencyTarget target = parsed("--latency-target", latencyTarget, Values::latencyTarget);
                constraints = constraints.withLatencyTarget(target.within(), target.quantile());
            }
            if (rawInputStays) {
                constraints = constraints.withRawInputOnDevice();
            }
            if (minimumDepth != null) {
                constraints = constraints.withMinimumDepth(minimumDepth);
            }
            return new Preferences(parsed("--objective", objective, Values::objective), constraints);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private AccuracyBudget budget() {
        if (accuracyBudget == null) {
            return AccuracyBudget.USUAL;
        }
        return accuracyBudget > 0.5
                ? new AccuracyBudget(accuracyBudget, AccuracyBudget.USUAL.relativeError())
                : new AccuracyBudget(AccuracyBudget.USUAL.agreement(), accuracyBudget);
    }

    double requestsPerSecond() {
        return parsed("--rate", rate, Values::perSecond);
    }

    double brokerMicros() {
        return parsed("--broker", broker, Values::duration).toNanos() / 1e3;
    }

    CloudPrice price() {
        try {
            return price == null ? CloudPrice.SECONDS : new CloudPrice(price, "of the price's currency");
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--price: " + e.getMessage());
        }
    }

    /** A value of a flag; what does not parse ends the command and names the flag. */
    static <T> T parsed(String flag, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("%s: %s".formatted(flag, e.getMessage()));
        }
    }

    /** The model between the two devices. */
    Question question(Path model, DivisionOptions division, ModelOptions modelOptions, Console people)
            throws IOException {
        if (OpenedPackage.isPackage(model)) {
            try (OpenedPackage opened = OpenedPackage.in(model)) {
                return question(opened.splitPackage());
            }
        }
        DivisionRequest request = division.request(model, modelOptions);
        try (EngineGraphRunner runner = division.runner();
                OpenedPackage opened = OpenedPackage.dividing(request, runner, people::progress)) {
            return question(opened.splitPackage());
        } finally {
            people.clearProgress();
        }
    }

    private Question question(SplitPackage splitPackage) throws IOException {
        try {
            return Question.of(
                    splitPackage,
                    edge(),
                    tail(),
                    pictureBytes == null ? OptionalLong.empty() : OptionalLong.of(pictureBytes),
                    accuracy());
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private Optional<AccuracyProfile> accuracy() {
        if (accuracy == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(AccuracyProfile.read(InputFiles.requireReadable(accuracy, "accuracy profile")));
        } catch (IOException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()), e);
        }
    }

    /** The devices there are, a line each. */
    void list(Console console) throws IOException {
        for (Device device : catalog().all()) {
            console.line("%-18s %s".formatted(device.name(), device.title()));
            device.quantities()
                    .forEach((name, quantity) -> console.line(console.dim("    %-14s %s".formatted(name, quantity))));
        }
    }
}
