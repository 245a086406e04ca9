package dev.baton.clients;

import java.util.List;
import java.util.Optional;

/**
 * A decision as the orchestrator explains it, and how things stand now.
 *
 * @param inForce whether the decision is still in force
 */
public record Explanation(Decision decision, boolean inForce, PlanView.Standing now) {

    /**
     * What was decided, and on what.
     *
     * @param trigger  what made the planner act
     * @param previous the plan that it replaced; empty for the first one
     * @param inputs   what was known then
     */
    public record Decision(PlanView plan, String trigger, Optional<Previous> previous, List<PlanView.Input> inputs) {

        public Decision {
            inputs = inputs == null ? List.of() : List.copyOf(inputs);
        }
    }

    /**
     * A plan that was replaced.
     *
     * @param predictedMillis when it was made; empty when unknown
     */
    public record Previous(String placement, String codec, long epoch, Optional<Double> predictedMillis) {

        /** Placement and codec, as in {@code split:3 int8+zstd}. */
        public String choice() {
            return PlanView.choice(placement, codec);
        }
    }
}
