package dev.baton.orchestrator.planning;

import dev.baton.planning.Alternative;
import dev.baton.planning.EdgeObservation.PlacementTimes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How things stand for one edge node and model: the plan in force, and the last look at it.
 *
 * @param plan the plan in force, with the alternatives as they were when it was decided
 * @param here whether this replica plans for the edge node; if not, only the plan is known here
 * @param evaluatedAt when the alternatives were last ranked; empty before the first time
 * @param verdict what the last look found: why the plan changed or stays
 * @param ranking the alternatives as they are predicted now, best first
 * @param measured what the edge node measured last under the plan
 * @param inputs what is known now
 */
public record Standing(
        Plan plan,
        boolean here,
        Optional<Instant> evaluatedAt,
        String verdict,
        List<Alternative> ranking,
        Optional<PlacementTimes> measured,
        List<PlanDecision.Input> inputs) {
    public Standing {
        ranking = List.copyOf(ranking);
        inputs = List.copyOf(inputs);
    }
}
