package dev.baton.edge.cloud;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Activations whose answers are awaited, by request id; a bounded number. Answers arrive at least once, and partitions are
 * shared: duplicates and other edge nodes' answers find nothing here and are dropped.
 */
public final class PendingCalls {

    private final Map<String, Pending> pending = new ConcurrentHashMap<>();
    private final Semaphore room;
    private final LongSupplier nanoTicker;
    private final LongAdder dropped = new LongAdder();

    private record Pending(CompletableFuture<CloudAnswer> answer, long sentNanos) {}

    public PendingCalls(int capacity, LongSupplier nanoTicker) {
        this.room = new Semaphore(capacity);
        this.nanoTicker = nanoTicker;
    }

    /** Begins to wait, from now; empty when too many calls wait already. */
    public Optional<CompletableFuture<CloudAnswer>> register(String requestId) {
        if (!room.tryAcquire()) {
            return Optional.empty();
        }
        CompletableFuture<CloudAnswer> answer = new CompletableFuture<>();
        if (pending.putIfAbsent(requestId, new Pending(answer, nanoTicker.getAsLong())) != null) {
            room.release();
            throw new IllegalArgumentException("request id %s is in use".formatted(requestId));
        }
        return Optional.of(answer);
    }

    /** Whether somebody waits for this answer. */
    public boolean awaits(String requestId) {
        boolean awaited = pending.containsKey(requestId);
        if (!awaited) {
            dropped.increment();
        }
        return awaited;
    }

    /** Answers a call that waits. {@code answer} is made from the time since the call was registered. */
    public void complete(String requestId, Function<Duration, CloudAnswer> answer) {
        Pending call = pending.get(requestId);
        if (call == null) {
            dropped.increment();
            return;
        }
        call.answer.complete(answer.apply(Duration.ofNanos(nanoTicker.getAsLong() - call.sentNanos)));
    }

    /** Nobody waits any more; false where nobody did. */
    public boolean forget(String requestId) {
        boolean waited = pending.remove(requestId) != null;
        if (waited) {
            room.release();
        }
        return waited;
    }

    public int waiting() {
        return pending.size();
    }

    /** Answers that nobody waited for. */
    public long dropped() {
        return dropped.sum();
    }
}
