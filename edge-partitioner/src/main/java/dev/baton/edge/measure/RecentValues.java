package dev.baton.edge.measure;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** The last values of one quantity, at most {@value #CAPACITY}. Any thread may add. */
public final class RecentValues {

    /** Enough for a stable 95th percentile, few enough that a change shows within seconds of traffic. */
    static final int CAPACITY = 64;

    private static final long NOTHING = -1;

    private final double[] values = new double[CAPACITY];
    private final long[] addedNanos = new long[CAPACITY];
    private final LongSupplier nanoTicker;
    private final long maxAgeNanos;
    private long added;
    private long told = NOTHING;

    /** Values that stay until newer ones replace them: what they describe changes little while nobody looks. */
    public RecentValues() {
        this(() -> 0, Duration.ofNanos(Long.MAX_VALUE));
    }

    /** Values that are forgotten at {@code maxAge}: what they describe changes while nobody looks. */
    public RecentValues(LongSupplier nanoTicker, Duration maxAge) {
        this.nanoTicker = nanoTicker;
        this.maxAgeNanos = maxAge.toNanos();
    }

    public synchronized void add(double value) {
        int slot = (int) (added % CAPACITY);
        values[slot] = value;
        addedNanos[slot] = nanoTicker.getAsLong();
        added++;
    }

    /** Forgets all values. */
    synchronized void clear() {
        added = 0;
        told = NOTHING;
    }

    /** The time since the latest value; empty when there is none. */
    public synchronized Optional<Duration> age() {
        int latest = (int) ((added - 1) % CAPACITY);
        return added == 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(nanoTicker.getAsLong() - addedNanos[latest]));
    }

    /** Empty when there is no value. */
    public Optional<Summary> summary() {
        double[] sorted = snapshot();
        if (sorted.length == 0) {
            return Optional.empty();
        }
        Arrays.sort(sorted);
        double mean = Arrays.stream(sorted).average().orElseThrow();
        double squares = Arrays.stream(sorted).map(v -> (v - mean) * (v - mean)).sum();
        double variance = sorted.length == 1 ? 0 : squares / (sorted.length - 1);
        return Optional.of(new Summary(sorted.length, mean, variance, at(sorted, 0.50), at(sorted, 0.95)));
    }

    /** The summary where there are values that no earlier call told, or when {@code anyway}. */
    public Optional<Summary> news(boolean anyway) {
        synchronized (this) {
            boolean isNew = added > 0 && added != told;
            told = added;
            if (!isNew && !anyway) {
                return Optional.empty();
            }
        }
        return summary();
    }

    private synchronized double[] snapshot() {
        long now = nanoTicker.getAsLong();
        return IntStream.range(0, (int) Math.min(added, CAPACITY))
                .filter(slot -> now - addedNanos[slot] <= maxAgeNanos)
                .mapToDouble(slot -> values[slot])
                .toArray();
    }

    private static double at(double[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))];
    }
}
