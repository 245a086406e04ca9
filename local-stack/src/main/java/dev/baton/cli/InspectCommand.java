package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Table;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.codec.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a model's split package would hold. */
@Command(
        name = "inspect",
        header = "Show where a model can be divided, and what would cross.",
        description = "Divides the model as an import would, and shows each split point with the tensors that cross.")
final class InspectCommand implements Callable<Integer> {

    private static final Codec SHOWN_CODEC = Codec.parse("int8+zstd");

    @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
    private Path onnx = Path.of("");

    @Option(names = "--json", description = "Print the package's manifest.")
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
        Manifest manifest = divide(people);
        people.clearProgress();
        if (json) {
            console.line(new String(manifest.toJson(), StandardCharsets.UTF_8));
        } else {
            print(manifest);
        }
        return ExitCode.OK.number();
    }

    private Manifest divide(Console people) throws IOException {
        DivisionRequest request =
                divisionOptions.request(onnx, modelOptions).withCodecs(json ? Codec.all() : List.of(SHOWN_CODEC));
        Path directory = Files.createTempDirectory("baton-inspect-");
        Path target = directory.resolve("package");
        try (EngineGraphRunner runner = divisionOptions.runner()) {
            return ModelDivider.divide(request, runner, target, people::progress)
                    .manifest();
        } catch (InvalidModelException e) {
            throw CommandFailure.check(String.valueOf(e.getMessage()), e);
        } finally {
            delete(target);
            delete(directory);
        }
    }

    /** A split package is one flat directory. */
    private static void delete(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    private void print(Manifest manifest) {
        console.line(console.bold(manifest.model()));
        manifest.inputs().forEach(input -> console.line("  input   " + text(input)));
        manifest.outputs().forEach(output -> console.line("  output  " + text(output)));
        manifest.reason().ifPresent(reason -> console.line("  not divided: " + reason));
        Table table = new Table(
                Table.Column.right("split", 5),
                Table.Column.left("after operator", 32),
                Table.Column.right("head", 5),
                Table.Column.right("tail", 5),
                Table.Column.right("weights", 10),
                Table.Column.right("raw", 9),
                Table.Column.right(SHOWN_CODEC.id(), 9),
                Table.Column.right("its error", 9),
                Table.Column.left("what crosses", 12));
        console.line(console.dim(table.header()));
        for (SplitPointEntry point : manifest.splitPoints()) {
            Optional<CodecMeasurement> codec = point.codecs().stream()
                    .filter(measured -> measured.codec().equals(SHOWN_CODEC.id()))
                    .findFirst();
            console.line(table.row(
                    point.index(),
                    point.index() == 0
                            ? "(all in the cloud)"
                            : point.index() == manifest.lastIndex() ? "(all on the edge)" : point.name(),
                    point.headOperators(),
                    point.tailOperators(),
                    point.headWeightBytes(),
                    point.crossingBytes(),
                    codec.map(CodecMeasurement::bytes).map(String::valueOf).orElse("–"),
                    codec.map(measured -> "%.1e".formatted(measured.maxOutputRelativeError()))
                            .orElse("–"),
                    point.crossing().stream().map(InspectCommand::text).collect(Collectors.joining(", "))));
        }
        manifest.rejected()
                .forEach(point -> console.line("kept out: after %s, %d operators: %s"
                        .formatted(point.name(), point.headOperators(), point.reason())));
    }

    private static String text(TensorSpec spec) {
        return spec.toString();
    }

    private static String text(CrossingTensor tensor) {
        return "%s %s %s".formatted(tensor.name(), tensor.type(), tensor.probeShape());
    }
}
