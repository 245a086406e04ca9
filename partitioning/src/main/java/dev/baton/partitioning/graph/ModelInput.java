package dev.baton.partitioning.graph;

import dev.baton.tensor.Shape;
import dev.baton.tensor.TensorSpec;
import java.util.List;

/**
 * An input that a request gives.
 *
 * @param spec name, element type and shape, −1 for a variable dimension
 * @param dimensionNames the symbolic name of each dimension; {@code input.axis} for a variable one without a name, empty
 *     for a fixed one
 */
public record ModelInput(TensorSpec spec, List<String> dimensionNames) {
    public ModelInput {
        dimensionNames = List.copyOf(dimensionNames);
        if (dimensionNames.size() != spec.shape().rank()) {
            throw new IllegalArgumentException("input %s has %d dimensions, but %d dimension names"
                    .formatted(spec, spec.shape().rank(), dimensionNames.size()));
        }
    }

    public String name() {
        return spec.name();
    }

    public Shape shape() {
        return spec.shape();
    }
}
