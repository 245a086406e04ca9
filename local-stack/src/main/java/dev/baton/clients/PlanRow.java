package dev.baton.clients;

import java.time.Instant;
import java.util.Optional;

/**
 * A plan in force on one line, as the orchestrator tells it.
 *
 * @param since           when it was decided
 * @param predictedMillis when it was decided; empty when unknown
 * @param measuredMillis  median of the last window with requests; empty before the first
 * @param joules          of the edge node per request, as measured, else as predicted; empty when unknown
 * @param planner         the orchestrator replica that decided it
 */
public record PlanRow(
        String edgeNode,
        String model,
        String version,
        String placement,
        String codec,
        long epoch,
        boolean pinned,
        Instant since,
        Optional<Double> predictedMillis,
        Optional<Double> measuredMillis,
        Optional<Double> joules,
        String objective,
        String reason,
        String planner) {}
