package dev.baton.openinference.protocol;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Answers in time where the work does not end in time. */
public final class DeadlineWatch implements AutoCloseable {

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("deadlines").factory());

    public DeadlineWatch() {
        thread.setRemoveOnCancelPolicy(true);
    }

    /** Runs {@code passed} after {@code budget}, unless the result is cancelled before. */
    Future<?> after(Duration budget, Runnable passed) {
        return thread.schedule(passed, Math.max(0, budget.toNanos()), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
