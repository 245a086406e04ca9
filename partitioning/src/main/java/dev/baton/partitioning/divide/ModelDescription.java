package dev.baton.partitioning.divide;

import dev.baton.partitioning.splitpackage.OutputMeaning;
import dev.baton.tensor.image.ImageInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the JSON file beside a model says: how a picture becomes its input, what its answer means, how large its variable
 * dimensions are when probing.
 *
 * @param name the model's name, where given
 * @param image how a picture becomes the input
 * @param output what the answer means
 * @param dimensions sizes by symbolic name, or by {@code input.axis} for a nameless dimension
 */
@SuppressWarnings("DoNotCallSuggester")
public record ModelDescription(
        Optional<String> name,
        Optional<ImageInput> image,
        Optional<OutputMeaning> output,
        Map<String, Long> dimensions) {
    public ModelDescription {
        dimensions = Map.copyOf(dimensions);
    }

    /** Says nothing. */
    public static ModelDescription none() {
        return new ModelDescription(Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    }

    /** Reads a description; {@code labelsFile} is looked for beside it. */
    public static ModelDescription read(Path json) throws IOException {
        throw new UnsupportedOperationException("read " + json);
    }

    /** Reads a description from memory, where {@code labelsFile} is refused as there is nothing beside it. */
    public static ModelDescription parse(byte[] json) {
        throw new UnsupportedOperationException("parse " + json.length);
    }

    /** The description beside {@code model.onnx}, named {@code model.json}; says nothing when there is none. */
    public static ModelDescription beside(Path onnx) throws IOException {
        throw new UnsupportedOperationException("beside " + onnx);
    }
}
