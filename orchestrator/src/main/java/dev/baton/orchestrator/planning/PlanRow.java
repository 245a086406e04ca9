package dev.baton.orchestrator.planning;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.baton.planning.Alternative;
import dev.baton.planning.EdgeObservation.PlacementTimes;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A plan in force on one line.
 *
 * @param since when it was decided
 * @param predictedMillis when it was decided; absent when unknown
 * @param measuredMillis median of the last window with requests; absent before the first
 * @param joules of the edge node per request, as measured, else as predicted; absent when unknown
 * @param planner the replica that decided it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlanRow(
        String edgeNode,
        String model,
        String version,
        String placement,
        String codec,
        long epoch,
        boolean pinned,
        Instant since,
        @Nullable Double predictedMillis,
        @Nullable Double measuredMillis,
        @Nullable Double joules,
        String objective,
        String reason,
        String planner) {

    public static PlanRow of(Standing standing) {
        Plan plan = standing.plan();
        Optional<Alternative> chosen = plan.chosen();
        OptionalDouble predicted = chosen.map(Alternative::micros).orElse(OptionalDouble.empty());
        OptionalDouble joules =
                chosen.map(alternative -> alternative.prediction().joules()).orElse(OptionalDouble.empty());
        return new PlanRow(
                plan.edgeNode(),
                plan.model().model(),
                plan.model().version(),
                plan.choice().placement().id(),
                plan.choice().codec().id(),
                plan.epoch(),
                plan.pinned(),
                plan.decidedAt(),
                PlanView.millis(predicted),
                standing.measured()
                        .flatMap(PlacementTimes::totalMicros)
                        .map(total -> PlanView.millis(OptionalDouble.of(total.p50())))
                        .orElse(null),
                standing.measured()
                        .flatMap(PlacementTimes::joules)
                        .map(measured -> Double.valueOf(measured.p50()))
                        .orElseGet(() -> joules.isPresent() ? Double.valueOf(joules.getAsDouble()) : null),
                plan.objective(),
                plan.reason(),
                plan.planner());
    }
}
