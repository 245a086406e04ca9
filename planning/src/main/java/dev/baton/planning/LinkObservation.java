package dev.baton.planning;

import java.util.OptionalDouble;

/**
 * An edge node's own estimate of its link to the broker. Taken as the edge node reports it: its estimator has smoothed and
 * reacts to change, and a second filter here would only delay the plan.
 *
 * @param bytesPerSecond of the uplink; empty when unknown
 * @param bytesPerSecondError standard error of that; empty when unknown
 * @param roundTripMicros fixed part of a transfer, broker included; empty when unknown
 * @param roundTripErrorMicros standard error of that; empty when unknown
 * @param residualMicros standard error of one transfer time around the edge node's fit
 * @param samples transfers that the estimate stands on
 * @param downlinkBytesPerSecond of the way back; empty when unknown, and then taken to be like the uplink
 * @param downlinkBytesPerSecondError standard error of that; empty when unknown
 */
public record LinkObservation(
        OptionalDouble bytesPerSecond,
        OptionalDouble bytesPerSecondError,
        OptionalDouble roundTripMicros,
        OptionalDouble roundTripErrorMicros,
        double residualMicros,
        long samples,
        OptionalDouble downlinkBytesPerSecond,
        OptionalDouble downlinkBytesPerSecondError) {
    /** Nothing is known of the link. */
    public static final LinkObservation UNKNOWN = new LinkObservation(
            OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), 0, 0);

    public LinkObservation {
        requirePositive("uplink bytes per second", bytesPerSecond);
        requirePositive("round trip microseconds", roundTripMicros);
        requireNotNegative("error of uplink bytes per second", bytesPerSecondError.orElse(0));
        requireNotNegative("error of round trip microseconds", roundTripErrorMicros.orElse(0));
        requireNotNegative("residual microseconds", residualMicros);
        requirePositive("downlink bytes per second", downlinkBytesPerSecond);
        requireNotNegative("error of downlink bytes per second", downlinkBytesPerSecondError.orElse(0));
    }

    /** A link whose way back nobody measured. */
    public LinkObservation(
            OptionalDouble bytesPerSecond,
            OptionalDouble bytesPerSecondError,
            OptionalDouble roundTripMicros,
            OptionalDouble roundTripErrorMicros,
            double residualMicros,
            long samples) {
        this(
                bytesPerSecond,
                bytesPerSecondError,
                roundTripMicros,
                roundTripErrorMicros,
                residualMicros,
                samples,
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    /** The same, where the way back is known exactly. */
    public LinkObservation withDownlink(double downlink) {
        return new LinkObservation(
                bytesPerSecond,
                bytesPerSecondError,
                roundTripMicros,
                roundTripErrorMicros,
                residualMicros,
                samples,
                OptionalDouble.of(downlink),
                OptionalDouble.of(0));
    }

    /** A link whose rate and round trip are known exactly. */
    public static LinkObservation of(double bytesPerSecond, double roundTripMicros) {
        return new LinkObservation(
                OptionalDouble.of(bytesPerSecond),
                OptionalDouble.of(0),
                OptionalDouble.of(roundTripMicros),
                OptionalDouble.of(0),
                0,
                1);
    }

    private static void requirePositive(String name, OptionalDouble value) {
        if (value.isPresent() && !(value.getAsDouble() > 0 && Double.isFinite(value.getAsDouble()))) {
            throw new IllegalArgumentException(name + " must be finite and positive, but was " + value.getAsDouble());
        }
    }

    private static void requireNotNegative(String name, double value) {
        if (!Double.isFinite(value) || value < 0) {
            throw new IllegalArgumentException(name + " must be finite and not negative, but was " + value);
        }
    }
}
