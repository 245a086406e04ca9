package dev.baton.orchestrator.planning;

import dev.baton.planning.EdgeObservation.PlacementTimes;
import dev.baton.planning.change.Trigger;

/** Hears of what planning does, such as to count it; must return at once. */
public interface PlanningListener {
    /** Hears nothing. */
    PlanningListener NONE = new PlanningListener() {};

    /** An edge node's model was looked at. */
    default void looked() {}

    /** A plan changed. */
    default void decided(Plan plan, Trigger trigger) {}

    /** Requests were measured under {@code plan}. */
    default void measured(Plan plan, PlacementTimes times) {}
}
