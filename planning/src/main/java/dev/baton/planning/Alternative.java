package dev.baton.planning;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One possible choice with its prediction.
 *
 * @param infeasible the constraints that rule it out, as a sentence; empty when it may be chosen
 * @param score the value of the objective, smaller is better; empty when a quantity that it needs is unknown
 */
public record Alternative(Choice choice, Prediction prediction, Optional<String> infeasible, OptionalDouble score) {
    /** Scored by latency. */
    public Alternative(Choice choice, Prediction prediction, Optional<String> infeasible) {
        this(choice, prediction, infeasible, prediction.micros());
    }

    public boolean feasible() {
        return infeasible.isEmpty();
    }

    /** Predicted latency; empty when unknown. */
    public OptionalDouble micros() {
        return prediction.micros();
    }

    /** Whether it may be chosen and its score and latency are known. */
    public boolean comparable() {
        return feasible() && score.isPresent() && micros().isPresent();
    }
}
