package dev.baton.edge.model;

import dev.baton.inference.EngineBusyException;
import dev.baton.inference.Inference;
import dev.baton.inference.InferenceEngine;
import dev.baton.inference.InferenceException;
import dev.baton.inference.InferenceSession;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * An engine that behaves like that of a slower device: each run takes {@code factor} times as long, and occupies its
 * worker for so long.
 */
public final class SlowedEngine implements InferenceEngine {

    private final InferenceEngine engine;
    private final double factor;
    private final int queueCapacity;
    private final Semaphore workers;
    private final LongSupplier nanoTicker;

    /**
     * @param workers       runs at the same time
     * @param queueCapacity runs that may wait
     */
    public SlowedEngine(
            InferenceEngine engine, double factor, int workers, int queueCapacity, LongSupplier nanoTicker) {
        if (!(factor >= 1) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException("emulated slowdown %s: expected 1 or more".formatted(factor));
        }
        this.engine = engine;
        this.factor = factor;
        this.queueCapacity = queueCapacity;
        this.workers = new Semaphore(workers, true);
        this.nanoTicker = nanoTicker;
    }

    @Override
    public InferenceSession open(Path onnxFile) {
        return new SlowedSession(engine.open(onnxFile));
    }

    @Override
    public void close() {
        engine.close();
    }

    private final class SlowedSession implements InferenceSession {

        private final InferenceSession session;

        private SlowedSession(InferenceSession session) {
            this.session = session;
        }

        @Override
        public List<TensorSpec> inputs() {
            return session.inputs();
        }

        @Override
        public List<TensorSpec> outputs() {
            return session.outputs();
        }

        @Override
        public Inference run(Map<String, Tensor> inputs) {
            long called = nanoTicker.getAsLong();
            occupyWorker();
            try {
                long began = nanoTicker.getAsLong();
                Inference inference = session.run(inputs);
                long slowed = Math.round(inference.runTime().toNanos() * factor);
                park(nanoTicker.getAsLong() + slowed - inference.runTime().toNanos());
                Duration queued = Duration.ofNanos(began - called).plus(inference.queueTime());
                return new Inference(inference.outputs(), queued, Duration.ofNanos(slowed));
            } finally {
                workers.release();
            }
        }

        private void occupyWorker() {
            if (workers.getQueueLength() >= queueCapacity) {
                throw new EngineBusyException("%d runs wait already, at most that many may".formatted(queueCapacity));
            }
            try {
                workers.acquire();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InferenceException("interrupted while waiting for a worker", e);
            }
        }

        private void park(long untilNanos) {
            while (untilNanos - nanoTicker.getAsLong() > 0) {
                LockSupport.parkNanos(this, untilNanos - nanoTicker.getAsLong());
                if (Thread.currentThread().isInterrupted()) {
                    throw new InferenceException("interrupted while emulating a slower device");
                }
            }
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
