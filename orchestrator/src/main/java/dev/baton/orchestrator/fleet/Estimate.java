package dev.baton.orchestrator.fleet;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A measured duration or size, smoothed over windows. Unit: microseconds or bytes, as the name it is kept under says.
 *
 * @param value median of a window, averaged over windows with their counts as weights
 * @param p95 95th percentile of a window, averaged likewise
 * @param samples number of values it stands on, at most {@link #MEMORY}
 * @param at when the last value arrived
 */
public record Estimate(double value, double p95, double samples, Instant at) {
    /** A window with this many values weighs as much as everything seen before it. */
    static final double MEMORY = 32;

    static Estimate of(Summary window, Instant now) {
        return new Estimate(window.p50(), window.p95(), Math.min((double) window.count(), MEMORY), now);
    }

    Estimate then(Summary window, Instant now) {
        double weight = window.count() / ((double) window.count() + samples);
        return new Estimate(
                value + weight * (window.p50() - value),
                p95 + weight * (window.p95() - p95),
                Math.min(samples + (double) window.count(), MEMORY),
                now);
    }

    /** What is known after {@code window}, which may hold nothing. */
    static Optional<Estimate> after(Optional<Estimate> before, Optional<Summary> window, Instant now) {
        return window.map(summary -> after(before.orElse(null), summary, now)).or(() -> before);
    }

    static Estimate after(@Nullable Estimate before, Summary window, Instant now) {
        return before == null ? of(window, now) : before.then(window, now);
    }
}
