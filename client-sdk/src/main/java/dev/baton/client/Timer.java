package dev.baton.client;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Does things later, on one daemon thread; none of them waits for anything. */
final class Timer implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Timer.class.getName());

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread made = new Thread(task, "baton-client");
        made.setDaemon(true);
        return made;
    });

    Timer() {
        thread.setRemoveOnCancelPolicy(true);
    }

    /** Empty, and never done, where the client was closed. */
    Optional<Future<?>> after(Duration wait, Runnable step) {
        try {
            return Optional.of(thread.schedule(() -> run(step), wait.toNanos(), TimeUnit.NANOSECONDS));
        } catch (RejectedExecutionException closed) {
            return Optional.empty();
        }
    }

    private static void run(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a fault of this client", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
