package dev.baton.partitioning.split;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;

/**
 * A tensor that travels from head to tail.
 *
 * @param name the tensor's name in the model
 * @param type its element type
 * @param probeShape its shape for the probe input; with other input shapes it may differ
 */
public record CrossingTensor(String name, ElementType type, Shape probeShape) {
    public CrossingTensor {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a crossing tensor needs a name");
        }
        if (!probeShape.isFixed()) {
            throw new IllegalArgumentException(
                    "crossing tensor '%s' has shape %s: expected a fixed one".formatted(name, probeShape));
        }
    }

    /** Uncompressed size in bytes for the probe input. */
    public long bytes() {
        return Math.multiplyExact(probeShape.elementCount(), (long) type.bytes());
    }
}
