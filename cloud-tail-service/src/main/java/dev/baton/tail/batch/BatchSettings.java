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
 * @param priorities    levels that requests may have
 */
public record BatchSettings(
        Function<TailSession, Limits> limits,
        int capacity,
        long capacityBytes,
        WhenFull whenFull,
        Priorities priorities) {

    public BatchSettings {
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(whenFull, "whenFull");
        Objects.requireNonNull(priorities, "priorities");
        if (capacity < 1 || capacityBytes < 1) {
            throw new IllegalArgumentException(
                    "capacity must be at least 1 request and 1 byte, is %d and %d".formatted(capacity, capacityBytes));
        }
    }

    /**
     * Levels of priority, 1 the highest.
     *
     * @param usual of requests that name none, or one that does not exist, as Triton has it
     */
    public record Priorities(int levels, int usual) {

        public Priorities {
            if (levels < 1 || usual < 1 || usual > levels) {
                throw new IllegalArgumentException(
                        "priorities must have 1 level or more, and the usual one among them, but are %d and %d"
                                .formatted(levels, usual));
            }
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

    /** With a level that exists. */
    Claimant onLevel(Claimant claimant) {
        boolean exists = claimant.priority() >= 1 && claimant.priority() <= priorities.levels();
        return exists ? claimant : new Claimant(claimant.name(), priorities.usual());
    }

    Limits of(TailSession tail) {
        return limits.apply(tail);
    }
}
