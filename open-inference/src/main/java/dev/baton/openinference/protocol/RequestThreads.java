package dev.baton.openinference.protocol;

import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A virtual thread for each request.
 *
 * <p>Quarkus' {@code @RunOnVirtualThread} is not used for gRPC: it moves a call's beginning, its message and its end one by
 * one to other threads, and now and then forgets one on the way (quarkusio/quarkus#48940; once in some ten thousand calls
 * here). Such a call is never answered. Here the whole message is there when the thread changes.
 */
public final class RequestThreads implements AutoCloseable {

    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("request-", 0).factory());
    private final Duration patience;

    /** @param patience how long requests may go on when this closes */
    public RequestThreads(Duration patience) {
        this.patience = patience;
    }

    /**
     * Runs {@code request} on a thread of its own, in the caller's trace. Cancelling the result interrupts it.
     *
     * @throws RejectedExecutionException after this was closed
     */
    Future<?> run(Runnable request) {
        return threads.submit(Context.current().wrap(request));
    }

    /** Takes no more requests, waits for those under way, and interrupts the ones that take too long. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.shutdownNow();
    }
}
