package dev.baton.clients;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A plan as the orchestrator tells it.
 *
 * @param alternatives all that were weighed, best first
 */
public record PlanView(
        String edgeNode,
        String model,
        String version,
        String placement,
        String codec,
        long epoch,
        boolean pinned,
        String reason,
        List<Alternative> alternatives) {

    /**
     * A placement and codec that was weighed.
     *
     * @param predictedMillis empty when a term is unknown
     * @param bytes           what the edge node would send
     * @param infeasible      the constraint that rules it out
     * @param terms           what the prediction is the sum of
     */
    public record Alternative(
            String placement,
            String codec,
            Optional<Double> predictedMillis,
            Optional<Double> bytes,
            Optional<String> infeasible,
            List<Term> terms) {

        public Alternative {
            terms = terms == null ? List.of() : List.copyOf(terms);
        }

        /** As in {@code split:3 int8+zstd 31.4 ms}. */
        @Override
        public String toString() {
            String where = placement.startsWith("split:") ? placement + " " + codec : placement;
            if (infeasible.isPresent()) {
                return where + " (ruled out)";
            }
            return where + predictedMillis.map(" %.1f ms"::formatted).orElse(" (unknown)");
        }
    }

    /**
     * A stage's share of a prediction.
     *
     * @param millis empty when unknown
     * @param source where the number comes from, such as {@code measured}
     */
    public record Term(String name, Optional<Double> millis, String source) {}

    /**
     * A plan in force, and how its alternatives are predicted now.
     *
     * @param verdict why the plan changed or stayed at the last look
     * @param ranking as predicted now, best first
     */
    public record Standing(PlanView plan, String verdict, List<Alternative> ranking) {}

    /** The best few of a ranking, one for each placement. */
    public static List<Alternative> best(List<Alternative> ranking, int count) {
        Set<String> placements = new HashSet<>();
        return ranking.stream()
                .filter(alternative -> placements.add(alternative.placement()))
                .limit(count)
                .toList();
    }
}
