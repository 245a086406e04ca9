package dev.baton.orchestrator.planning;

import java.util.concurrent.CompletionStage;

/** Where plans are published; edge nodes follow it. */
@FunctionalInterface
public interface PlanLog {
    /** Publishes without waiting; the stage fails when the plan may not have arrived. */
    CompletionStage<Void> publish(Plan plan);
}
