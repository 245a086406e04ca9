package dev.baton.edge.request;

import dev.baton.edge.cloud.Picture;
import dev.baton.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/**
 * What the edge node hands on, and holds until the request is answered.
 *
 * @param splitPoint 0 where nothing ran here
 * @param crossing   tensors that travel, by name
 * @param picture    travels in place of the input it becomes
 */
record Baton(int splitPoint, Map<String, Tensor> crossing, Optional<Picture> picture) {

    /** Nothing ran here, and nothing travels. */
    static Baton nothing() {
        return new Baton(0, Map.of(), Optional.empty());
    }
}
