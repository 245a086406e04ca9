package dev.baton.embedded;

import java.time.Duration;
import java.util.Objects;

/**
 * How a link behaves, the same in both directions.
 *
 * @param megabitsPerSecond rate of each direction, shared by all its connections; {@code Infinity} for no limit
 * @param oneWayDelay       time a byte takes to the other side, after it was sent
 * @param jitter            standard deviation of that time; bytes never overtake each other
 */
@SuppressWarnings("DoNotCallSuggester")
public record LinkConditions(double megabitsPerSecond, Duration oneWayDelay, Duration jitter) {

    /** A link that neither limits nor delays. */
    public static final LinkConditions UNLIMITED =
            new LinkConditions(Double.POSITIVE_INFINITY, Duration.ZERO, Duration.ZERO);

    public LinkConditions {
        Objects.requireNonNull(oneWayDelay, "oneWayDelay");
        Objects.requireNonNull(jitter, "jitter");
        if (!(megabitsPerSecond > 0)) {
            throw new IllegalArgumentException("the rate of a link must be positive, is " + megabitsPerSecond);
        }
    }

    /** Reads {@code "8mbit,10ms,1ms"}: rate, one-way delay and jitter. */
    public static LinkConditions parse(String text) {
        throw new UnsupportedOperationException(text);
    }

    /** The text that {@link #parse} reads. */
    public String format() {
        throw new UnsupportedOperationException();
    }
}
