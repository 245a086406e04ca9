package dev.baton.orchestrator.planning;

import dev.baton.planning.Alternative;
import dev.baton.planning.Term;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A plan as people and tools read it: names instead of types, milliseconds instead of microseconds.
 *
 * @param version SHA-256 of the split package's manifest
 * @param placement {@code edge-only}, {@code cloud-only} or {@code split:N}
 * @param codec of the tensors that cross
 * @param objective what the choice minimises
 * @param planner the orchestrator replica that decided it
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
        @Nullable String objective,
        @Nullable String planner,
        List<AlternativeView> alternatives) {

    /**
     * A placement and codec that was weighed.
     *
     * @param predictedMillis absent when a term is unknown
     * @param deviationMillis how far one request lies off, as a standard deviation; absent when unknown
     * @param bytes what the edge node would send; absent when unknown
     * @param joules that the edge node would spend on a request; absent when unknown
     * @param cloudCost price of the tail's time; absent when unknown
     * @param score value of the objective, smaller is better; absent when unknown
     * @param infeasible the constraint that rules it out; absent when it may be chosen
     */
    public record AlternativeView(
            String placement,
            String codec,
            @Nullable Double predictedMillis,
            @Nullable Double deviationMillis,
            @Nullable Double bytes,
            @Nullable Double joules,
            @Nullable Double cloudCost,
            @Nullable Double score,
            @Nullable String infeasible,
            List<TermView> terms) {}

    /**
     * A stage's share.
     *
     * @param millis absent when unknown
     * @param deviationMillis how far one request lies off, as a standard deviation; absent when unknown
     * @param source {@code measured}, {@code estimated}, {@code prior}, {@code absent} (there is no such stage) or {@code unknown}
     * @param note where the number comes from, or why there is none
     */
    public record TermView(
            String name, @Nullable Double millis, @Nullable Double deviationMillis, String source, String note) {}

    public static PlanView of(Plan plan) {
        return new PlanView(
                plan.edgeNode(),
                plan.model().model(),
                plan.model().version(),
                plan.choice().placement().id(),
                plan.choice().codec().id(),
                plan.epoch(),
                plan.pinned(),
                plan.reason(),
                plan.decidedAt(),
                plan.objective(),
                plan.planner(),
                alternatives(plan.alternatives()));
    }

    public static List<AlternativeView> alternatives(List<Alternative> alternatives) {
        return alternatives.stream().map(PlanView::view).toList();
    }

    static AlternativeView view(Alternative alternative) {
        return new AlternativeView(
                alternative.choice().placement().id(),
                alternative.choice().codec().id(),
                millis(alternative.micros()),
                millis(alternative.prediction().deviationMicros()),
                rounded(alternative.prediction().bytes(), 1),
                rounded(alternative.prediction().joules(), 1e6),
                rounded(alternative.prediction().cloudCost(), 1e9),
                rounded(alternative.score(), 1e6),
                alternative.infeasible().orElse(null),
                alternative.prediction().terms().stream().map(PlanView::view).toList());
    }

    private static TermView view(Term term) {
        return new TermView(
                term.name().text(),
                millis(term.micros()),
                millis(term.deviationMicros()),
                term.sourceText(),
                term.note());
    }

    /** Milliseconds to a thousandth; null when unknown. */
    static @Nullable Double millis(OptionalDouble micros) {
        return micros.isPresent() ? Double.valueOf(Math.round(micros.getAsDouble()) / 1e3) : null;
    }

    private static @Nullable Double rounded(OptionalDouble value, double partsOfOne) {
        return value.isPresent() ? Double.valueOf(Math.round(value.getAsDouble() * partsOfOne) / partsOfOne) : null;
    }
}
