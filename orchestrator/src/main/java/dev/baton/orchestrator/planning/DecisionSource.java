package dev.baton.orchestrator.planning;

import java.util.List;

/** Where earlier decisions are read from. */
public interface DecisionSource extends DecisionLog {
    /** Most decisions of one edge node and model that are asked for. */
    int LIMIT = 200;

    /**
     * The latest decisions, newest first.
     *
     * @throws HistoryUnavailableException when they cannot be read now
     */
    List<DecisionView> latest(String edgeNode, String model, int limit);
}
