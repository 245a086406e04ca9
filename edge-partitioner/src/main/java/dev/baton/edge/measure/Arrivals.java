package dev.baton.edge.measure;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * When requests come, of all models of this edge node: tells whether there is time for work that nobody waits for. Any thread
 * may report and ask.
 */
public final class Arrivals {

    /*
     * The next request is expected a short gap after the last one, as short as a tenth of the latest gaps were. Where none came
     * for much longer than the long ones, traffic has stopped or changed: nothing is expected then, and a request
     * that comes all the same is one of few.
     */
    private static final int GAPS = 32;
    private static final double SHORT = 0.1;
    private static final double LONG = 0.9;
    private static final int STOPPED_TIMES = 3;
    private static final long LEAST_STOPPED_NANOS = 300_000_000;

    private final LongSupplier nanoTicker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long[] gaps = new long[GAPS];
    private int known;
    private long arrivals;
    private long lastNanos;
    private int underWay;

    public Arrivals(LongSupplier nanoTicker) {
        this.nanoTicker = nanoTicker;
    }

    /** A request begins; {@link #ended} follows. */
    public void began() {
        lock.lock();
        try {
            long now = nanoTicker.getAsLong();
            if (arrivals > 0) {
                gaps[(int) ((arrivals - 1) % GAPS)] = now - lastNanos;
                known = Math.min(GAPS, known + 1);
            }
            arrivals++;
            lastNanos = now;
            underWay++;
        } finally {
            lock.unlock();
        }
    }

    public void ended() {
        lock.lock();
        try {
            underWay--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The time since the last request; very long where there was none. */
    public Duration sinceLast() {
        lock.lock();
        try {
            return arrivals == 0
                    ? Duration.ofNanos(Long.MAX_VALUE)
                    : Duration.ofNanos(nanoTicker.getAsLong() - lastNanos);
        } finally {
            lock.unlock();
        }
    }

    /** Whether no request is under way, and none is expected for as long as {@code work} takes. */
    public boolean leaveTimeFor(Duration work) {
        lock.lock();
        try {
            return underWay == 0 && (arrivals == 0 || isQuiet(nanoTicker.getAsLong() - lastNanos, work.toNanos()));
        } finally {
            lock.unlock();
        }
    }

    private boolean isQuiet(long sinceNanos, long workNanos) {
        long[] sorted = Arrays.copyOf(gaps, known);
        Arrays.sort(sorted);
        long shortGap = known == 0 ? 0 : sorted[(int) (SHORT * known)];
        long longGap = known == 0 ? 0 : sorted[Math.min(known - 1, (int) (LONG * known))];
        return sinceNanos + workNanos < shortGap || sinceNanos > Math.max(LEAST_STOPPED_NANOS, STOPPED_TIMES * longGap);
    }

    /** Waits until no request is under way, but no longer than {@code longest}. */
    public void awaitNoneUnderWay(Duration longest) throws InterruptedException {
        long left = longest.toNanos();
        lock.lockInterruptibly();
        try {
            while (underWay > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "%d arrivals, the last %d ms ago, %d under way"
                .formatted(arrivals, TimeUnit.NANOSECONDS.toMillis(sinceLast().toNanos()), underWay);
    }
}
