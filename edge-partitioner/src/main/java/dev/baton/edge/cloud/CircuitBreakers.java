package dev.baton.edge.cloud;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** A breaker for each model: the tails of one may be gone while those of another answer. */
public final class CircuitBreakers {

    private final Map<String, CircuitBreaker> breakers = new ConcurrentHashMap<>();
    private final CircuitBreaker.Settings settings;
    private final Function<String, CircuitBreaker.Listener> listeners;
    private final LongSupplier nanoTicker;

    /** @param listeners makes who is told, for a model */
    public CircuitBreakers(
            CircuitBreaker.Settings settings,
            Function<String, CircuitBreaker.Listener> listeners,
            LongSupplier nanoTicker) {
        this.settings = settings;
        this.listeners = listeners;
        this.nanoTicker = nanoTicker;
    }

    /** Of a model that serves: there are no more of them than models in the catalog. */
    public CircuitBreaker of(String model) {
        return breakers.computeIfAbsent(model, name -> new CircuitBreaker(settings, listeners.apply(name), nanoTicker));
    }

    /** How long a probe may take: a cloud that takes longer is not back. */
    public Duration probePatience() {
        return settings.longestPause();
    }
}
