package dev.baton.edge.cloud;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One activation on its way. Closing it means that nobody waits any more. */
public final class CloudCall implements AutoCloseable {

    private final long bytesSent;
    private final CompletableFuture<CloudAnswer> answer;
    private final Runnable forget;
    private final Supplier<Optional<Duration>> uplink;

    /** A call under way, whose record's value has {@code bytesSent} bytes; {@code forget} runs when it is closed. */
    public CloudCall(long bytesSent, CompletableFuture<CloudAnswer> answer, Runnable forget) {
        this(bytesSent, answer, forget, Optional::empty);
    }

    /** The same, where {@code uplink} tells the time from handing over to acknowledgement, once there was one. */
    public CloudCall(
            long bytesSent,
            CompletableFuture<CloudAnswer> answer,
            Runnable forget,
            Supplier<Optional<Duration>> uplink) {
        this.bytesSent = bytesSent;
        this.answer = answer;
        this.forget = forget;
        this.uplink = uplink;
    }

    /** A call that ended before anything was sent. */
    public static CloudCall over(CloudAnswer answer) {
        return new CloudCall(0, CompletableFuture.completedFuture(answer), () -> {});
    }

    public long bytesSent() {
        return bytesSent;
    }

    /** From handing the record over to its acknowledgement; empty where that did not come, or not yet. */
    public Optional<Duration> uplink() {
        return uplink.get();
    }

    public CloudAnswer await(Duration longest) throws InterruptedException {
        try {
            return answer.get(Math.max(0, longest.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return new CloudAnswer.Silence(longest);
        } catch (ExecutionException e) {
            throw new IllegalStateException("an answer is a value, never a failure", e.getCause());
        }
    }

    /** Tells what came of it, within {@code longest}, to whoever does not wait; then the call is closed. On any thread. */
    public void whenOver(Duration longest, Consumer<CloudAnswer> told) {
        CompletableFuture<Void> _ = answer.copy()
                .completeOnTimeout(
                        new CloudAnswer.Silence(longest), Math.max(0, longest.toNanos()), TimeUnit.NANOSECONDS)
                .thenAccept(heard -> {
                    close();
                    told.accept(heard);
                });
    }

    @Override
    public void close() {
        forget.run();
    }
}
