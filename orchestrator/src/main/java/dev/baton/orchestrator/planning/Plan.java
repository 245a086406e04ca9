package dev.baton.orchestrator.planning;

import dev.baton.planning.Alternative;
import dev.baton.planning.Choice;
import dev.baton.planning.ModelVersion;
import java.time.Instant;
import java.util.List;

/**
 * What one edge node is told to do with one model, and why.
 *
 * @param epoch rises with every plan for this edge node and model, from 1
 * @param reason one sentence for people
 * @param alternatives all that were weighed, best first
 * @param pinned set by an operator, not chosen
 */
public record Plan(
        String edgeNode,
        ModelVersion model,
        Choice choice,
        long epoch,
        String reason,
        List<Alternative> alternatives,
        boolean pinned,
        Instant decidedAt) {
    public Plan {
        if (epoch < 1) {
            throw new IllegalArgumentException("epoch of a plan must be at least 1, but was " + epoch);
        }
        alternatives = List.copyOf(alternatives);
    }
}
