package dev.baton.cli;

import dev.baton.clients.Answer;
import dev.baton.clients.EdgeClient;
import dev.baton.clients.Provenance;
import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import dev.baton.models.Labels;
import dev.baton.models.RankedClass;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks an edge node, as any client of the Open Inference Protocol would. */
@Command(
        name = "infer",
        header = "Send pictures or tensors to a running edge node.",
        description = "Shows the answer, where it was made, and what took how long.")
final class InferCommand implements Callable<Integer> {

    private static final int SHOWN_VALUES = 5;

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "The model's name.")
    private String model = "";

    @Option(
            names = "--edge",
            paramLabel = "HOST:PORT",
            description = "The edge node's gRPC address (${DEFAULT-VALUE}).")
    private String edge = "127.0.0.1:8001";

    @Option(
            names = "--image",
            paramLabel = "FILE",
            arity = "1..*",
            description = "A JPEG or PNG; several give several requests.")
    private List<Path> images = new ArrayList<>();

    @Option(
            names = "--image-input",
            paramLabel = "NAME",
            description = "The input that takes the picture (the model's first).")
    private @Nullable String imageInput;

    @Option(
            names = "--input",
            paramLabel = "NAME=FILE",
            description = "An input from a .npy or .npz file. May be repeated.")
    private Map<String, Path> inputs = new LinkedHashMap<>();

    @Option(names = "--labels", paramLabel = "FILE", description = "Names of the classes, one a line.")
    private @Nullable Path labelsFile;

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "For each request (${DEFAULT-VALUE}).")
    private double timeoutSeconds = 10;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    private final Console console;

    InferCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (images.isEmpty() == inputs.isEmpty()) {
            throw CommandFailure.usage("name either pictures with --image, or tensors with --input");
        }
        List<String> labels =
                labelsFile == null ? List.of() : Labels.read(InputFiles.requireReadable(labelsFile, "label file"));
        List<Map<String, Object>> results = new ArrayList<>();
        try (EdgeClient client = client()) {
            if (images.isEmpty()) {
                results.add(show("tensors", client.infer(model, InputFiles.tensors(inputs)), labels));
            }
            String input = images.isEmpty() || imageInput != null ? imageInput : client.firstInput(model);
            for (Path image : images) {
                byte[] picture = InputFiles.read(image, "picture");
                results.add(show(
                        String.valueOf(image.getFileName()),
                        client.infer(model, String.valueOf(input), picture),
                        labels));
            }
        }
        if (json) {
            console.line(Json.write(results));
        }
        return ExitCode.OK.number();
    }

    private EdgeClient client() {
        try {
            return new EdgeClient(edge, Duration.ofMillis(Math.round(timeoutSeconds * 1e3)));
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private Map<String, Object> show(String what, Answer answer, List<String> labels) {
        Map<String, Object> outputs = new LinkedHashMap<>();
        answer.outputs().forEach((name, tensor) -> outputs.put(name, values(tensor, labels)));
        Provenance provenance = answer.provenance();
        if (!json) {
            console.line(console.bold(what));
            answer.outputs()
                    .forEach((name, tensor) ->
                            console.line("  %s %s: %s".formatted(name, tensor, text(tensor, labels))));
            console.line("  %s%s, finished by the %s, %d bytes sent, %.1f ms: %s"
                    .formatted(
                            provenance.placement(),
                            provenance.codec().isEmpty() ? "" : " " + provenance.codec(),
                            provenance.completedBy(),
                            provenance.bytesSent(),
                            answer.took().toNanos() / 1e6,
                            provenance.stageMillis().entrySet().stream()
                                    .map(stage -> "%s %.1f".formatted(stage.getKey(), stage.getValue()))
                                    .collect(Collectors.joining(", "))));
            console.line("  " + provenance.reason());
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("input", what);
        result.put("outputs", outputs);
        result.put("provenance", provenance);
        result.put("tookMillis", answer.took().toNanos() / 1e6);
        return result;
    }

    /** The best classes where labels are known, otherwise the first values. */
    private static List<?> values(Tensor tensor, List<String> labels) {
        if (!tensor.type().isFloat()) {
            return Arrays.stream(tensor.toLongs()).limit(SHOWN_VALUES).boxed().toList();
        }
        if (!labels.isEmpty() && tensor.shape().elementCount() == labels.size()) {
            return RankedClass.top(tensor, SHOWN_VALUES, labels);
        }
        List<Float> values = new ArrayList<>();
        for (float value : tensor.toFloats()) {
            if (values.size() == SHOWN_VALUES) {
                break;
            }
            values.add(value);
        }
        return values;
    }

    private static String text(Tensor tensor, List<String> labels) {
        List<?> values = values(tensor, labels);
        String more = values.size() < tensor.shape().elementCount() ? ", …" : "";
        return values.stream().map(String::valueOf).collect(Collectors.joining(", ")) + more;
    }
}
