package dev.baton.inference;

import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Refuses inputs that do not fit a model before the engine sees them. */
final class InputCheck {

    private InputCheck() {}

    /** What was given, in the order of what is expected. */
    static List<Tensor> inOrder(List<TensorSpec> expected, Map<String, Tensor> given) {
        List<Tensor> ordered = new ArrayList<>(expected.size());
        for (TensorSpec spec : expected) {
            @Nullable Tensor tensor = given.get(spec.name());
            if (tensor == null) {
                throw new InvalidInputException("input '%s' (%s %s) is missing; given: %s"
                        .formatted(spec.name(), spec.type(), spec.shape(), given.keySet()));
            }
            if (tensor.type() != spec.type()) {
                throw new InvalidInputException(
                        "input '%s' is %s, expected %s".formatted(spec.name(), tensor.type(), spec.type()));
            }
            if (!mayHave(spec, tensor)) {
                throw new InvalidInputException("input '%s' has shape %s, expected %s (-1 is any length)"
                        .formatted(spec.name(), tensor.shape(), spec.shape()));
            }
            ordered.add(tensor);
        }
        if (given.size() > expected.size()) {
            List<String> names = expected.stream().map(TensorSpec::name).toList();
            List<String> unknown = given.keySet().stream()
                    .filter(name -> !names.contains(name))
                    .toList();
            throw new InvalidInputException("unknown input %s; this model's inputs are %s".formatted(unknown, names));
        }
        return ordered;
    }

    /** ONNX Runtime reports rank 0 for a scalar and for a shape that the model leaves open; it checks the former itself. */
    private static boolean mayHave(TensorSpec spec, Tensor tensor) {
        return spec.shape().rank() == 0 || spec.shape().accepts(tensor.shape());
    }
}
