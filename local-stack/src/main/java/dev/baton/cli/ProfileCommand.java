package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Table;
import dev.baton.inference.InferenceException;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.profile.DeviceProfile;
import dev.baton.partitioning.profile.KindFit;
import dev.baton.partitioning.profile.LayerCost;
import dev.baton.partitioning.profile.LayerTimeModel;
import dev.baton.partitioning.profile.ModelProfile;
import dev.baton.partitioning.profile.OperatorTime;
import dev.baton.partitioning.profile.PredictedTime;
import dev.baton.partitioning.profile.SplitPointTime;
import dev.baton.partitioning.profile.TimeSummary;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.profiling.PackageProfiler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures what a model takes on this machine. */
@Command(
        name = "profile",
        header = "Time a model's heads, tails and operators on this machine.",
        description = {
            "Runs heads and tails as services do, and operators as the engine times them; fits how an operator's",
            "time follows from its kind, FLOPs and bytes; and adds the model to this machine's device profile."
        })
final class ProfileCommand implements Callable<Integer> {

    private static final Path USUAL_FILE = Path.of(".baton", "device-profile.json");

    @Parameters(paramLabel = "MODEL", description = "An ONNX file, or the directory of a split package.")
    private Path model = Path.of("");

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "The device profile; the model is added when it exists. Default: .baton/device-profile.json.")
    private @Nullable Path output;

    @Option(names = "--new", description = "Start the device profile anew, without what it holds.")
    private boolean anew;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Measure for about so long; everything runs three times at least (${DEFAULT-VALUE}).")
    private double seconds = 20;

    @Option(names = "--threads", paramLabel = "N", description = "Threads for one operator. Default: as services.")
    private @Nullable Integer threads;

    @Option(names = "--device-name", paramLabel = "NAME", description = "What the profile calls this machine.")
    private @Nullable String deviceName;

    @Option(names = "--json", description = "Print the device profile.")
    private boolean json;

    @Mixin
    private DivisionOptions divisionOptions = new DivisionOptions();

    @Mixin
    private ModelOptions modelOptions = new ModelOptions();

    private final Console console;

    ProfileCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Console people = json ? console.besideJson() : console;
        PackageProfiler.Settings settings = settings();
        Path file = output == null ? Home.directory().resolve(USUAL_FILE) : output;
        try {
            DeviceProfile before = before(file, PackageProfiler.setup(settings));
            try (OpenedPackage opened = open(people)) {
                ModelProfile measured = PackageProfiler.profile(opened.splitPackage(), settings, people::progress);
                people.clearProgress();
                DeviceProfile after = before.with(
                        measured, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
                after.write(file);
                if (json) {
                    console.line(new String(after.toJson(), StandardCharsets.UTF_8));
                } else {
                    print(opened.splitPackage().manifest(), measured, after);
                    console.line("");
                    console.line("Written to " + file);
                }
            }
        } catch (InvalidModelException e) {
            throw CommandFailure.check(String.valueOf(e.getMessage()), e);
        } catch (InferenceException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()), e);
        }
        return ExitCode.OK.number();
    }

    private PackageProfiler.Settings settings() {
        if (!(seconds >= 0) || seconds > 3600) {
            throw CommandFailure.usage("--seconds %s: expected 0 to 3600".formatted(seconds));
        }
        PackageProfiler.Settings usual = PackageProfiler.Settings.defaults();
        int wanted = threads == null ? usual.threads() : threads;
        if (wanted < 1) {
            throw CommandFailure.usage("--threads %d: expected 1 or more".formatted(wanted));
        }
        return new PackageProfiler.Settings(
                divisionOptions.device(), wanted, Duration.ofMillis(Math.round(seconds * 1e3)), usual.codecs());
    }

    /** The profile that the model is added to; refused when it was measured otherwise. */
    private DeviceProfile before(Path file, DeviceProfile.Setup setup) {
        String name = Optional.ofNullable(deviceName).orElseGet(PackageProfiler::deviceName);
        if (anew || !Files.exists(file)) {
            return DeviceProfile.empty(
                    name, setup, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        }
        DeviceProfile found;
        try {
            found = DeviceProfile.read(InputFiles.requireReadable(file, "device profile"));
        } catch (IOException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()), e);
        }
        if (!found.setup().equals(setup)) {
            throw CommandFailure.usage(
                    "%s was measured otherwise, and times of different setups do not mix: it has %s, now it would be %s. Name another file (--output), or start it anew (--new)"
                            .formatted(file, found.setup(), setup));
        }
        return found;
    }

    private OpenedPackage open(Console people) throws IOException {
        if (OpenedPackage.isPackage(model)) {
            return OpenedPackage.in(model);
        }
        DivisionRequest request = divisionOptions.request(model, modelOptions).withCodecs(List.of());
        try (EngineGraphRunner runner = divisionOptions.runner()) {
            return OpenedPackage.dividing(request, runner, people::progress);
        }
    }

    private void print(Manifest manifest, ModelProfile measured, DeviceProfile profile) {
        DeviceProfile.Setup setup = profile.setup();
        console.line("%s on %s: %s, %d cores, %d threads, %s on %s"
                .formatted(
                        console.bold(measured.model()),
                        profile.device(),
                        setup.cpu(),
                        setup.cores(),
                        setup.threads(),
                        setup.engine(),
                        setup.engineDevice()));
        console.line("whole model %s ms; in the last round of measuring %.2f times what it took in the first"
                .formatted(text(measured.whole()), measured.drift()));
        console.line("");
        printSplitPoints(manifest, measured, profile.layerTimes());
        printOperators(measured);
        profile.layerTimes()
                .ifPresent(layerTimes -> print(layerTimes, profile.models().size()));
    }

    private void printSplitPoints(Manifest manifest, ModelProfile measured, Optional<LayerTimeModel> layerTimes) {
        Table table = new Table(
                Table.Column.right("split", 5),
                Table.Column.left("after operator", 32),
                Table.Column.right("head ms", 16),
                Table.Column.right("fitted", 8),
                Table.Column.right("tail ms", 16),
                Table.Column.right("fitted", 8),
                Table.Column.right("int8+zstd enc", 13),
                Table.Column.right("dec ms", 7));
        console.line(console.dim(table.header()));
        List<LayerCost> layers =
                measured.operators().stream().map(LayerCost::of).toList();
        for (SplitPointTime point : measured.splitPoints()) {
            int head = Math.min(point.headOperators(), layers.size());
            var codec = point.codecs().stream()
                    .filter(time -> time.codec().equals("int8+zstd"))
                    .findFirst();
            console.line(table.row(
                    point.index(),
                    manifest.splitPoint(point.index()).name(),
                    point.head().map(ProfileCommand::text).orElse("–"),
                    predicted(layerTimes, layers.subList(0, head)),
                    point.tail().map(ProfileCommand::text).orElse("–"),
                    predicted(layerTimes, layers.subList(head, layers.size())),
                    codec.map(time -> millis(time.encode().medianMicros())).orElse("–"),
                    codec.map(time -> millis(time.decode().medianMicros())).orElse("–")));
        }
    }

    private static String predicted(Optional<LayerTimeModel> layerTimes, List<LayerCost> part) {
        return part.isEmpty()
                ? "–"
                : layerTimes
                        .flatMap(times -> times.predict(part))
                        .map(PredictedTime::micros)
                        .map(ProfileCommand::millis)
                        .orElse("unknown");
    }

    private void printOperators(ModelProfile measured) {
        double sum =
                measured.operators().stream().mapToDouble(OperatorTime::micros).sum();
        long unknown = measured.operators().stream()
                .filter(operator -> operator.flops().isEmpty())
                .count();
        console.line("");
        console.line(
                measured.operators().isEmpty()
                        ? "The engine did not tell the times of operators."
                        : "operators one by one %s ms, %.2f times the whole model; the cost of %d of %d is unknown"
                                .formatted(
                                        millis(sum),
                                        sum / measured.whole().medianMicros(),
                                        unknown,
                                        measured.operators().size()));
    }

    private void print(LayerTimeModel layerTimes, int models) {
        Table table = new Table(
                Table.Column.left("kind", 20),
                Table.Column.right("samples", 7),
                Table.Column.right("µs/MFLOP", 9),
                Table.Column.right("µs/MB", 9),
                Table.Column.right("µs each", 9),
                Table.Column.right("R²", 6),
                Table.Column.right("error", 7),
                Table.Column.right("p90 µs", 8));
        console.line("");
        console.line("Layer times: operators of %d %s, errors in predicting what was left out of the fit"
                .formatted(models, models == 1 ? "model" : "models"));
        console.line(console.dim(table.header()));
        for (KindFit fit : layerTimes.fits()) {
            console.line(table.row(
                    fit.kind(),
                    fit.samples(),
                    "%.2f".formatted(fit.microsPerMegaflop()),
                    "%.1f".formatted(fit.microsPerMegabyte()),
                    "%.1f".formatted(fit.constantMicros()),
                    "%.2f".formatted(fit.r2()),
                    "%.0f %%".formatted(100 * fit.relativeError()),
                    "%.0f".formatted(fit.residualP90Micros())));
        }
        console.line(
                "A head or tail takes %.2f times its matrix operators, %.2f times its others, and %.0f µs; error %.0f %% over %d runs left out in turn"
                        .formatted(
                                layerTimes.matrixScale(),
                                layerTimes.otherScale(),
                                layerTimes.runMicros(),
                                100 * layerTimes.calibrationError(),
                                layerTimes.calibrationRuns()));
    }

    private static String text(TimeSummary time) {
        return "%s ±%.0f%%".formatted(millis(time.medianMicros()), 50 * time.spread());
    }

    private static String millis(double micros) {
        return (micros < 9950 ? "%.2f" : "%.1f").formatted(micros / 1e3);
    }
}
