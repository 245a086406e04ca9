package dev.baton.tail.batch;

import dev.baton.tail.lateness.Deadline;
import dev.baton.tail.models.TailSession;
import dev.baton.tensor.Rows;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A request that waits for the engine. */
final class Waiting {

    /** Requests without a deadline are as urgent as those with one that is this long after their arrival: they wait, not for ever. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final AtomicLong ARRIVALS = new AtomicLong();

    static final Comparator<Waiting> FIRST_COME_FIRST = (a, b) -> Long.signum(a.arrival - b.arrival);

    /** The earliest deadline first, and of equal ones who came first. Differences, as the clock may overflow. */
    static final Comparator<Waiting> MOST_URGENT_FIRST = (a, b) -> {
        int byDeadline = Long.signum(a.dueNanos - b.dueNanos);
        return byDeadline != 0 ? byDeadline : FIRST_COME_FIRST.compare(a, b);
    };

    final TailSession tail;
    final Map<String, Tensor> inputs;
    final Deadline deadline;
    final Claimant claimant;
    final long arrivedNanos;
    final long bytes;
    final int rows;
    final CompletableFuture<Batches.Batched> outcome = new CompletableFuture<>();
    private final long dueNanos;
    private final long arrival = ARRIVALS.getAndIncrement();

    /** What must be equal for two to run together; empty where this one runs alone. */
    private final List<Object> kind;

    Waiting(TailSession tail, Map<String, Tensor> inputs, Deadline deadline, Claimant claimant, long nowNanos) {
        this.tail = tail;
        this.inputs = inputs;
        this.deadline = deadline;
        this.claimant = claimant;
        this.arrivedNanos = nowNanos;
        this.bytes = inputs.values().stream().mapToLong(Tensor::byteSize).sum();
        this.dueNanos = nowNanos + Math.min(PATIENCE_NANOS, deadline.leftNanos());
        this.rows = tail.isBatchable() ? commonRows(inputs) : 0;
        this.kind = rows == 0 ? List.of() : kindOf(inputs);
    }

    boolean fits(Waiting other) {
        return !kind.isEmpty() && kind.equals(other.kind);
    }

    long leftNanos() {
        return deadline.leftNanos();
    }

    /** 0 where the inputs do not have the same number of rows, one at least. */
    private static int commonRows(Map<String, Tensor> inputs) {
        int rows = 0;
        for (Tensor input : inputs.values()) {
            int own = input.shape().rank() == 0 ? 0 : Rows.of(input);
            if (own == 0 || (rows != 0 && own != rows)) {
                return 0;
            }
            rows = own;
        }
        return rows;
    }

    private static List<Object> kindOf(Map<String, Tensor> inputs) {
        List<Object> kind = new ArrayList<>();
        new TreeMap<>(inputs).forEach((name, tensor) -> {
            kind.add(name);
            kind.add(tensor.type());
            kind.add(tensor.shape().dimensions().subList(1, tensor.shape().rank()));
        });
        return kind;
    }
}
