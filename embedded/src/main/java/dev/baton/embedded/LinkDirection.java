package dev.baton.embedded;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** One direction of a link: a line that sends one chunk at a time, and the way that chunks travel behind it. */
final class LinkDirection {

    /*
     * Time is kept on paper and only then waited for. A chunk that was ready when the one before it ended begins at that
     * very moment, not when its thread woke up, so late wake-ups never add up and the rate holds over any stretch. Threads
     * wait with parkNanos because the waiting is the thing modelled; a change of conditions unparks them, and what is left
     * of a chunk goes on at the new rate.
     */

    private static final int SMALLEST_CHUNK_BYTES = 1460;
    private static final int LARGEST_CHUNK_BYTES = 64 * 1024;
    private static final double CHUNK_NANOS = 2e6;

    private final ReentrantLock line = new ReentrantLock(true); // fair: connections take turns, chunk by chunk
    private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();
    private final LongAdder delivered = new LongAdder();
    private volatile LinkConditions conditions;
    private long lineFree = System.nanoTime(); // guarded by line

    LinkDirection(LinkConditions conditions) {
        this.conditions = conditions;
    }

    LinkConditions conditions() {
        return conditions;
    }

    void set(LinkConditions changed) {
        conditions = changed;
        waiting.forEach(LockSupport::unpark);
    }

    /** What the line sends in about 2 ms, within the size of one packet and a socket buffer. */
    int chunkBytes() {
        double bytes = conditions.bitsPerNanosecond() * CHUNK_NANOS / Byte.SIZE;
        return (int) Math.clamp(bytes, SMALLEST_CHUNK_BYTES, LARGEST_CHUNK_BYTES);
    }

    /**
     * Waits until the line has sent {@code bytes} that were there at {@code ready}.
     *
     * @return when the last bit left, in {@link System#nanoTime} time, and never after now
     */
    long transmit(int bytes, long ready) throws InterruptedException {
        line.lockInterruptibly();
        try {
            double bits = (double) bytes * Byte.SIZE;
            long begin = later(ready, lineFree);
            LinkConditions used = conditions;
            while (true) {
                long end = begin + (long) (bits / used.bitsPerNanosecond());
                long left = end - System.nanoTime();
                if (left <= 0) {
                    lineFree = end;
                    return end;
                }
                waitFor(left, used);
                LinkConditions now = conditions;
                if (!now.equals(used)) {
                    long passed = System.nanoTime() - begin;
                    if (passed > 0) {
                        bits = Math.max(0, bits - passed * used.bitsPerNanosecond());
                        begin += passed;
                    }
                    used = now;
                }
            }
        } finally {
            line.unlock();
        }
    }

    /**
     * Waits until something sent at {@code sent} has reached the other side.
     *
     * @param deviation of its delay from the mean, in standard deviations
     */
    void awaitArrival(long sent, double deviation) throws InterruptedException {
        while (true) {
            LinkConditions now = conditions;
            double delay =
                    now.oneWayDelay().toNanos() + deviation * now.jitter().toNanos();
            long left = sent + (long) Math.max(0, delay) - System.nanoTime();
            if (left <= 0) {
                return;
            }
            waitFor(left, now);
        }
    }

    void countDelivered(int bytes) {
        delivered.add(bytes);
    }

    long deliveredBytes() {
        return delivered.sum();
    }

    /** Returns after {@code nanos}, earlier when the conditions are no longer {@code expected}. */
    private void waitFor(long nanos, LinkConditions expected) throws InterruptedException {
        waiting.add(Thread.currentThread());
        try {
            if (conditions.equals(expected)) {
                LockSupport.parkNanos(this, nanos);
            }
        } finally {
            waiting.remove(Thread.currentThread());
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }
}
