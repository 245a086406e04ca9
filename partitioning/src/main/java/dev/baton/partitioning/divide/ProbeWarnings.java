package dev.baton.partitioning.divide;

import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Why an answer to the probe input proves little: when it would be the same whatever went wrong on the way. */
final class ProbeWarnings {
    private ProbeWarnings() {}

    /** One sentence for each output that is the same throughout, or not a number. */
    static List<String> of(Map<String, Tensor> answer) {
        List<String> warnings = new ArrayList<>();
        answer.forEach((name, tensor) -> {
            double[] elements = tensor.type().isFloat()
                    ? tensor.toDoubles()
                    : Arrays.stream(tensor.toLongs()).asDoubleStream().toArray();
            long unusable = Arrays.stream(elements)
                    .filter(element -> !Double.isFinite(element))
                    .count();
            if (elements.length == 0) {
                warnings.add("output '%s' is empty for the probe input: nothing of it was compared".formatted(name));
            } else if (unusable > 0) {
                warnings.add(
                        "output '%s' is NaN or infinite in %d of %d elements for the probe input: give a real one (--input)"
                                .formatted(name, unusable, elements.length));
            } else if (elements.length > 1 && Arrays.stream(elements).allMatch(element -> element == elements[0])) {
                warnings.add(
                        "output '%s' is %s in all of its %d elements for the probe input: give a real one (--input)"
                                .formatted(name, elements[0], elements.length));
            }
        });
        return List.copyOf(warnings);
    }
}
