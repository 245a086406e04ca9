package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.splitpackage.InvalidPackageException;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a model's split package. */
@Command(
        name = "split",
        header = "Divide a model and write its split package to a directory.",
        description = {
            "Compares each split point with the whole model, measures codecs on what crosses, and writes what edge",
            "nodes and tails load. The same model gives the same package, whose version is the digest of its manifest."
        })
final class SplitCommand implements Callable<Integer> {

    @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
    private Path onnx = Path.of("");

    @Option(
            names = "--output",
            paramLabel = "DIR",
            required = true,
            description = "The package's directory; must not exist yet, or hold the same package.")
    private Path output = Path.of("");

    @Option(names = "--json", description = "Print one JSON document: version, directory and manifest.")
    private boolean json;

    @Mixin
    private DivisionOptions divisionOptions = new DivisionOptions();

    @Mixin
    private ModelOptions modelOptions = new ModelOptions();

    private final Console console;

    SplitCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Console people = json ? console.besideJson() : console;
        requireFree();
        SplitPackage made = divide(divisionOptions.request(onnx, modelOptions), people);
        people.clearProgress();
        if (json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("version", made.version());
            result.put("directory", output.toString());
            result.put("manifest", made.manifest());
            console.line(DataJson.write(result));
        } else {
            new InspectionPrinter(console).printSplitPoints(InspectCommand.inspection(made));
            console.line("");
            console.line("Package of %s, version %s, in %s"
                    .formatted(console.bold(made.manifest().model()), made.version(), output));
        }
        return ExitCode.OK.number();
    }

    private SplitPackage divide(DivisionRequest request, Console people) throws IOException {
        try (EngineGraphRunner runner = divisionOptions.runner()) {
            return ModelDivider.divide(request, runner, output, people::progress);
        } catch (InvalidModelException e) {
            throw CommandFailure.check(String.valueOf(e.getMessage()), e);
        } catch (FileAlreadyExistsException e) {
            throw CommandFailure.environment(
                    "%s holds another package already: name another directory".formatted(output), e);
        }
    }

    /** Before minutes of work: what is there must be a package, or nothing. */
    private void requireFree() throws IOException {
        if (!Files.exists(output, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            SplitPackage found = SplitPackage.open(output);
            console.note(
                    "%s holds package %s: it stays if the model gives the same".formatted(output, found.version()));
        } catch (InvalidPackageException e) {
            throw CommandFailure.environment(
                    "%s exists, and holds no split package: name a directory that does not exist".formatted(output), e);
        }
    }
}
