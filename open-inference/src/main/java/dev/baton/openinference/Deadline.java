package dev.baton.openinference;

import java.time.Duration;
import java.util.Optional;

/** A point of the nano ticker after which an answer is of no use. */
public record Deadline(long atNanos) {

    public static Deadline in(Duration budget, long nowNanos) {
        return new Deadline(
                nowNanos + Math.min(budget.toNanos(), Duration.ofDays(1).toNanos()));
    }

    /** The one that passes first. */
    public static Optional<Deadline> earlier(Optional<Deadline> one, Optional<Deadline> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.or(() -> other);
        }
        return one.get().atNanos - other.get().atNanos <= 0 ? one : other;
    }

    /** Time left; negative when passed. */
    public Duration remaining(long nowNanos) {
        return Duration.ofNanos(atNanos - nowNanos);
    }
}
