package dev.baton.orchestrator.planning;

import java.util.List;
import java.util.Optional;

/**
 * A plan with what it was decided on, kept to explain it later.
 *
 * @param trigger what made the planner act, in a few words
 * @param previous the plan before, with nothing but its own prediction; empty for the first one
 * @param inputs what was known, as the planner read it
 */
public record PlanDecision(Plan plan, String trigger, Optional<Plan> previous, List<Input> inputs) {
    public PlanDecision {
        inputs = List.copyOf(inputs);
    }

    /** One thing that was known, such as the link's rate, as people read it. */
    public record Input(String name, String value) {}
}
