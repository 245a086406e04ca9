package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.inspection.Inspection;
import dev.baton.inspection.ModelPage;
import dev.baton.inspection.PictureSize;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelInspector;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.profile.DeviceProfile;
import dev.baton.partitioning.profile.ModelProfile;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.image.ImageInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what there is to know about a model. */
@Command(
        name = "inspect",
        header = "Show a model's operators, what they cost, and where it can be divided.",
        description = {
            "Quick: split points are those that dividing would try; whether head and tail give what the whole model",
            "gives, and what codecs make of what crosses, takes running them all, which --prove does. A split",
            "package holds only what was proven."
        })
final class InspectCommand implements Callable<Integer> {

    @Parameters(paramLabel = "MODEL", description = "An ONNX file, or the directory of a split package.")
    private Path model = Path.of("");

    @Option(
            names = "--prove",
            description = "Divide the model: compare each split point with the whole, measure codecs.")
    private boolean prove;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Also write a page with charts, which needs nothing else.")
    private @Nullable Path html;

    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description = "A device profile whose times the page shows (./baton profile).")
    private @Nullable Path profileFile;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Mixin
    private DivisionOptions divisionOptions = new DivisionOptions();

    @Mixin
    private ModelOptions modelOptions = new ModelOptions();

    private final Console console;

    InspectCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Console people = json ? console.besideJson() : console;
        Optional<DeviceProfile> profile = profile();
        Inspection inspection = inspect(people);
        people.clearProgress();
        if (html != null) {
            writePage(inspection, profile, html);
            console.note("Page written to " + html);
        }
        if (json) {
            console.line(DataJson.write(inspection));
        } else {
            new InspectionPrinter(console).print(inspection);
            if (!inspection.proven()) {
                console.line("Split points are not proven here: --prove runs them, and measures codecs.");
            }
        }
        return ExitCode.OK.number();
    }

    private Optional<DeviceProfile> profile() {
        if (profileFile == null) {
            return Optional.empty();
        }
        if (html == null) {
            throw CommandFailure.usage("--profile goes with --html");
        }
        try {
            return Optional.of(DeviceProfile.read(InputFiles.requireReadable(profileFile, "device profile")));
        } catch (IOException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()), e);
        }
    }

    private void writePage(Inspection inspection, Optional<DeviceProfile> profile, Path file) {
        if (profile.isPresent()
                && ModelPage.profileOf(inspection, profile.get()).isEmpty()) {
            console.note(
                    "The profile of %s does not hold %s with the same operators; the page shows no times. It holds %s"
                            .formatted(
                                    profile.get().device(),
                                    inspection.model(),
                                    profile.get().models().stream()
                                            .map(ModelProfile::model)
                                            .toList()));
        }
        try {
            Files.writeString(file, ModelPage.of(inspection, profile));
        } catch (IOException e) {
            throw CommandFailure.environment("cannot write %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private Inspection inspect(Console people) throws IOException {
        if (OpenedPackage.isPackage(model)) {
            try (OpenedPackage opened = OpenedPackage.in(model)) {
                return inspection(opened.splitPackage());
            }
        }
        DivisionRequest request = divisionOptions.request(model, modelOptions);
        try (EngineGraphRunner runner = divisionOptions.runner()) {
            if (!prove) {
                return Inspection.of(
                        ModelInspector.inspect(request, runner, people::progress),
                        picture(request.sampleImage(), request.description().image()));
            }
            try (OpenedPackage opened = OpenedPackage.dividing(request, runner, people::progress)) {
                return inspection(opened.splitPackage());
            }
        } catch (InvalidModelException e) {
            throw CommandFailure.check(String.valueOf(e.getMessage()), e);
        }
    }

    /** All that a package says of itself. */
    static Inspection inspection(SplitPackage splitPackage) throws IOException {
        return Inspection.of(
                splitPackage,
                picture(splitPackage.sampleImage(), splitPackage.manifest().image()));
    }

    private static Optional<PictureSize> picture(Optional<byte[]> encoded, Optional<ImageInput> image)
            throws IOException {
        return encoded.isPresent() && image.isPresent() ? PictureSize.of(encoded.get(), image.get()) : Optional.empty();
    }
}
