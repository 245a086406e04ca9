package dev.baton.openinference.protocol;

import dev.baton.openinference.Deadline;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Sees to it that each call is answered, once and in time, on a thread of its own, and ends when its client goes. */
public final class InferenceCalls {

    private static final Logger LOG = System.getLogger(InferenceCalls.class.getName());

    private final RequestThreads threads;
    private final DeadlineWatch deadlines;
    private final LongSupplier nanoTicker;

    public InferenceCalls(RequestThreads threads, DeadlineWatch deadlines, LongSupplier nanoTicker) {
        this.threads = threads;
        this.deadlines = deadlines;
        this.nanoTicker = nanoTicker;
    }

    /** What one call does. */
    public interface Work<T> {

        /** {@code inTime} is to be told the deadline, where there is one. */
        T answer(Consumer<Deadline> inTime) throws InterruptedException;
    }

    /** A call that has begun. */
    @FunctionalInterface
    public interface Call {

        /** The client is gone: the work is interrupted, and frees what it holds. Nothing where it has ended. */
        void cancel();
    }

    /**
     * Begins {@code work} and returns at once.
     *
     * @param what names the call in the log, should it fail
     */
    public <T> Call begin(String what, Work<T> work, Reply<T> reply) {
        FirstReply<T> first = new FirstReply<>(reply);
        try {
            Future<?> running = threads.run(() -> answer(what, work, first));
            return () -> {
                first.refuse(cancelled());
                running.cancel(true);
            };
        } catch (RejectedExecutionException closed) {
            first.refuse(shuttingDown());
            return () -> {};
        }
    }

    private <T> void answer(String what, Work<T> work, FirstReply<T> reply) {
        List<Future<?>> watches = new ArrayList<>(1);
        try {
            reply.give(work.answer(deadline -> watches.add(watch(deadline, reply))));
        } catch (RequestRefusedException refused) {
            reply.refuse(refused);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reply.refuse(shuttingDown());
        } catch (RuntimeException | Error e) { // an Error, too: this thread ends here, and nobody else would answer
            LOG.log(Level.ERROR, what + " failed", e);
            reply.refuse(new RequestRefusedException(Reason.ENGINE_FAILED, "internal error: " + e, e));
        } finally {
            watches.forEach(watch -> watch.cancel(false));
        }
    }

    private Future<?> watch(Deadline deadline, FirstReply<?> reply) {
        return deadlines.after(
                deadline.remaining(nanoTicker.getAsLong()),
                () -> reply.refuse(new RequestRefusedException(
                        Reason.DEADLINE_PASSED, "the deadline passed while the request was being worked on")));
    }

    private static RequestRefusedException cancelled() {
        return new RequestRefusedException(Reason.CANCELLED, "the client cancelled the call");
    }

    private static RequestRefusedException shuttingDown() {
        return new RequestRefusedException(Reason.SHUTTING_DOWN, "the server is shutting down");
    }

    /** The first answer counts. */
    private record FirstReply<T>(Reply<T> reply, AtomicBoolean answered) {

        FirstReply(Reply<T> reply) {
            this(reply, new AtomicBoolean());
        }

        void give(T answer) {
            if (answered.compareAndSet(false, true)) {
                reply.give(answer);
            }
        }

        void refuse(RequestRefusedException refused) {
            if (answered.compareAndSet(false, true)) {
                reply.refuse(refused);
            }
        }
    }
}
