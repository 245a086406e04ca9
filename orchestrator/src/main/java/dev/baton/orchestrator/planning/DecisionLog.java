package dev.baton.orchestrator.planning;

/** Where decisions are recorded. */
@FunctionalInterface
public interface DecisionLog {
    /** Records; returns at once and never fails. */
    void record(PlanDecision decision);
}
