package dev.baton.openinference;

import dev.baton.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model takes and gives.
 *
 * @param pictureInput the input that also takes an encoded picture
 * @param labels       names of classes in order, by output
 */
public record ModelDescription(
        String name,
        String version,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        Optional<String> pictureInput,
        Map<String, List<String>> labels) {

    public ModelDescription {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        labels = Map.copyOf(labels);
    }

    public Optional<TensorSpec> input(String name) {
        return inputs.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }

    public Optional<TensorSpec> output(String name) {
        return outputs.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }
}
