package dev.baton.inference;

import dev.baton.tensor.Tensor;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a run gave.
 *
 * @param outputs   by name, in the model's order; they own their memory
 * @param queueTime from the call until a worker took it
 * @param runTime   of the engine, with handing over inputs and copying outputs
 */
public record Inference(Map<String, Tensor> outputs, Duration queueTime, Duration runTime) {

    public Inference {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        Objects.requireNonNull(queueTime, "queueTime");
        Objects.requireNonNull(runTime, "runTime");
    }
}
