package dev.baton.benchmarks;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was measured in one cell.
 *
 * @param settled       whether the plan stayed as it was for some windows before it was taken as chosen
 * @param settleSeconds from the change of the link to the measuring
 * @param switches      changes of the plan in this time
 * @param reason        why the planner chose so, in its words
 * @param seconds       the whole cell took
 * @param measured      the chosen one first
 */
record CellResult(
        RegretCell cell,
        boolean settled,
        double settleSeconds,
        int switches,
        String reason,
        double seconds,
        List<Measured> measured) {

    /** Why an alternative was measured. */
    enum Role {
        /** By the planner. */
        CHOSEN,
        /** Edge-only, or cloud-only with what the client sent. */
        END,
        /** Among the next best by prediction. */
        NEXT,
        /** Drawn from the rest. */
        RANDOM
    }

    /**
     * One placement and codec as it was measured, pinned. Times are in milliseconds.
     *
     * @param p50             of whole requests, as the client saw them
     * @param edgeP50         of whole requests, as the edge node saw them
     * @param bytesSent       median
     * @param completedByEdge requests that the cloud should have finished and did not
     * @param predicted       the planner's prediction when it had settled; empty when unknown
     * @param predictedTerms  its terms, those that are known
     * @param measuredTerms   medians of the stages in the answers' provenance, by the same names
     */
    record Measured(
            String placement,
            String codec,
            Role role,
            int requests,
            int failed,
            int completedByEdge,
            double p50,
            double p95,
            double edgeP50,
            double bytesSent,
            Optional<Double> predicted,
            Map<String, Double> predictedTerms,
            Map<String, Double> measuredTerms) {

        /** As in {@code split:3 int8+zstd}. */
        String name() {
            return placement.startsWith("split:") ? placement + " " + codec : placement;
        }
    }

    /** How much slower than the best the chosen one may be: the larger of a share and a time. */
    static boolean isWithinLimit(double chosenMillis, double bestMillis) {
        return chosenMillis <= Math.max(bestMillis * 1.05, bestMillis + 2);
    }

    Measured chosen() {
        return measured.getFirst();
    }

    Measured best() {
        return measured.stream().min(Comparator.comparingDouble(Measured::p50)).orElseThrow();
    }

    /** The better one of edge-only and cloud-only. */
    Measured betterEnd() {
        return ends().min(Comparator.comparingDouble(Measured::p50)).orElseThrow();
    }

    private Stream<Measured> ends() {
        return measured.stream().filter(each -> !each.placement().startsWith("split:"));
    }

    boolean isNearBest() {
        return isWithinLimit(chosen().p50(), best().p50());
    }

    boolean isNearBetterEnd() {
        return isWithinLimit(chosen().p50(), betterEnd().p50());
    }
}
