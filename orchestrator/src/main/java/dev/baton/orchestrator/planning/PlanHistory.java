package dev.baton.orchestrator.planning;

import java.util.List;

/** Earlier plans of each edge node and model. May be lost without anything else suffering. */
public interface PlanHistory {
    /** Most plans that are kept for one edge node and model. */
    int LIMIT = 1000;

    /** Keeps a plan; returns at once and never fails. */
    void append(Plan plan);

    /**
     * The latest plans, newest first.
     *
     * @throws HistoryUnavailableException when it cannot be read now
     */
    List<PlanView> latest(String edgeNode, String model, int limit);
}
