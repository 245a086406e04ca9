package dev.baton.clients;

import dev.baton.tensor.Tensor;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An edge node's answer.
 *
 * @param outputs by name
 * @param took    as the client saw it
 */
public record Answer(Map<String, Tensor> outputs, Provenance provenance, Duration took) {

    public Answer {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }
}
