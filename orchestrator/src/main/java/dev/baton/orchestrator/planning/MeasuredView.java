package dev.baton.orchestrator.planning;

import dev.baton.planning.Alternative;
import dev.baton.planning.EdgeObservation.PlacementTimes;
import dev.baton.planning.Moments;
import dev.baton.planning.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was measured under a plan during the last window that had requests, beside what was predicted when it was made. Medians.
 *
 * @param joules of the edge node per request; absent where its power is unknown
 * @param terms one by one; uplink and round trip are measured in one
 */
public record MeasuredView(
        long requests,
        double p50Millis,
        double p95Millis,
        @Nullable Double joules,
        long failures,
        long completedLocally,
        List<TermView> terms) {

    /** One stage: predicted when the plan was made, and measured; absent where unknown. */
    public record TermView(
            String name,
            @Nullable Double predictedMillis,
            @Nullable Double measuredMillis) {}

    /** Empty before the first request under the plan. */
    public static Optional<MeasuredView> of(Standing standing) {
        return standing.measured().flatMap(times -> of(standing.plan(), times));
    }

    private static Optional<MeasuredView> of(Plan plan, PlacementTimes times) {
        return times.totalMicros()
                .map(total -> new MeasuredView(
                        total.count(),
                        millis(total.p50()),
                        millis(total.p95()),
                        times.joules().map(Moments::p50).orElse(null),
                        times.failures(),
                        times.completedLocally(),
                        plan.chosen().map(chosen -> terms(chosen, times)).orElse(List.of())));
    }

    private static List<TermView> terms(Alternative chosen, PlacementTimes times) {
        List<TermView> views = new ArrayList<>();
        List<Term> predicted = chosen.prediction().terms();
        for (Term term : predicted) {
            PredictionErrors.measured(term.name(), times)
                    .ifPresent(measured -> views.add(
                            new TermView(term.name().text(), PlanView.millis(term.micros()), millis(measured.p50()))));
        }
        times.uplinkMicros()
                .ifPresent(measured -> views.add(new TermView(
                        PredictionErrors.TRANSFER,
                        PlanView.millis(PredictionErrors.transfer(predicted)),
                        millis(measured.p50()))));
        return views;
    }

    private static double millis(double micros) {
        return Math.round(micros) / 1e3;
    }
}
