package dev.baton.openinference;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a client asks.
 *
 * @param id           the edge node's own, unique
 * @param version      empty: whichever version serves
 * @param inputs       by name
 * @param outputs      wanted; empty means all
 * @param arrivedNanos on the nano ticker
 * @param claim        where there is not enough for all
 */
public record InferenceRequest(
        String id,
        String model,
        Optional<String> version,
        Map<String, ModelInput> inputs,
        List<String> outputs,
        Optional<Deadline> deadline,
        long arrivedNanos,
        Claim claim) {

    public InferenceRequest {
        inputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        outputs = List.copyOf(outputs);
    }
}
