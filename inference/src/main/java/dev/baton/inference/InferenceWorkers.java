package dev.baton.inference;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The platform threads that run models, few and bounded: a native call holds its thread, and would hold the carrier of a
 * virtual one.
 */
final class InferenceWorkers implements AutoCloseable {

    private final ThreadPoolExecutor threads;
    private final String description;

    InferenceWorkers(int workers, int queueCapacity) {
        this.threads = new ThreadPoolExecutor(
                workers,
                workers,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(queueCapacity),
                Thread.ofPlatform().name("inference-", 1).daemon().factory(),
                new ThreadPoolExecutor.AbortPolicy());
        this.description = "its engine's %d workers and %d waiting places".formatted(workers, queueCapacity);
    }

    /**
     * Runs {@code work} on a worker and waits for it.
     *
     * @param name of the model, for errors
     * @param work given the time it waited for its worker
     */
    <T> T run(String name, Function<Duration, T> work) {
        long submitted = System.nanoTime();
        FutureTask<T> task = new FutureTask<>(() -> work.apply(Duration.ofNanos(System.nanoTime() - submitted)));
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            requireOpen();
            throw new EngineBusyException("%s cannot run now: %s are taken".formatted(name, description));
        }
        return await(name, task);
    }

    /** Lets everything that was accepted finish, then ends the threads. */
    @Override
    public void close() {
        threads.shutdown();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = threads.awaitTermination(1, TimeUnit.DAYS);
            } catch (InterruptedException e) {
                interrupted = true; // a caller may still wait for its result: finish, then pass the interrupt on
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs that were accepted and have not begun. */
    int waiting() {
        return threads.getQueue().size();
    }

    boolean isClosed() {
        return threads.isShutdown();
    }

    void requireOpen() {
        if (isClosed()) {
            throw new InferenceException("the inference engine is closed");
        }
    }

    private <T> T await(String name, FutureTask<T> task) {
        try {
            return task.get();
        } catch (InterruptedException e) {
            task.cancel(false);
            threads.remove(task);
            Thread.currentThread().interrupt();
            throw new InferenceException("interrupted while waiting for " + name, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof InferenceException known
                    ? known
                    : new InferenceException("%s failed: %s".formatted(name, e.getCause()), e);
        }
    }
}
