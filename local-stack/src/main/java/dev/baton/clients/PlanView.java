package dev.baton.clients;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

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
     */
    public record Alternative(
            String placement,
            String codec,
            Optional<Double> predictedMillis,
            Optional<Double> bytes,
            Optional<String> infeasible) {

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

    /** The best few, one for each placement. */
    public List<Alternative> best(int count) {
        return alternatives.stream()
                .collect(Collectors.toMap(
                        Alternative::placement, one -> one, (best, worse) -> best, java.util.LinkedHashMap::new))
                .values()
                .stream()
                .limit(count)
                .toList();
    }
}
