package dev.baton.edge.explore;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Lets {@link Exploration} look for something to do, several times a second, on a thread of low priority. */
public final class IdleThread implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(IdleThread.class);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Exploration exploration;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform()
                    .daemon()
                    .priority(Thread.MIN_PRIORITY)
                    .name("exploration")
                    .factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    public IdleThread(Exploration exploration) {
        this.exploration = exploration;
    }

    public void start() {
        ScheduledFuture<?> _ =
                thread.scheduleWithFixedDelay(this::step, LOOK.toNanos(), LOOK.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void step() {
        try {
            exploration.step();
        } catch (RuntimeException e) {
            LOG.warn("exploration failed, and goes on", e);
        }
    }

    /** Waits for what it does just now: the engine is closed next. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
