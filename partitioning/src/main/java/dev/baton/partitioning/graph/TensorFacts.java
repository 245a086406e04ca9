package dev.baton.partitioning.graph;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import java.util.Optional;

/**
 * What is known of a tensor that depends on the request.
 *
 * @param type its element type
 * @param shape its shape for every request, −1 where it varies; empty when even the number of dimensions is unknown
 * @param probeShape its shape for the probe input
 */
public record TensorFacts(ElementType type, Optional<Shape> shape, Shape probeShape) {
    public TensorFacts {
        if (!probeShape.isFixed()) {
            throw new IllegalArgumentException("probe shape %s: expected fixed dimensions".formatted(probeShape));
        }
        if (shape.isPresent() && !shape.get().accepts(probeShape)) {
            throw new IllegalArgumentException(
                    "shape %s does not accept the probe's %s".formatted(shape.get(), probeShape));
        }
    }

    /** Size in bytes for the probe input. */
    public long bytes() {
        return Math.multiplyExact(probeShape.elementCount(), (long) type.bytes());
    }
}
