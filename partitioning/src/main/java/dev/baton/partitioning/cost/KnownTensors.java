package dev.baton.partitioning.cost;

import dev.baton.tensor.Shape;
import java.util.Optional;

/** What is known of the tensors that a node reads and makes. */
interface KnownTensors {
    /** Its shape with every dimension fixed; empty when unknown. */
    Optional<Shape> shape(String tensor);

    /** The elements of a short constant vector or scalar of whole numbers, such as a shape; empty when unknown. */
    Optional<long[]> values(String tensor);
}
