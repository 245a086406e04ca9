package dev.baton.cli;

import dev.baton.clients.ModelView;
import dev.baton.clients.OrchestratorClient;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import dev.baton.console.Table;
import dev.baton.models.DescribedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds a model to the catalog of a running stack. */
@Command(name = "import", header = "Divide a model and offer it on a running stack's edge nodes.")
final class ImportCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "MODEL",
            description = "An ONNX file; files of external data that it names are sent along.")
    private Path onnx = Path.of("");

    @Option(names = "--sample", paramLabel = "FILE", description = "A typical picture: codecs are measured with it.")
    private @Nullable Path sample;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Mixin
    private OrchestratorOption orchestratorOption = new OrchestratorOption();

    @Mixin
    private ModelOptions modelOptions = new ModelOptions();

    private final Console console;

    ImportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<Path> pictures = Optional.ofNullable(sample).stream().toList();
        DescribedModel described = modelOptions.describe(onnx, Home.directory(), pictures);
        Optional<byte[]> picture =
                pictures.stream().map(file -> InputFiles.read(file, "picture")).findFirst();
        Console people = json ? console.besideJson() : console;
        people.progress("Importing %s as %s (%s)".formatted(onnx.getFileName(), described.name(), described.source()));
        try (OrchestratorClient orchestrator = orchestratorOption.client()) {
            ModelView model =
                    orchestrator.importModel(described.name(), onnx, Optional.of(described.descriptionJson()), picture);
            people.clearProgress();
            console.line(json ? Json.write(model) : "Model %s, version %s".formatted(model.name(), model.version()));
            if (!json) {
                print(console, model);
            }
        }
        return ExitCode.OK.number();
    }

    static void print(Console console, ModelView model) {
        Table table = new Table(
                Table.Column.right("split", 5),
                Table.Column.left("after operator", 32),
                Table.Column.right("head", 5),
                Table.Column.right("tail", 5),
                Table.Column.right("bytes raw", 10),
                Table.Column.right("int8+zstd", 10),
                Table.Column.right("its error", 9));
        console.line(console.dim(table.header()));
        for (ModelView.SplitPointView point : model.splitPoints()) {
            Optional<ModelView.CodecView> int8 = point.codec("int8+zstd");
            console.line(table.row(
                    point.index(),
                    point.name(),
                    point.headOperators(),
                    point.tailOperators(),
                    point.crossingBytes(),
                    int8.map(codec -> Long.toString(codec.bytes())).orElse(""),
                    int8.map(codec -> "%.1e".formatted(codec.outputError())).orElse("")));
        }
    }
}
