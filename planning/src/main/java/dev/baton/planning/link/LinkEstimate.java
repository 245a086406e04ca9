package dev.baton.planning.link;

import java.time.Duration;

/**
 * The link to the broker as transfers showed it: a record of n bytes is acknowledged after
 * {@code roundTrip + n / bytesPerSecond}.
 *
 * @param bytesPerSecond of the uplink, payload bytes
 * @param roundTrip      the part that does not depend on size: round trip and the broker's own work
 * @param residual       robust standard error of one transfer time around the fit
 * @param samples        transfers the fit rests on
 */
public record LinkEstimate(double bytesPerSecond, Duration roundTrip, Duration residual, int samples) {

    public LinkEstimate {
        if (!(bytesPerSecond > 0) || Double.isInfinite(bytesPerSecond)) {
            throw new IllegalArgumentException("bytesPerSecond must be positive and finite, is " + bytesPerSecond);
        }
        if (roundTrip.isNegative()) {
            throw new IllegalArgumentException("roundTrip must not be negative, is " + roundTrip);
        }
    }

    public Duration transfer(long bytes) {
        return roundTrip.plusNanos(Math.round(bytes / bytesPerSecond * 1e9));
    }
}
