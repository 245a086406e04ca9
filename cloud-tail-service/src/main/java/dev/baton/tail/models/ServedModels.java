package dev.baton.tail.models;

import dev.baton.openinference.ModelStanding;
import dev.baton.openinference.ModelStanding.State;
import dev.baton.schemas.records.ModelRef;
import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.failure.TailFailure;
import dev.baton.tail.measurement.TailMeasurements;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The models whose tails are open. Each is loaded on a virtual thread of its own, so a package that is slow or missing
 * delays nobody else.
 *
 * <p>A new version takes over once it is open and warm. The old one stays open for a while for the records that are
 * still on their way to it.
 */
public final class ServedModels implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ServedModels.class);

    /**
     * How versions follow each other.
     *
     * @param drain      how long an old version stays open after a new one took over
     * @param retryDelay between two attempts to load a package
     */
    public record Handover(Duration drain, Duration retryDelay) {}

    private final ModelOpener opener;
    private final TailMeasurements measurements;
    private final Handover handover;
    private final ScheduledExecutorService retiring = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("model-drain").factory());

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Slot> slots = new HashMap<>();
    private Runnable listener = () -> {};
    private boolean closed;

    /** What is wanted and what is open under one model name; guarded by the lock. */
    private static final class Slot {

        private @Nullable WantedModel wanted;
        private @Nullable TailModel current;
        private @Nullable TailModel previous;
        private @Nullable Thread loader;

        Optional<TailModel> open(ModelRef ref) {
            if (current != null && current.ref().equals(ref)) {
                return Optional.of(current);
            }
            if (previous != null && previous.ref().equals(ref)) {
                return Optional.of(previous);
            }
            return Optional.empty();
        }

        boolean mayStillOpen(ModelRef ref) {
            return wanted != null && wanted.ref().equals(ref);
        }
    }

    /**
     * Serves nothing yet.
     *
     * @param measurements forgets a version once it is closed
     */
    public ServedModels(ModelOpener opener, TailMeasurements measurements, Handover handover) {
        this.opener = opener;
        this.measurements = measurements;
        this.handover = handover;
    }

    /** {@code changedNames} is called, on any thread, after {@link #names()} changed. */
    public void onChange(Runnable changedNames) {
        lock.lock();
        try {
            listener = changedNames;
        } finally {
            lock.unlock();
        }
    }

    /** Loads a version of the catalog, to take over from the one that is served under its name. */
    public void want(WantedModel wanted) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            Slot slot = slots.computeIfAbsent(wanted.ref().getName(), name -> new Slot());
            slot.wanted = wanted;
            changed.signalAll();
            if (slot.loader == null) {
                slot.loader = Thread.ofVirtual()
                        .name("load-" + wanted.ref().getName())
                        .start(() -> load(slot));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Stops serving a model that the catalog no longer has. */
    public void unwant(String name) {
        lock.lock();
        try {
            Slot slot = slots.get(name);
            if (slot == null) {
                return;
            }
            slot.wanted = null;
            drainCurrent(slot);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tellListener();
    }

    /** Names of the models that have an open version. */
    public Set<String> names() {
        lock.lock();
        try {
            Set<String> names = new TreeSet<>();
            slots.forEach((name, slot) -> {
                if (slot.current != null) {
                    names.add(name);
                }
            });
            return names;
        } finally {
            lock.unlock();
        }
    }

    /** Every model of the catalog by name, and how it stands here. */
    public List<ModelStanding> standings() {
        lock.lock();
        try {
            return slots.entrySet().stream()
                    .filter(entry -> entry.getValue().current != null || entry.getValue().wanted != null)
                    .sorted(Map.Entry.comparingByKey())
                    .map(entry -> standing(entry.getKey(), entry.getValue()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private static ModelStanding standing(String name, Slot slot) {
        return slot.current == null
                ? new ModelStanding(name, Optional.empty(), State.LOADING, "its package is being fetched and opened")
                : ModelStanding.ready(name, slot.current.ref().getVersion());
    }

    /** The version that serves now, kept open until the lease is closed; empty where none does. */
    public Optional<TailModel.Lease> leaseCurrent(String name) {
        lock.lock();
        try {
            return Optional.ofNullable(slots.get(name))
                    .flatMap(slot -> Optional.ofNullable(slot.current))
                    .flatMap(TailModel::lease);
        } finally {
            lock.unlock();
        }
    }

    /** True while the catalog has no model for this tail. */
    public boolean isEmpty() {
        lock.lock();
        try {
            return slots.values().stream().allMatch(slot -> slot.wanted == null);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The model, kept open until the lease is closed. Where the catalog names this version and it is still being
     * loaded, waits for it, but no longer than {@code patience}.
     */
    public TailModel.Lease lease(ModelRef ref, Duration patience) throws RefusedException {
        long left = Math.max(0, patience.toNanos());
        lock.lock();
        try {
            while (true) {
                Slot slot = slots.get(ref.getName());
                Optional<TailModel.Lease> lease =
                        slot == null ? Optional.empty() : slot.open(ref).flatMap(TailModel::lease);
                if (lease.isPresent()) {
                    return lease.get();
                }
                if (slot == null || closed || !slot.mayStillOpen(ref) || left <= 0) {
                    throw new RefusedException(notServed(ref, slot));
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(new TailFailure.Overloaded("this tail is shutting down"), e);
        } finally {
            lock.unlock();
        }
    }

    private static TailFailure notServed(ModelRef ref, @Nullable Slot slot) {
        if (slot == null || (slot.current == null && slot.wanted == null)) {
            return new TailFailure.UnknownModel("this tail serves no model '%s'".formatted(ref.getName()));
        }
        List<String> open = new ArrayList<>();
        if (slot.current != null) {
            open.add(TailModel.named(slot.current.ref()));
        }
        if (slot.previous != null) {
            open.add(TailModel.named(slot.previous.ref()));
        }
        String loading = slot.mayStillOpen(ref) ? " and it is still being loaded" : "";
        return new TailFailure.VersionMismatch(
                "%s is not open here%s; open are %s".formatted(TailModel.named(ref), loading, open));
    }

    private void load(Slot slot) {
        while (true) {
            Optional<WantedModel> next = nextToLoad(slot);
            if (next.isEmpty()) {
                return;
            }
            WantedModel wanted = next.get();
            try {
                LOG.infof("loading %s from %s", TailModel.named(wanted.ref()), wanted.packageUrl());
                takeOver(slot, wanted, opener.open(wanted));
                tellListener();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return; // this tail is closing
            } catch (IOException | RuntimeException e) {
                LOG.errorf(
                        e,
                        "cannot load %s from %s; next attempt in %s",
                        TailModel.named(wanted.ref()),
                        wanted.packageUrl(),
                        handover.retryDelay());
                measurements.forget(wanted.ref());
                if (!awaitRetry(slot, wanted)) {
                    return;
                }
            }
        }
    }

    /** Empty when what is wanted is open; then the loading thread ends. */
    private Optional<WantedModel> nextToLoad(Slot slot) {
        lock.lock();
        try {
            WantedModel wanted = slot.wanted;
            boolean open =
                    slot.current != null && wanted != null && slot.current.ref().equals(wanted.ref());
            if (closed || wanted == null || open) {
                slot.loader = null;
                return Optional.empty();
            }
            return Optional.of(wanted);
        } finally {
            lock.unlock();
        }
    }

    private void takeOver(Slot slot, WantedModel wanted, TailModel opened) {
        lock.lock();
        try {
            if (closed || slot.wanted == null) {
                retire(slot, opened);
                return;
            }
            drainCurrent(slot);
            slot.current = opened;
            changed.signalAll();
            LOG.infof(
                    "serving %s, split points %s, in batches at %s",
                    TailModel.named(wanted.ref()), opened.tails().keySet(), opened.batchable());
        } finally {
            lock.unlock();
        }
    }

    /** Two versions are open at most: one before the previous one is closed early. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of a drain
    private void drainCurrent(Slot slot) {
        TailModel old = slot.current;
        if (old == null) {
            return;
        }
        TailModel older = slot.previous;
        slot.previous = old;
        slot.current = null;
        if (older != null) {
            retire(slot, older);
        }
        retiring.schedule(() -> endDrain(slot, old), handover.drain().toNanos(), TimeUnit.NANOSECONDS);
    }

    private void endDrain(Slot slot, TailModel drained) {
        lock.lock();
        try {
            if (slot.previous != drained) {
                return; // a still newer version has already ended it
            }
            slot.previous = null;
            LOG.infof("closing %s", TailModel.named(drained.ref()));
            retire(slot, drained);
        } finally {
            lock.unlock();
        }
    }

    private void retire(Slot slot, TailModel model) {
        if (slot.open(model.ref()).isEmpty()) {
            measurements.forget(model.ref());
        }
        model.retire();
    }

    /** False when the loading thread must end. */
    private boolean awaitRetry(Slot slot, WantedModel failed) {
        lock.lock();
        try {
            long left = handover.retryDelay().toNanos();
            while (!closed && left > 0 && failed.equals(slot.wanted)) {
                left = changed.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false; // this tail is closing
        } finally {
            lock.unlock();
        }
    }

    private void tellListener() {
        Runnable current;
        lock.lock();
        try {
            current = listener;
        } finally {
            lock.unlock();
        }
        current.run();
    }

    /** Closes every model that no lease holds, and the others when their leases end. */
    @Override
    public void close() {
        List<TailModel> open = new ArrayList<>();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            for (Slot slot : slots.values()) {
                if (slot.current != null) {
                    open.add(slot.current);
                }
                if (slot.previous != null) {
                    open.add(slot.previous);
                }
                slot.current = null;
                slot.previous = null;
                slot.wanted = null;
                if (slot.loader != null) {
                    slot.loader.interrupt();
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        retiring.shutdownNow();
        open.forEach(TailModel::retire);
    }
}
