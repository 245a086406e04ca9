package dev.baton.client;

import java.util.List;
import java.util.Optional;

/**
 * What a model takes and gives.
 *
 * @param name the model's
 * @param versions that the server has
 * @param platform what runs it, as {@code onnxruntime_onnx}
 * @param inputs in the model's order
 * @param outputs in the model's order
 */
public record ModelMetadata(
        String name,
        List<String> versions,
        String platform,
        List<TensorMetadata> inputs,
        List<TensorMetadata> outputs) {

    /** Copies the lists. */
    public ModelMetadata {
        versions = List.copyOf(versions);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /**
     * {@return the input of this name}
     *
     * @param name of the input
     */
    public Optional<TensorMetadata> input(String name) {
        return inputs.stream().filter(input -> input.name().equals(name)).findFirst();
    }

    /**
     * {@return the output of this name}
     *
     * @param name of the output
     */
    public Optional<TensorMetadata> output(String name) {
        return outputs.stream().filter(output -> output.name().equals(name)).findFirst();
    }
}
