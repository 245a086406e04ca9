package dev.baton.tail.lateness;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/** Until when an answer to one record is of use to its edge node. */
public final class Deadline {

    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private final Duration budget;
    private final Duration delay;
    private final long receivedNanos;
    private final LongSupplier nanos;

    private Deadline(Duration budget, Duration delay, long receivedNanos, LongSupplier nanos) {
        this.budget = budget;
        this.delay = delay;
        this.receivedNanos = receivedNanos;
        this.nanos = nanos;
    }

    /**
     * The deadline of a record.
     *
     * @param budgetMicros  time left when the record was sent; 0 means no deadline
     * @param delay         time the record spent in queues until it was received
     * @param receivedNanos reading of {@code nanos} when the record was received
     */
    public static Deadline of(long budgetMicros, Duration delay, long receivedNanos, LongSupplier nanos) {
        Duration budget = budgetMicros == 0 ? FOREVER : Duration.of(budgetMicros, ChronoUnit.MICROS);
        return new Deadline(budget, delay, receivedNanos, nanos);
    }

    /** Negative once the deadline has passed. */
    public Duration left() {
        return budget.minus(delay).minusNanos(nanos.getAsLong() - receivedNanos);
    }

    /** The same in nanoseconds. */
    public long leftNanos() {
        return left().toNanos();
    }

    public boolean hasPassed() {
        return left().isNegative();
    }

    @Override
    public String toString() {
        return "budget %d ms, delayed by %d ms, here for %d ms"
                .formatted(
                        budget.toMillis(),
                        delay.toMillis(),
                        Duration.ofNanos(nanos.getAsLong() - receivedNanos).toMillis());
    }
}
