package dev.baton.planning.link;

import java.time.Duration;

/**
 * The link to the broker as transfers showed it: a record of n bytes is acknowledged after
 * {@code roundTrip + n / bytesPerSecond}.
 *
 * @param bytesPerSecond      of the uplink, payload bytes; where no transfer was large enough to be seen, the least it can be
 * @param roundTrip           the part that does not depend on size: round trip and the broker's own work
 * @param residual            robust standard error of one transfer time around the fit
 * @param samples             transfers the fit rests on
 * @param bytesPerSecondError standard error of {@code bytesPerSecond}, at most as large: then the rate is only bounded
 *                            from below
 * @param roundTripError      standard error of {@code roundTrip}
 */
public record LinkEstimate(
        double bytesPerSecond,
        Duration roundTrip,
        Duration residual,
        int samples,
        double bytesPerSecondError,
        Duration roundTripError) {

    public LinkEstimate {
        if (!(bytesPerSecond > 0) || Double.isInfinite(bytesPerSecond)) {
            throw new IllegalArgumentException("bytesPerSecond must be positive and finite, is " + bytesPerSecond);
        }
        if (!(bytesPerSecondError >= 0) || bytesPerSecondError > bytesPerSecond) {
            throw new IllegalArgumentException("bytesPerSecondError must be between 0 and %s, is %s"
                    .formatted(bytesPerSecond, bytesPerSecondError));
        }
        if (roundTrip.isNegative() || residual.isNegative() || roundTripError.isNegative()) {
            throw new IllegalArgumentException(
                    "roundTrip, residual and roundTripError must not be negative, are %s, %s, %s"
                            .formatted(roundTrip, residual, roundTripError));
        }
    }

    public Duration transfer(long bytes) {
        return roundTrip.plusNanos(Math.round(bytes / bytesPerSecond * 1e9));
    }
}
