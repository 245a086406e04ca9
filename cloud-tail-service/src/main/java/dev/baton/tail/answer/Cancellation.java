package dev.baton.tail.answer;

import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.failure.TailFailure;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether an edge node still wants an answer. One thread works for it, any may cancel. */
public final class Cancellation {

    private boolean cancelled; // guarded by this, as below
    private @Nullable Thread working;

    /** Work that an interrupt ends where it waits. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws RefusedException;
    }

    /** Nobody wants the answer any more: work for it ends where it waits. */
    public synchronized void cancel() {
        cancelled = true;
        if (working != null) {
            working.interrupt();
        }
    }

    public synchronized boolean isCancelled() {
        return cancelled;
    }

    /**
     * Does {@code work}, unless nobody wants it.
     *
     * @throws RefusedException as {@code work} does, or as it was cancelled before its end
     */
    <T> T during(Work<T> work) throws RefusedException {
        synchronized (this) {
            requireWanted();
            working = Objects.requireNonNull(Thread.currentThread());
        }
        try {
            return work.run();
        } catch (RefusedException refused) {
            requireWanted(); // else it was refused for the interrupt
            throw refused;
        } finally {
            synchronized (this) {
                working = null;
                if (cancelled) {
                    boolean _ = Thread.interrupted(); // it was meant for the work
                }
            }
        }
    }

    private synchronized void requireWanted() throws RefusedException {
        if (cancelled) {
            throw new RefusedException(new TailFailure.Cancelled("the edge node no longer wants an answer"));
        }
    }
}
