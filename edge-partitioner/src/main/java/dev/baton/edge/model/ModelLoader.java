package dev.baton.edge.model;

import dev.baton.inference.InferenceEngine;
import dev.baton.inference.InferenceException;
import dev.baton.partitioning.Placement;
import dev.baton.partitioning.splitpackage.PackagePart;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Brings the models of the catalog into service, one after the other on a thread of its own: fetch, open, warm up, serve,
 * profile. Large packages serve as soon as
 * a first part is here, and grow. What fails is tried again, later and later.
 */
public final class ModelLoader implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ModelLoader.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

    private final Models models;
    private final PackageSource packages;
    private final FetchOrder order;
    private final Function<CatalogEntry, Optional<Placement>> planned;
    private final InferenceEngine engine;
    private final ModelProfiler profiler;
    private final Consumer<ServedModel> serving;
    private final LongSupplier nanoTicker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Task> tasks = new HashMap<>();
    private final Thread thread;
    /** Threads that fetch what serving models lack: at most one for each version that serves. */
    private final Set<Thread> growing = ConcurrentHashMap.newKeySet();

    private boolean closed;

    private record Task(CatalogEntry entry, int failures, long notBeforeNanos) {}

    /**
     * @param planned where a version is to run, as far as that is known
     * @param serving is told of each version that begins to serve, and each time it can run more than before
     */
    public ModelLoader(
            Models models,
            PackageSource packages,
            FetchOrder order,
            Function<CatalogEntry, Optional<Placement>> planned,
            InferenceEngine engine,
            ModelProfiler profiler,
            Consumer<ServedModel> serving,
            LongSupplier nanoTicker) {
        this.models = models;
        this.packages = packages;
        this.order = order;
        this.planned = planned;
        this.engine = engine;
        this.profiler = profiler;
        this.serving = serving;
        this.nanoTicker = nanoTicker;
        this.thread = Thread.ofPlatform().daemon().name("model-loader").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** The catalog now wants {@code entry}. */
    public void wanted(CatalogEntry entry) {
        boolean serves = models.served(entry.model())
                .filter(model -> model.version().equals(entry.version()))
                .isPresent();
        lock.lock();
        try {
            if (serves) {
                tasks.remove(entry.model());
                return;
            }
            Task task = tasks.get(entry.model());
            if (task != null && task.entry.equals(entry)) {
                return;
            }
            models.preparing(entry.model(), "version " + entry.version() + " is being fetched");
            tasks.put(entry.model(), new Task(entry, 0, nanoTicker.getAsLong()));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The catalog has {@code model} no longer. */
    public void unwanted(String model) {
        lock.lock();
        try {
            tasks.remove(model);
            models.remove(model);
        } finally {
            lock.unlock();
        }
    }

    /** The whole catalog has been told. */
    public void catalogRead() {
        models.catalogRead();
    }

    private void run() {
        try {
            while (true) {
                Optional<Task> task = next();
                if (task.isEmpty()) {
                    return;
                }
                load(task.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a task whose time has come; empty when closed. */
    private Optional<Task> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                long now = nanoTicker.getAsLong();
                long soonest = Long.MAX_VALUE;
                for (Task task : tasks.values()) {
                    if (task.notBeforeNanos - now <= 0) {
                        return Optional.of(task);
                    }
                    soonest = Math.min(soonest, task.notBeforeNanos - now);
                }
                if (!changed.await(soonest, TimeUnit.NANOSECONDS)) {
                    LOG.debug("a retry is due");
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void load(Task task) throws InterruptedException {
        CatalogEntry entry = task.entry;
        try {
            SplitPackage known = packages.fetch(entry, new PackagePart.Head(0));
            if (!known.manifest().model().equals(entry.model())) {
                throw new IOException("package %s is of model %s, the catalog says %s"
                        .formatted(entry.version(), known.manifest().model(), entry.model()));
            }
            List<PackagePart> parts = order.parts(known, planned.apply(entry));
            PackagePart first = parts.getFirst();
            SplitPackage splitPackage = known.holds(first) ? known : packages.fetch(entry, first);
            models.preparing(entry.model(), "version " + entry.version() + " is being opened");
            ServedModel model = ServedModel.open(splitPackage, engine, first);
            if (!serve(task, model)) {
                model.retire();
                return;
            }
            serving.accept(model);
            LOG.infof(
                    "serving model %s version %s with %d split points%s",
                    model.name(),
                    model.version(),
                    model.manifest().splitPoints().size(),
                    model.isWhole() ? "" : ", so far from " + first);
            if (parts.size() > 1) {
                grow(entry, model, parts.subList(1, parts.size()));
            }
            profiler.profile(model);
        } catch (IOException | InferenceException | IllegalArgumentException failed) {
            retryLater(task, failed);
        }
    }

    /** Fetches the rest beside what the loader does: it may take long, and the model serves already. */
    private void grow(CatalogEntry entry, ServedModel model, List<PackagePart> parts) {
        lock.lock();
        try {
            if (!closed) {
                Thread rest = Thread.ofVirtual().name("rest-of-" + model.name()).unstarted(() -> {
                    try {
                        fetchRest(entry, model, parts);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } finally {
                        growing.remove(Thread.currentThread());
                    }
                });
                growing.add(rest);
                rest.start();
            }
        } finally {
            lock.unlock();
        }
    }

    private void fetchRest(CatalogEntry entry, ServedModel model, List<PackagePart> parts) throws InterruptedException {
        int failures = 0;
        for (int next = 0; next < parts.size() && !model.isRetired(); ) {
            try {
                packages.fetch(entry, parts.get(next));
                List<Integer> opened = model.openMore(parts.get(next));
                serving.accept(model);
                for (int point : opened) {
                    profiler.profile(model, point);
                }
                next++;
                failures = 0;
            } catch (IOException | InferenceException | IllegalArgumentException failed) {
                failures++;
                long delay = delayAfter(failures);
                LOG.warnf(
                        "the rest of model %s version %s is not here, next attempt in %d ms: %s",
                        entry.model(), entry.version(), Duration.ofNanos(delay).toMillis(), failed);
                if (awaitClosed(delay)) {
                    return;
                }
            }
        }
    }

    /** Waits this long; true when the loader was closed meanwhile. */
    private boolean awaitClosed(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private static long delayAfter(int failures) {
        return Math.min(LONGEST_RETRY.toNanos(), FIRST_RETRY.toNanos() << Math.min(failures - 1, 10));
    }

    /** False when the catalog changed its mind meanwhile. */
    private boolean serve(Task task, ServedModel model) {
        lock.lock();
        try {
            if (!tasks.remove(task.entry.model(), task)) {
                return false;
            }
            models.serve(model);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void retryLater(Task task, Exception failed) {
        int failures = task.failures + 1;
        long delay = delayAfter(failures);
        LOG.warnf(
                "model %s version %s is not served, next attempt in %d ms: %s",
                task.entry.model(),
                task.entry.version(),
                Duration.ofNanos(delay).toMillis(),
                failed);
        lock.lock();
        try {
            Task next = new Task(task.entry, failures, nanoTicker.getAsLong() + delay);
            if (tasks.replace(task.entry.model(), task, next)) {
                models.preparing(
                        task.entry.model(), "version " + task.entry.version() + " failed: " + failed.getMessage());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
        growing.forEach(Thread::interrupt);
        try {
            thread.join(Duration.ofSeconds(10));
            for (Thread rest : growing) {
                rest.join(Duration.ofSeconds(10));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
