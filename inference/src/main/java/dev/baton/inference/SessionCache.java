package dev.baton.inference;

import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/*
 * Two locks. `lock` guards what is open and who uses it, and is never held while the engine works. `opening` is held while a
 * model is opened again, so that one is at a time, which bounds what opening takes beyond the bound; who finds its model open
 * never asks for it.
 */
/**
 * The owner of the memory of open models: an engine whose sessions are closed, the one unused for longest first, when all
 * together take more than a bound, and opened again when they are run. A session is closed only while nobody runs it; where
 * those that run take more than the bound by themselves, it is exceeded until they are done.
 */
public final class SessionCache implements InferenceEngine {

    private final InferenceEngine engine;
    private final long maxBytes;
    private final ToLongFunction<Path> bytesOf;
    private final LongSupplier nanoTicker;
    private final ReentrantLock opening = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();

    /** Those that are open, the one unused for longest first; guarded by {@link #lock}, as is all that follows. */
    private final SequencedSet<CachedSession> open = new LinkedHashSet<>();

    private long bytes;
    private long reopened;

    /**
     * What is open now.
     *
     * @param open sessions
     * @param bytes what they take, estimated
     * @param reopened sessions that were closed for room and opened again since the start
     */
    public record Usage(int open, long bytes, long reopened) {}

    /**
     * Opens nothing yet.
     *
     * @param engine closed with this
     * @param maxBytes the bound
     * @param bytesOf estimates what the model of a file takes while it is open
     */
    public SessionCache(InferenceEngine engine, long maxBytes, ToLongFunction<Path> bytesOf, LongSupplier nanoTicker) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("memory of open models must be positive, but was " + maxBytes);
        }
        this.engine = engine;
        this.maxBytes = maxBytes;
        this.bytesOf = bytesOf;
        this.nanoTicker = nanoTicker;
    }

    /** Half the memory of this machine or container, in bytes. */
    public static long halfOfMemory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean machine
                ? Math.max(1, machine.getTotalMemorySize() / 2)
                : Long.MAX_VALUE;
    }

    @Override
    public InferenceSession open(Path onnxFile) {
        CachedSession session = new CachedSession(onnxFile, bytesOf.applyAsLong(onnxFile));
        session.openFirst();
        return session;
    }

    public Usage usage() {
        lock.lock();
        try {
            return new Usage(open.size(), bytes, reopened);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        engine.close();
    }

    /** Closes sessions that nobody uses until {@code more} bytes fit, or all that are open are in use. */
    private void makeRoom(long more) {
        List<InferenceSession> unused = new ArrayList<>();
        lock.lock();
        try {
            Iterator<CachedSession> longestUnused = open.iterator();
            while (bytes > maxBytes - more && longestUnused.hasNext()) {
                CachedSession candidate = longestUnused.next();
                if (candidate.users == 0) {
                    longestUnused.remove();
                    bytes -= candidate.size;
                    candidate.takeSession().ifPresent(unused::add);
                }
            }
        } finally {
            lock.unlock();
        }
        unused.forEach(InferenceSession::close);
    }

    private final class CachedSession implements InferenceSession {

        private final Path file;
        private final long size;
        private List<TensorSpec> inputs = List.of();
        private List<TensorSpec> outputs = List.of();
        private List<String> omittedOutputs = List.of();

        /** Guarded by {@link SessionCache#lock}, as is all that follows; null while it is closed for room. */
        private @Nullable InferenceSession session;

        private int users;
        private boolean closed;

        private CachedSession(Path file, long size) {
            this.file = file;
            this.size = size;
        }

        private void openFirst() {
            InferenceSession opened = openNow();
            inputs = opened.inputs();
            outputs = opened.outputs();
            omittedOutputs = opened.omittedOutputs();
            release();
        }

        @Override
        public List<TensorSpec> inputs() {
            return inputs;
        }

        @Override
        public List<TensorSpec> outputs() {
            return outputs;
        }

        @Override
        public List<String> omittedOutputs() {
            return omittedOutputs;
        }

        /** Opening again counts as waiting, so that times of runs stay comparable. */
        @Override
        public Inference run(Map<String, Tensor> given) {
            long called = nanoTicker.getAsLong();
            InferenceSession used = acquire();
            try {
                Duration opened = Duration.ofNanos(nanoTicker.getAsLong() - called);
                Inference inference = used.run(given);
                return new Inference(inference.outputs(), inference.queueTime().plus(opened), inference.runTime());
            } finally {
                release();
            }
        }

        private InferenceSession acquire() {
            Optional<InferenceSession> here = acquireOpen();
            return here.isPresent() ? here.get() : openAgain();
        }

        /** Empty while this is closed for room. */
        private Optional<InferenceSession> acquireOpen() {
            lock.lock();
            try {
                if (closed) {
                    throw new InferenceException(file + " is closed");
                }
                InferenceSession here = session;
                if (here == null) {
                    return Optional.empty();
                }
                users++;
                open.addLast(this);
                return Optional.of(here);
            } finally {
                lock.unlock();
            }
        }

        private InferenceSession openAgain() {
            try {
                opening.lockInterruptibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InferenceException("interrupted while waiting to open " + file, e);
            }
            try {
                Optional<InferenceSession> meanwhile = acquireOpen();
                return meanwhile.isPresent() ? meanwhile.get() : reopenNow();
            } finally {
                opening.unlock();
            }
        }

        private InferenceSession reopenNow() {
            InferenceSession again = openNow();
            lock.lock();
            try {
                reopened++;
            } finally {
                lock.unlock();
            }
            return again;
        }

        /** Opens this for a first user. */
        private InferenceSession openNow() {
            makeRoom(size);
            InferenceSession opened = engine.open(file);
            boolean tooLate;
            lock.lock();
            try {
                tooLate = closed;
                if (!tooLate) {
                    session = opened;
                    users++;
                    open.addLast(this);
                    bytes += size;
                }
            } finally {
                lock.unlock();
            }
            if (tooLate) {
                opened.close();
                throw new InferenceException(file + " is closed");
            }
            return opened;
        }

        private void release() {
            lock.lock();
            try {
                users--;
            } finally {
                lock.unlock();
            }
            makeRoom(0);
        }

        /** Under the lock. */
        private Optional<InferenceSession> takeSession() {
            Optional<InferenceSession> taken = Optional.ofNullable(session);
            session = null;
            return taken;
        }

        @Override
        public void close() {
            Optional<InferenceSession> last;
            lock.lock();
            try {
                closed = true;
                if (open.remove(this)) {
                    bytes -= size;
                }
                last = takeSession();
            } finally {
                lock.unlock();
            }
            last.ifPresent(InferenceSession::close);
        }

        @Override
        public String toString() {
            return "%s, inputs %s, outputs %s".formatted(file, inputs, outputs);
        }
    }
}
