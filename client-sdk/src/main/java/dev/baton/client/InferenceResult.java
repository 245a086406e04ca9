package dev.baton.client;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * A model's answer.
 *
 * @param model its name
 * @param version of the model that answered; empty where the server does not say
 * @param id of the request
 * @param outputs by name, in the server's order
 * @param parameters what the server says beside the outputs: values of type Boolean, Long, Double or String
 * @param provenance how the answer came about; empty where the server is not Baton
 * @param edge the address that answered
 * @param attempts how often the request was sent until then, at least once
 * @param took from the call to the answer, all attempts and waits included
 */
public record InferenceResult(
        String model,
        String version,
        String id,
        Map<String, OutputTensor> outputs,
        Map<String, Object> parameters,
        Optional<Provenance> provenance,
        String edge,
        int attempts,
        Duration took) {

    /** Copies the maps. */
    public InferenceResult {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        parameters = Map.copyOf(parameters);
    }

    /**
     * {@return the output of this name}
     *
     * @param name of the model's output
     * @throws NoSuchElementException when the answer has none
     */
    public OutputTensor output(String name) {
        OutputTensor output = outputs.get(name);
        if (output == null) {
            throw new NoSuchElementException(
                    "model '%s' answered no output '%s'; it answered %s".formatted(model, name, outputs.keySet()));
        }
        return output;
    }

    /**
     * {@return the only output}
     *
     * @throws NoSuchElementException when there are several, or none
     */
    public OutputTensor output() {
        if (outputs.size() != 1) {
            throw new NoSuchElementException(
                    "model '%s' answered not one output but %s".formatted(model, outputs.keySet()));
        }
        return outputs.values().iterator().next();
    }
}
