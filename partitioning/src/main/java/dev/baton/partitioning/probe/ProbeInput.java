package dev.baton.partitioning.probe;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import java.util.List;

/**
 * The recipe of one probe input: the same recipe and seed make the same tensor everywhere.
 *
 * @param name the model input
 * @param type its element type
 * @param shape its shape, every dimension bound
 * @param values how its elements are made
 */
public record ProbeInput(String name, ElementType type, Shape shape, ProbeValues values) {
    /** Larger inputs are not made up: they would be a way to make anyone who opens a package allocate. */
    static final long MAX_BYTES = 1L << 28;

    /**
     * A whole recipe, which must not be larger than one input may be.
     *
     * @throws IllegalArgumentException when it is
     */
    public static List<ProbeInput> together(List<ProbeInput> inputs) {
        long bytes = 0;
        for (ProbeInput input : inputs) {
            bytes += input.shape().elementCount() * input.type().bytes();
            if (bytes > MAX_BYTES) {
                throw new IllegalArgumentException(
                        "probe inputs of more than %d bytes together: %s".formatted(MAX_BYTES, input));
            }
        }
        return List.copyOf(inputs);
    }

    public ProbeInput {
        if (!shape.isFixed()) {
            throw new IllegalArgumentException(
                    "probe input '%s' has shape %s: every dimension must be bound".formatted(name, shape));
        }
        if (shape.elementCount() > MAX_BYTES / type.bytes()) {
            throw new IllegalArgumentException(
                    "probe input '%s' of %s %s: expected at most %d bytes".formatted(name, type, shape, MAX_BYTES));
        }
        if (values.kind() == ProbeValues.Kind.GIVEN && values.parameters().size() != shape.elementCount()) {
            throw new IllegalArgumentException("probe input '%s' of shape %s has %d elements, but %d are given"
                    .formatted(
                            name,
                            shape,
                            shape.elementCount(),
                            values.parameters().size()));
        }
    }
}
