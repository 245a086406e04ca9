package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.models.EngineGraphRunner;
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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
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
            names = "--accuracy",
            paramLabel = "FILE",
            description = "What ./baton evaluate found, instead of the codecs' error on the probe input.")
    private @Nullable Path accuracy;

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

    @Mixin
    private PreferenceOptions preferenceOptions = new PreferenceOptions();

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
        long memory = Math.round(edgeDevice.memoryBytes().value());
        return preferenceOptions.over(Preferences.USUAL.with(Constraints.USUAL.withEdgeMemoryBytes(memory)));
    }

    double requestsPerSecond() {
        return PreferenceOptions.parsed("--rate", rate, Values::perSecond);
    }

    double brokerMicros() {
        return PreferenceOptions.parsed("--broker", broker, Values::duration).toNanos() / 1e3;
    }

    CloudPrice price() {
        try {
            return price == null ? CloudPrice.SECONDS : new CloudPrice(price, "of the price's currency");
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--price: " + e.getMessage());
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
