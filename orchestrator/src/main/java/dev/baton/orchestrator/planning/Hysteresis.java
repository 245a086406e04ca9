package dev.baton.orchestrator.planning;

import dev.baton.planning.Alternative;
import java.time.Duration;

/**
 * How much better another placement must be before a plan changes.
 *
 * @param relativeGain share of the current placement's predicted latency
 * @param absoluteGain least time saved
 */
public record Hysteresis(double relativeGain, Duration absoluteGain) {
    public Hysteresis {
        if (!(relativeGain >= 0 && relativeGain < 1)) {
            throw new IllegalArgumentException("relative gain must lie in [0, 1), but was " + relativeGain);
        }
        if (absoluteGain.isNegative()) {
            throw new IllegalArgumentException("absolute gain must not be negative, but was " + absoluteGain);
        }
    }

    /** Whether {@code best} is worth a change from {@code current}, as both are predicted now. */
    public boolean worthChanging(Alternative current, Alternative best) {
        if (!best.comparable() || best.choice().equals(current.choice())) {
            return false;
        }
        if (!current.comparable()) {
            return true;
        }
        double now = current.micros().getAsDouble();
        double gain = now - best.micros().getAsDouble();
        return gain > relativeGain * now && gain > absoluteGain.toNanos() / 1e3;
    }
}
