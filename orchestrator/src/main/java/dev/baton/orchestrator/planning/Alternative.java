package dev.baton.orchestrator.planning;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One possible choice with its prediction.
 *
 * @param infeasible the constraint that rules it out, as a sentence; empty when it may be chosen
 */
public record Alternative(Choice choice, Prediction prediction, Optional<String> infeasible) {
    public boolean feasible() {
        return infeasible.isEmpty();
    }

    /** Predicted latency; empty when unknown. */
    public OptionalDouble micros() {
        return prediction.micros();
    }

    /** Whether it may be chosen and its latency is known. */
    public boolean comparable() {
        return feasible() && micros().isPresent();
    }
}
