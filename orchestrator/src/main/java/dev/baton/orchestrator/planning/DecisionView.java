package dev.baton.orchestrator.planning;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A decision as people and tools read it.
 *
 * @param trigger what made the planner act
 * @param previous the plan that it replaced; absent for the first one
 * @param inputs what was known
 */
public record DecisionView(
        PlanView plan, String trigger, @Nullable PreviousView previous, List<PlanDecision.Input> inputs) {

    /**
     * A plan that was replaced.
     *
     * @param predictedMillis when it was made; absent when unknown
     */
    public record PreviousView(
            String placement,
            String codec,
            long epoch,
            @Nullable Double predictedMillis) {}

    public static DecisionView of(PlanDecision decision) {
        return new DecisionView(
                PlanView.of(decision.plan()),
                decision.trigger(),
                decision.previous().map(DecisionView::previous).orElse(null),
                decision.inputs());
    }

    /** A plan whose decision is not known any more. */
    public static DecisionView unrecorded(Plan plan) {
        return new DecisionView(PlanView.of(plan), "not recorded", null, List.of());
    }

    private static PreviousView previous(Plan plan) {
        return new PreviousView(
                plan.choice().placement().id(),
                plan.choice().codec().id(),
                plan.epoch(),
                plan.chosen()
                        .map(PlanView::view)
                        .flatMap(alternative -> Optional.ofNullable(alternative.predictedMillis()))
                        .orElse(null));
    }
}
