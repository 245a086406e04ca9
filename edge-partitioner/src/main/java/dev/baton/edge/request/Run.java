package dev.baton.edge.request;

import dev.baton.edge.measure.PlacementMeasurements.Quantity;
import dev.baton.edge.model.EdgePlan;
import dev.baton.edge.model.ServedModel;
import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** One request on its way. */
final class Run {

    final InferenceRequest request;
    final ServedModel model;
    final EdgePlan plan;
    final StageClock clock;
    final RequestInputs inputs;
    /** Terms that no stage tells. */
    final Map<Quantity, Double> terms = new EnumMap<>(Quantity.class);

    private final LongSupplier nanoTicker;

    /** Begins a request under the model's active plan. */
    Run(InferenceRequest request, ServedModel model, Tracer tracer, LongSupplier nanoTicker) {
        this.request = request;
        this.model = model;
        this.plan = model.plan();
        this.clock = new StageClock(tracer, nanoTicker, request.arrivedNanos());
        this.inputs = new RequestInputs(request, model, clock);
        this.nanoTicker = nanoTicker;
    }

    /** Negative when the deadline has passed, empty where there is none. */
    Optional<Duration> timeLeft() {
        return request.deadline().map(deadline -> deadline.remaining(nanoTicker.getAsLong()));
    }

    void requireTimeLeft() {
        if (timeLeft().filter(left -> !left.isPositive()).isPresent()) {
            throw new RequestRefusedException(
                    Reason.DEADLINE_PASSED,
                    "the deadline passed %d ms after the request arrived"
                            .formatted(clock.sinceArrival().toMillis()));
        }
    }
}
