package dev.baton.tail.batch;

import dev.baton.tail.models.TailSession;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

/**
 * How requests wait and run together.
 *
 * @param limits        of each tail's batches
 * @param capacity      requests that may wait, of all tails together
 * @param capacityBytes of their decoded tensors
 */
public record BatchSettings(Function<TailSession, Limits> limits, int capacity, long capacityBytes, WhenFull whenFull) {

    public BatchSettings {
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(whenFull, "whenFull");
        if (capacity < 1 || capacityBytes < 1) {
            throw new IllegalArgumentException(
                    "capacity must be at least 1 request and 1 byte, is %d and %d".formatted(capacity, capacityBytes));
        }
    }

    /**
     * Of batches of one tail.
     *
     * @param maxRows  1: every request runs alone
     * @param maxDelay longest wait of a free engine for company
     */
    public record Limits(int maxRows, Duration maxDelay) {

        public Limits {
            if (maxRows < 1) {
                throw new IllegalArgumentException("max rows must be at least 1, is " + maxRows);
            }
            if (maxDelay.isNegative()) {
                throw new IllegalArgumentException("max delay must not be negative, is " + maxDelay);
            }
        }
    }

    Limits of(TailSession tail) {
        return limits.apply(tail);
    }
}
