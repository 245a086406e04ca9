package dev.baton.models;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.partitioning.divide.ModelDescription;
import dev.baton.partitioning.splitpackage.OutputMeaning;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * A model file with what is known about it.
 *
 * @param source  where that comes from, for people
 * @param guessed whether how a picture becomes the input was guessed
 */
public record DescribedModel(Path onnx, String name, ModelDescription description, String source, boolean guessed) {

    /**
     * Where else to look, and what was said on the command line.
     *
     * @param guess whether what a model that takes pictures still lacks is guessed
     */
    public record Search(
            Path home,
            boolean guess,
            Optional<Path> descriptionFile,
            ImageFlags image,
            ExitFlags exit,
            Optional<String> name,
            Optional<Path> labelsFile,
            List<Path> labelFolders) {}

    /**
     * Describes {@code onnx}: by the file that was named, {@code <model>.json} beside it, or
     * {@code docs/models/<model>.json} of this repository; flags come on top. What a model that takes pictures still lacks may be
     * guessed from its input's shape.
     *
     * @param specs the inputs and outputs of a model file; asked only when something has to be guessed
     */
    public static DescribedModel find(Path onnx, Search search, Function<Path, Specs> specs) throws IOException {
        Optional<Path> file = descriptionFile(onnx, search);
        ModelDescription found = file.isPresent() ? ModelDescription.read(file.get()) : ModelDescription.none();
        String source = file.map(path -> "described by " + path).orElse("not described");
        boolean guessed = false;
        Optional<ImageInput> image = found.image();
        if (image.isEmpty() && (search.guess() || !search.image().isEmpty())) {
            image = ImageGuess.of(specs.apply(onnx).inputs());
            guessed = image.isPresent() && !search.image().isComplete();
        }
        if (!search.image().isEmpty()) {
            ImageInput base = image.orElseThrow(() -> new IllegalArgumentException(
                    "no input of %s can take a picture: expected FP32 with four dimensions, 1 or 3 of them channels"
                            .formatted(onnx)));
            image = Optional.of(search.image().over(base));
            source += ", with flags";
        }
        String name = search.name().or(found::name).orElse(nameOf(onnx));
        ModelDescription description = new ModelDescription(
                Optional.of(name),
                image,
                output(onnx, found, search, specs),
                search.exit().over(found.exit()),
                found.dimensions());
        return new DescribedModel(onnx, name, description, source, guessed);
    }

    /** What a model file takes and gives. */
    public record Specs(List<TensorSpec> inputs, List<TensorSpec> outputs) {}

    private static Optional<Path> descriptionFile(Path onnx, Search search) {
        if (search.descriptionFile().isPresent()) {
            return search.descriptionFile();
        }
        String file = stem(onnx) + ".json";
        return List.of(
                        onnx.resolveSibling(file),
                        search.home().resolve("docs/models").resolve(file))
                .stream()
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** The output's meaning as described; without that, one output with a vector of classes is taken for a classification. */
    private static Optional<OutputMeaning> output(
            Path onnx, ModelDescription found, Search search, Function<Path, Specs> specs) throws IOException {
        Optional<OutputMeaning> meaning = found.output();
        if (meaning.isEmpty()) {
            if (!search.guess()) {
                return Optional.empty();
            }
            List<TensorSpec> outputs = specs.apply(onnx).outputs();
            if (outputs.size() != 1 || classes(outputs.getFirst()) < 2) {
                return Optional.empty();
            }
            meaning = Optional.of(
                    new OutputMeaning(outputs.getFirst().name(), "classification", Optional.empty(), List.of()));
        }
        OutputMeaning known = meaning.get();
        if (!known.kind().equals("classification")) {
            return meaning;
        }
        Optional<Path> labels = search.labelsFile();
        if (labels.isEmpty() && known.labels().isEmpty()) {
            labels = Labels.usual(search.labelFolders());
        }
        return labels.isEmpty()
                ? meaning
                : Optional.of(new OutputMeaning(known.tensor(), known.kind(), known.unit(), Labels.read(labels.get())));
    }

    /** Length of a vector whose other dimensions are 1; 0 for anything else. */
    private static long classes(TensorSpec output) {
        List<Long> more = output.shape().dimensions().stream()
                .skip(1)
                .filter(dimension -> dimension != 1)
                .toList();
        return output.type().isFloat()
                        && output.shape().rank() >= 2
                        && output.shape().dimension(0) <= 1
                        && more.size() == 1
                ? more.getFirst()
                : 0;
    }

    /** The file's name without {@code .onnx}. */
    private static String stem(Path onnx) {
        String file = String.valueOf(onnx.getFileName());
        return file.toLowerCase(Locale.ROOT).endsWith(".onnx") ? file.substring(0, file.length() - 5) : file;
    }

    /** What a model is called when nobody says: its file's name, as far as names allow. */
    private static String nameOf(Path onnx) {
        return stem(onnx).replaceAll("[^a-zA-Z0-9._-]", "_");
    }

    /** As {@code <model>.json}, with the labels in it. */
    public String descriptionJson() {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        ObjectNode json = nodes.objectNode().put("name", name);
        description.image().ifPresent(image -> {
            ObjectNode node = json.putObject("image")
                    .put("input", image.input())
                    .put("width", image.width())
                    .put("height", image.height())
                    .put("resize", image.resize().name().toLowerCase(Locale.ROOT))
                    .put("channels", image.channels().name())
                    .put("layout", image.layout().name());
            image.mean().forEach(node.putArray("mean")::add);
            image.std().forEach(node.putArray("std")::add);
        });
        description.output().ifPresent(output -> {
            ObjectNode node =
                    json.putObject("output").put("tensor", output.tensor()).put("kind", output.kind());
            output.unit().ifPresent(unit -> node.put("unit", unit));
            if (!output.labels().isEmpty()) {
                output.labels().forEach(node.putArray("labels")::add);
            }
        });
        description.exit().ifPresent(exit -> json.putObject("exit")
                .put("output", exit.output())
                .put("threshold", exit.threshold())
                .put("measure", exit.measure().name().toLowerCase(Locale.ROOT))
                .put("scores", exit.scores().name().toLowerCase(Locale.ROOT)));
        ObjectNode dimensions = json.putObject("dimensions");
        description.dimensions().forEach(dimensions::put);
        return json.toString();
    }
}
