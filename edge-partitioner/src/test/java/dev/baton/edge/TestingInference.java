package dev.baton.edge;

import dev.baton.edge.cloud.ActivationSender;
import dev.baton.edge.cloud.CircuitBreaker;
import dev.baton.edge.cloud.CircuitBreakers;
import dev.baton.edge.cloud.Downlink;
import dev.baton.edge.explore.Exploration;
import dev.baton.edge.explore.ExplorationSettings;
import dev.baton.edge.measure.Arrivals;
import dev.baton.edge.model.Models;
import dev.baton.edge.request.CloudSide;
import dev.baton.edge.request.EdgeInference;
import dev.baton.edge.request.EnergyMeter;
import dev.baton.edge.request.ModelLookup;
import dev.baton.edge.request.RequestCounters;
import dev.baton.planning.link.LinkEstimator;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.Optional;

/** Makes the main path without anything around it: nothing is explored, no energy is known. */
public final class TestingInference {

    private TestingInference() {}

    private static final class Heedless implements CircuitBreaker.Listener {
        @Override
        public void opened(Duration pause) {}

        @Override
        public void closed() {}
    }

    /** With breakers that never open. */
    public static EdgeInference of(Models models, ActivationSender cloud, Arrivals arrivals) {
        CircuitBreaker.Settings never =
                new CircuitBreaker.Settings(Integer.MAX_VALUE, Duration.ofDays(1), Duration.ofDays(1));
        return of(models, cloud, arrivals, new CircuitBreakers(never, _ -> new Heedless(), System::nanoTime));
    }

    public static EdgeInference of(Models models, ActivationSender cloud, Arrivals arrivals, CircuitBreakers breakers) {
        return new EdgeInference(
                new ModelLookup(models),
                new CloudSide(
                        cloud,
                        breakers,
                        new LinkEstimator(System::nanoTime),
                        new Downlink(System::nanoTime),
                        Duration.ofSeconds(5),
                        System::nanoTime),
                new EdgeInference.Learning(
                        arrivals,
                        new Exploration(
                                models,
                                arrivals,
                                () -> false,
                                () -> false,
                                new ExplorationSettings(0, 0, Duration.ofMinutes(1), Duration.ofMinutes(1)),
                                () -> 1,
                                System::nanoTime),
                        new EnergyMeter(Optional.empty(), _ -> {})),
                new RequestCounters(OpenTelemetry.noop().getMeter("test")),
                "cpu",
                OpenTelemetry.noop().getTracer("test"),
                System::nanoTime);
    }
}
