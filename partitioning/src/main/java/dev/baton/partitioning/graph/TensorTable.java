package dev.baton.partitioning.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What is known of a model's tensors: model inputs and everything that follows from them. */
public final class TensorTable {
    private final Map<String, TensorFacts> facts;

    public TensorTable(Map<String, TensorFacts> facts) {
        this.facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    /**
     * The facts; empty when the tensor cannot cross: it is no tensor at all (a sequence, an optional), or of an element type
     * that Baton does not carry.
     */
    public Optional<TensorFacts> of(String tensor) {
        return Optional.ofNullable(facts.get(tensor));
    }

    public boolean canCross(String tensor) {
        return facts.containsKey(tensor);
    }
}
