package dev.baton.partitioning.divide;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.partitioning.splitpackage.EarlyExit;
import dev.baton.partitioning.splitpackage.ManifestJson;
import dev.baton.partitioning.splitpackage.OutputMeaning;
import dev.baton.tensor.image.ImageInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the JSON file beside a model says: how a picture becomes its input, what its answer means, which output may answer
 * early, how large its variable dimensions are when probing.
 *
 * @param name the model's name, where given
 * @param image how a picture becomes the input
 * @param output what the answer means
 * @param exit an output that may answer early, and how sure it must be
 * @param dimensions sizes by symbolic name, or by {@code input.axis} for a nameless dimension
 */
public record ModelDescription(
        Optional<String> name,
        Optional<ImageInput> image,
        Optional<OutputMeaning> output,
        Optional<EarlyExit> exit,
        Map<String, Long> dimensions) {
    public ModelDescription {
        dimensions = Map.copyOf(dimensions);
    }

    /** Says nothing. */
    public static ModelDescription none() {
        return new ModelDescription(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    }

    /** With further sizes, which win over those it has. */
    public ModelDescription withDimensions(Map<String, Long> sizes) {
        Map<String, Long> all = new HashMap<>(dimensions);
        all.putAll(sizes);
        return new ModelDescription(name, image, output, exit, all);
    }

    /** Reads a description; {@code labelsFile} is looked for beside it. */
    public static ModelDescription read(Path json) throws IOException {
        return parse(
                Files.readAllBytes(json), json.toString(), json.toAbsolutePath().getParent());
    }

    /** Reads a description from memory, where {@code labelsFile} is refused as there is nothing beside it. */
    public static ModelDescription parse(byte[] json) throws IOException {
        return parse(json, "model description", null);
    }

    /** The description beside {@code model.onnx}, named {@code model.json}; says nothing when there is none. */
    public static ModelDescription beside(Path onnx) throws IOException {
        String name = String.valueOf(onnx.getFileName());
        String stem = name.endsWith(".onnx") ? name.substring(0, name.length() - ".onnx".length()) : name;
        Path json = onnx.resolveSibling(stem + ".json");
        return Files.isRegularFile(json) ? read(json) : none();
    }

    private static ModelDescription parse(byte[] json, String source, @Nullable Path directory) throws IOException {
        try {
            JsonNode tree = ManifestJson.mapper().readTree(json);
            if (!tree.isObject()) {
                throw new IOException("%s: expected a JSON object".formatted(source));
            }
            if (tree.get("output") instanceof ObjectNode output) {
                resolveLabels(output, source, directory);
            }
            if (tree instanceof ObjectNode object && !object.has("dimensions")) {
                object.putObject("dimensions");
            }
            return ManifestJson.mapper().treeToValue(tree, ModelDescription.class);
        } catch (JsonProcessingException e) {
            throw new IOException("%s: %s".formatted(source, e.getOriginalMessage()), e);
        }
    }

    private static void resolveLabels(ObjectNode output, String source, @Nullable Path directory) throws IOException {
        JsonNode file = output.remove("labelsFile");
        if (file == null) {
            if (!output.has("labels")) {
                output.putArray("labels");
            }
            return;
        }
        if (directory == null) {
            throw new IOException("%s: labelsFile '%s' cannot be looked up here, write the labels out as \"labels\""
                    .formatted(source, file.asText()));
        }
        Path path = directory.resolve(file.asText()).normalize();
        if (!path.startsWith(directory) || !Files.isRegularFile(path)) {
            throw new IOException("%s: labelsFile '%s' is no file beside it".formatted(source, file.asText()));
        }
        List<String> labels = Files.readAllLines(path, StandardCharsets.UTF_8);
        output.set(
                "labels",
                ManifestJson.mapper()
                        .valueToTree(labels.stream()
                                .filter(label -> !label.isBlank())
                                .toList()));
    }
}
