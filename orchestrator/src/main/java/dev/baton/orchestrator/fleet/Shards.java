package dev.baton.orchestrator.fleet;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;

/**
 * Which edge nodes this replica plans for: those whose windows lie in partitions that its group has given to it. Thread-safe.
 */
public final class Shards {
    /** Where an edge node's windows lie. */
    @FunctionalInterface
    public interface Partitioning {
        int partition(String edgeNode, int partitions);
    }

    private final Partitioning partitioning;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private Set<Integer> held = Set.of();
    private int partitions;

    public Shards(Partitioning partitioning) {
        this.partitioning = partitioning;
    }

    /** From now on this replica also plans for what lies in these of all {@code partitions}. */
    public void gained(Collection<Integer> gained, int partitions) {
        lock.writeLock().lock();
        try {
            Set<Integer> all = new TreeSet<>(held);
            all.addAll(gained);
            this.held = Set.copyOf(all);
            this.partitions = partitions;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** From now on others plan for what lies in these partitions. Returns when whatever was being planned there is done. */
    public void lost(Collection<Integer> lost) {
        lock.writeLock().lock();
        try {
            Set<Integer> left = new TreeSet<>(held);
            left.removeAll(lost);
            this.held = Set.copyOf(left);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Whether this replica plans for {@code edgeNode} at this moment. */
    public boolean holds(String edgeNode) {
        return whileHeld(edgeNode, () -> true);
    }

    /** Does {@code work} if this replica plans for {@code edgeNode}, and keeps it so until it is done; its result, else false. */
    public boolean whileHeld(String edgeNode, BooleanSupplier work) {
        lock.readLock().lock();
        try {
            return partitions > 0 && held.contains(partitioning.partition(edgeNode, partitions)) && work.getAsBoolean();
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * How many times as large the whole fleet is as the part that this replica plans for, by partitions; 1 while it holds none.
     */
    public double fleetPerShare() {
        lock.readLock().lock();
        try {
            return held.isEmpty() ? 1 : (double) partitions / held.size();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The partitions that are held now. */
    public Set<Integer> held() {
        lock.readLock().lock();
        try {
            return held;
        } finally {
            lock.readLock().unlock();
        }
    }
}
