package dev.baton.orchestrator.planning;

import dev.baton.planning.Alternative;
import dev.baton.planning.Term;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A plan as people and tools read it: names instead of types, milliseconds instead of microseconds.
 *
 * @param version SHA-256 of the split package's manifest
 * @param placement {@code edge-only}, {@code cloud-only} or {@code split:N}
 * @param codec of the tensors that cross
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
        List<AlternativeView> alternatives) {

    /**
     * A placement and codec that was weighed.
     *
     * @param predictedMillis absent when a term is unknown
     * @param bytes what the edge node would send; absent when unknown
     * @param infeasible the constraint that rules it out; absent when it may be chosen
     */
    public record AlternativeView(
            String placement,
            String codec,
            @Nullable Double predictedMillis,
            @Nullable Double bytes,
            @Nullable String infeasible,
            List<TermView> terms) {}

    /**
     * A stage's share.
     *
     * @param millis absent when unknown
     * @param source {@code measured}, {@code estimated}, {@code absent} (there is no such stage) or {@code unknown}
     * @param note where the number comes from, or why there is none
     */
    public record TermView(String name, @Nullable Double millis, String source, String note) {}

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
                alternatives(plan.alternatives()));
    }

    public static List<AlternativeView> alternatives(List<Alternative> alternatives) {
        return alternatives.stream().map(PlanView::view).toList();
    }

    private static AlternativeView view(Alternative alternative) {
        return new AlternativeView(
                alternative.choice().placement().id(),
                alternative.choice().codec().id(),
                millis(alternative.micros()),
                orNull(alternative.prediction().bytes()),
                alternative.infeasible().orElse(null),
                alternative.prediction().terms().stream().map(PlanView::view).toList());
    }

    private static TermView view(Term term) {
        return new TermView(term.name().text(), millis(term.micros()), term.sourceText(), term.note());
    }

    private static @Nullable Double millis(OptionalDouble micros) {
        return micros.isPresent()
                ? Optional.of(Math.round(micros.getAsDouble()) / 1e3).get()
                : null;
    }

    private static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent()
                ? Optional.of((double) Math.round(value.getAsDouble())).get()
                : null;
    }
}
