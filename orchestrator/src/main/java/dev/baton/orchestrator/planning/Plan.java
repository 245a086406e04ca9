package dev.baton.orchestrator.planning;

import dev.baton.planning.Alternative;
import dev.baton.planning.Choice;
import dev.baton.planning.ModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one edge node is told to do with one model, and why.
 *
 * @param epoch rises with every plan for this edge node and model, from 1
 * @param reason one sentence for people
 * @param alternatives all that were weighed, best first
 * @param pinned set by an operator, not chosen
 * @param objective what the choice minimises, as people read it
 * @param planner the orchestrator replica that decided it
 */
public record Plan(
        String edgeNode,
        ModelVersion model,
        Choice choice,
        long epoch,
        String reason,
        List<Alternative> alternatives,
        boolean pinned,
        Instant decidedAt,
        String objective,
        String planner) {
    public Plan {
        if (epoch < 1) {
            throw new IllegalArgumentException("epoch of a plan must be at least 1, but was " + epoch);
        }
        alternatives = List.copyOf(alternatives);
    }

    /** What was predicted for the choice when it was made. */
    public Optional<Alternative> chosen() {
        return alternatives.stream()
                .filter(alternative -> alternative.choice().equals(choice))
                .findFirst();
    }

    /** The same without what else was weighed. */
    public Plan brief() {
        return new Plan(
                edgeNode,
                model,
                choice,
                epoch,
                reason,
                chosen().stream().toList(),
                pinned,
                decidedAt,
                objective,
                planner);
    }
}
