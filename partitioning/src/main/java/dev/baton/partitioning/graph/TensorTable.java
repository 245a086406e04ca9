package dev.baton.partitioning.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is known of a model's tensors: model inputs and everything that follows from them. */
public final class TensorTable {
    private final Map<String, TensorFacts> facts;
    private final Set<String> held;

    public TensorTable(Map<String, TensorFacts> facts) {
        this(facts, Set.of());
    }

    private TensorTable(Map<String, TensorFacts> facts, Set<String> held) {
        this.facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        this.held = Set.copyOf(held);
    }

    /** The same facts, but these tensors are not to cross. */
    public TensorTable holding(Set<String> tensors) {
        return new TensorTable(facts, tensors);
    }

    /**
     * The facts; empty when it is no tensor at all (a sequence, an optional), or of an element type that Baton does not carry:
     * then it cannot cross.
     */
    public Optional<TensorFacts> of(String tensor) {
        return Optional.ofNullable(facts.get(tensor));
    }

    /** Whether the model may be divided where this tensor would cross. */
    public boolean canCross(String tensor) {
        return facts.containsKey(tensor) && !held.contains(tensor);
    }
}
