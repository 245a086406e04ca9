package dev.baton.tail.batch;

import dev.baton.inference.EngineBusyException;
import dev.baton.inference.Inference;
import dev.baton.inference.InferenceException;
import dev.baton.inference.InvalidInputException;
import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.failure.TailFailure;
import dev.baton.tail.lateness.Deadline;
import dev.baton.tail.models.TailSession;
import dev.baton.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * What waits for the engine, and what runs on it next.
 *
 * <p>Requests for one tail wait in one line. Whenever a worker of the engine is free, it takes the request of all lines whose turn
 * it is ({@link FairShares}) and as many others of its line as may run with it, at once: under load, batches form while the
 * engine is busy. A worker that is free waits for company only where that pays ({@link Company}). What cannot be ready in time
 * is refused before it runs, and so is what finds no room.
 */
public final class Batches implements AutoCloseable {

    private final BatchSettings settings;
    private final LongSupplier nanos;
    private final List<Thread> workers = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final IdentityHashMap<TailSession, Line> lines = new IdentityHashMap<>(); // guarded by lock, as all below
    private final FairShares shares = new FairShares();
    private int waiting;
    private long waitingBytes;
    private boolean closed;

    /** What a request got out of its batch: its own outputs, and the time the batch ran and how many requests it had. */
    public record Batched(Inference inference, int requests) {}

    /**
     * Starts {@code workers} threads, as many as the engine has.
     *
     * @param nanos the monotonic clock of the deadlines
     */
    public Batches(BatchSettings settings, int workers, LongSupplier nanos) {
        this.settings = settings;
        this.nanos = nanos;
        for (int i = 1; i <= workers; i++) {
            this.workers.add(Thread.ofVirtual().name("batches-" + i).start(this::work));
        }
    }

    /**
     * Waits until {@code tail} has run on {@code inputs}, alone or with others.
     *
     * @throws RefusedException     when it did not run, or failed
     * @throws InterruptedException when the caller no longer wants it; then it does not run, unless it does already
     */
    public Batched run(TailSession tail, Map<String, Tensor> inputs, Deadline deadline, Claimant claimant)
            throws RefusedException, InterruptedException {
        Waiting mine = new Waiting(tail, inputs, deadline, settings.onLevel(claimant), nanos.getAsLong());
        enter(mine);
        try {
            return mine.outcome.get();
        } catch (InterruptedException e) {
            leave(mine);
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RefusedException refused
                    ? refused
                    : new RefusedException(new TailFailure.EngineFailed("unexpected: " + e.getCause()), e.getCause());
        }
    }

    private void enter(Waiting arrived) throws RefusedException {
        lock.lock();
        try {
            if (closed) {
                throw new RefusedException(new TailFailure.Overloaded("this tail is shutting down"));
            }
            while (isFullFor(arrived)) {
                Waiting victim = whoMakesRoom(arrived);
                if (victim == arrived) {
                    throw new RefusedException(noRoom());
                }
                remove(victim);
                victim.outcome.completeExceptionally(new RefusedException(noRoom()));
            }
            lines.computeIfAbsent(arrived.tail, tail -> new Line(settings.of(tail)))
                    .add(arrived);
            shares.entered(arrived);
            waiting++;
            waitingBytes += arrived.bytes;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** One request always has room, however large. */
    private boolean isFullFor(Waiting arrived) {
        return waiting > 0
                && (waiting >= settings.capacity() || waitingBytes + arrived.bytes > settings.capacityBytes());
    }

    private TailFailure noRoom() {
        return new TailFailure.Overloaded("%d requests of %d bytes wait already; there is room for %d and %d bytes"
                .formatted(waiting, waitingBytes, settings.capacity(), settings.capacityBytes()));
    }

    /** One of all that wait and {@code arrived}. */
    private Waiting whoMakesRoom(Waiting arrived) {
        return Stream.concat(lines.values().stream().flatMap(line -> line.requests().stream()), Stream.of(arrived))
                .max(shares.roomFor(arrived, settings.whenFull()))
                .orElse(arrived);
    }

    private void leave(Waiting gone) {
        lock.lock();
        try {
            remove(gone);
        } finally {
            lock.unlock();
        }
    }

    /** Nothing where it waits no longer. */
    private void remove(Waiting gone) {
        Line line = lines.get(gone.tail);
        if (line != null && line.remove(gone)) {
            shares.left(gone);
            waiting--;
            waitingBytes -= gone.bytes;
            if (line.isEmpty()) {
                lines.remove(gone.tail);
            }
        }
    }

    private void work() {
        try {
            for (Optional<List<Waiting>> next = next(); next.isPresent(); next = next()) {
                run(next.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the next batch; empty when this is closed and nothing waits any more. */
    private Optional<List<Waiting>> next() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                refuseLate();
                if (lines.isEmpty()) {
                    if (closed) {
                        return Optional.empty();
                    }
                    changed.await();
                    continue;
                }
                long company = Long.MAX_VALUE;
                Comparator<Waiting> order = shares.order();
                for (Line line : inTurn(order)) {
                    long own = closed ? 0 : line.awaitCompany(order, nanos.getAsLong());
                    if (own <= 0) {
                        return Optional.of(take(line, order));
                    }
                    company = Math.min(company, own);
                }
                changed.await(company, TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    private void refuseLate() {
        for (Line line : List.copyOf(lines.values())) {
            for (Waiting late : line.late()) {
                remove(late);
                late.outcome.completeExceptionally(new RefusedException(
                        new TailFailure.Late("the deadline would pass before the answer: " + late.deadline)));
            }
        }
    }

    private List<Line> inTurn(Comparator<Waiting> order) {
        return lines.values().stream()
                .flatMap(line -> line.requests().stream())
                .sorted(order)
                .map(request -> request.tail)
                .distinct()
                .flatMap(tail -> Optional.ofNullable(lines.get(tail)).stream())
                .toList();
    }

    private List<Waiting> take(Line line, Comparator<Waiting> order) {
        List<Waiting> batch = line.batch(order);
        for (Waiting taken : batch) {
            remove(taken);
            shares.served(taken.claimant, taken.tail.serviceTime().nanos(Math.max(1, taken.rows)));
        }
        return batch;
    }

    private void run(List<Waiting> batch) {
        try {
            List<Inference> each = Batch.run(batch);
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).outcome.complete(new Batched(each.get(i), batch.size()));
            }
        } catch (RuntimeException
                | Error e) { // an Error, too, such as no memory to join rows in: nobody else would answer
            failed(batch, e);
        }
    }

    /** One request that the engine refuses must not fail those that happened to run with it. */
    private void failed(List<Waiting> batch, Throwable failure) {
        if (batch.size() > 1) {
            batch.forEach(alone -> run(List.of(alone)));
            return;
        }
        String message = String.valueOf(failure.getMessage());
        TailFailure reason =
                switch (failure) {
                    case InvalidInputException invalid -> new TailFailure.Malformed(message);
                    case EngineBusyException busy -> new TailFailure.Overloaded(message);
                    case InferenceException engine -> new TailFailure.EngineFailed(message);
                    default -> new TailFailure.EngineFailed("unexpected: " + failure);
                };
        batch.getFirst().outcome.completeExceptionally(new RefusedException(reason, failure));
    }

    /** Requests that wait now. */
    public int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more, and returns when what waited has run. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        for (Thread worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true; // callers may still wait for what runs: finish, then pass the interrupt on
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
