package dev.baton.clients;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A plan as the orchestrator tells it.
 *
 * @param decidedAt    by the clock of the replica that decided it
 * @param objective    what was minimised; empty for plans of earlier releases
 * @param planner      the orchestrator replica that decided it; empty for plans of earlier releases
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
        Instant decidedAt,
        Optional<String> objective,
        Optional<String> planner,
        List<Alternative> alternatives) {

    public PlanView {
        alternatives = orNone(alternatives);
    }

    /**
     * A placement and codec that was weighed.
     *
     * @param predictedMillis empty when a term is unknown
     * @param deviationMillis how far one request lies off, as a standard deviation; empty when unknown
     * @param bytes           what the edge node would send
     * @param joules          that the edge node would spend on a request; empty when unknown
     * @param cloudCost       price of the tail's time; empty when unknown
     * @param score           value of the objective, smaller is better; empty when unknown
     * @param infeasible      the constraint that rules it out
     * @param terms           what the prediction is the sum of
     */
    public record Alternative(
            String placement,
            String codec,
            Optional<Double> predictedMillis,
            Optional<Double> deviationMillis,
            Optional<Double> bytes,
            Optional<Double> joules,
            Optional<Double> cloudCost,
            Optional<Double> score,
            Optional<String> infeasible,
            List<Term> terms) {

        public Alternative {
            terms = orNone(terms);
        }

        /** An alternative of which nothing else is known. */
        public static Alternative unpredicted(String placement, String codec) {
            return new Alternative(
                    placement,
                    codec,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of());
        }

        /** Placement and codec, as in {@code split:3 int8+zstd}; the codec is left out where it means nothing. */
        public String choice() {
            return PlanView.choice(placement, codec);
        }

        /** Whether it may be chosen and is predicted. */
        public boolean comparable() {
            return infeasible.isEmpty() && predictedMillis.isPresent();
        }

        /** As in {@code split:3 int8+zstd 31.4 ms}. */
        @Override
        public String toString() {
            if (infeasible.isPresent()) {
                return choice() + " (ruled out)";
            }
            return choice() + predictedMillis.map(" %.1f ms"::formatted).orElse(" (unknown)");
        }
    }

    /**
     * A stage's share of a prediction.
     *
     * @param millis          empty when unknown
     * @param deviationMillis how far one request lies off, as a standard deviation; empty when unknown
     * @param source          {@code measured}, {@code estimated}, {@code prior}, {@code absent} (there is no such stage)
     *     or {@code unknown}
     * @param note            where the number comes from, or why there is none
     */
    public record Term(
            String name, Optional<Double> millis, Optional<Double> deviationMillis, String source, String note) {

        /** Whether the placement has such a stage at all. */
        public boolean exists() {
            return !source.equals("absent");
        }
    }

    /**
     * A plan in force, and how its alternatives are predicted now.
     *
     * @param here        whether the replica that answers plans for the edge node; otherwise it knows the plan alone
     * @param evaluatedAt when the alternatives were last ranked
     * @param verdict     why the plan changed or stayed at the last look
     * @param ranking     as predicted now, best first
     * @param measured    under this plan; empty before its first request
     * @param inputs      what is known now: link, requests, tails
     */
    public record Standing(
            PlanView plan,
            boolean here,
            Optional<Instant> evaluatedAt,
            String verdict,
            List<Alternative> ranking,
            Optional<Measured> measured,
            List<Input> inputs) {

        public Standing {
            ranking = orNone(ranking);
            inputs = orNone(inputs);
        }
    }

    /** One thing that was known when a plan was looked at, such as the link's rate, as people read it. */
    public record Input(String name, String value) {}

    /**
     * What was measured under a plan during the last window that had requests. Medians.
     *
     * @param joules of the edge node per request; empty where its power is unknown
     * @param terms  one by one; uplink and round trip are measured in one
     */
    public record Measured(
            long requests,
            double p50Millis,
            double p95Millis,
            Optional<Double> joules,
            long failures,
            long completedLocally,
            List<MeasuredTerm> terms) {

        public Measured {
            terms = orNone(terms);
        }

        /** What was measured of a stage. */
        public Optional<Double> millis(String term) {
            return terms.stream()
                    .filter(one -> one.name().equals(term))
                    .findFirst()
                    .flatMap(MeasuredTerm::measuredMillis);
        }
    }

    /** One stage: predicted when the plan was made, and measured; empty where unknown. */
    public record MeasuredTerm(String name, Optional<Double> predictedMillis, Optional<Double> measuredMillis) {}

    /** Placement and codec, as in {@code split:3 int8+zstd}. */
    public String choice() {
        return choice(placement, codec);
    }

    /** The alternative that was chosen; empty where it is not among those that are known. */
    public Optional<Alternative> chosen() {
        return find(alternatives, placement, codec);
    }

    /** The alternative of a ranking with this placement and codec; on the edge node alone no codec matters. */
    public static Optional<Alternative> find(List<Alternative> ranking, String placement, String codec) {
        return ranking.stream()
                .filter(one -> one.placement().equals(placement)
                        && (placement.equals("edge-only") || one.codec().equals(codec)))
                .findFirst();
    }

    /** The codec is left out where it means nothing. */
    static String choice(String placement, String codec) {
        boolean meaningless = placement.equals("edge-only") || (placement.equals("cloud-only") && codec.equals("raw"));
        return meaningless ? placement : placement + " " + codec;
    }

    private static <T> List<T> orNone(List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    /** The best few of a ranking, one for each placement. */
    public static List<Alternative> best(List<Alternative> ranking, int count) {
        Set<String> placements = new HashSet<>();
        return ranking.stream()
                .filter(alternative -> placements.add(alternative.placement()))
                .limit(count)
                .toList();
    }
}
