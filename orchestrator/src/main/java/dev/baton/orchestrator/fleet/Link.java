package dev.baton.orchestrator.fleet;

import java.util.OptionalDouble;

/**
 * An edge node's own estimate of its link to the broker. Taken as the edge node reports it: its estimator has smoothed
 * and reacts to change, and a second filter here would only delay the plan.
 *
 * @param uplinkBytesPerSecond empty when unknown
 * @param roundTripMicros fixed part of a transfer, broker included; empty when unknown
 * @param residualMicros standard error of one transfer time around the edge node's fit
 * @param samples transfers that the estimate stands on
 */
public record Link(
        OptionalDouble uplinkBytesPerSecond, OptionalDouble roundTripMicros, double residualMicros, long samples) {
    public static final Link UNKNOWN = new Link(OptionalDouble.empty(), OptionalDouble.empty(), 0, 0);

    public Link {
        uplinkBytesPerSecond.ifPresent(rate -> requirePositive("uplink bytes per second", rate));
        roundTripMicros.ifPresent(micros -> requirePositive("round trip microseconds", micros));
        if (!Double.isFinite(residualMicros) || residualMicros < 0) {
            throw new IllegalArgumentException(
                    "residual microseconds must be finite and not negative, but was " + residualMicros);
        }
    }

    private static void requirePositive(String name, double value) {
        if (!Double.isFinite(value) || value <= 0) {
            throw new IllegalArgumentException(name + " must be finite and positive, but was " + value);
        }
    }
}
