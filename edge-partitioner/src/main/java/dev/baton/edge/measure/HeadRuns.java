package dev.baton.edge.measure;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/** Run times of one head in microseconds, the last ones, and how far they can be believed. Any thread may add. */
public final class HeadRuns {

    /*
     * A run is never faster than the head is, but it is slower whenever something else keeps the machine busy, and while
     * models load something does: one run in such a time was seen to take thirteen times as long. So of runs while loading the
     * faster half is kept, until the first other run replaces them.
     *
     * After that a window of runs moves with traffic by itself. Where a head is rarely run, a run that contradicts what was
     * known replaces it: an average of the two would be wrong twice, and for long. A fast run does so at once. A slow one may
     * be an accident, so it only makes the head doubtful, and the next one decides.
     */
    private static final double CONTRADICTION = 2;
    private static final Duration RARELY = Duration.ofSeconds(5);

    /** So many runs settle what a head takes. */
    private static final int SETTLED = 3;

    private final RecentValues values;
    private boolean loading = true;
    private OptionalDouble doubt = OptionalDouble.empty();
    private Optional<Summary> summary = Optional.empty();

    HeadRuns(LongSupplier nanoTicker) {
        this.values = new RecentValues(nanoTicker, Duration.ofNanos(Long.MAX_VALUE));
    }

    /** Runs while models were loading, of which there is at least one. */
    synchronized void loaded(List<Double> micros) {
        if (summary.isEmpty()) {
            micros.stream().sorted().limit((micros.size() + 1) / 2).forEach(values::add);
            summary = values.summary();
        }
    }

    synchronized void add(double micros) {
        boolean rare = isFew() || values.age().orElse(Duration.ZERO).compareTo(RARELY) > 0;
        double known = summary.map(Summary::p50).orElse(micros);
        boolean slow = micros > known * CONTRADICTION;
        if (!loading && rare && slow && doubt.isEmpty()) {
            doubt = OptionalDouble.of(micros);
            return;
        }
        boolean confirmed = slow && doubt.isPresent();
        boolean fast = rare && micros < known / CONTRADICTION;
        if (loading || confirmed || fast) {
            values.clear();
        }
        if (confirmed) {
            values.add(doubt.getAsDouble());
        }
        loading = false;
        doubt = OptionalDouble.empty();
        values.add(micros);
        summary = values.summary();
    }

    private boolean isFew() {
        return summary.map(Summary::count).orElse(0L) < SETTLED;
    }

    /** Runs that tell what the head takes, as far as they matter: 0 while there are none but those while loading. */
    public synchronized int runs() {
        return loading ? 0 : (int) Math.min(SETTLED, summary.map(Summary::count).orElse(0L));
    }

    /** Whether another run would tell nothing new for now. */
    public synchronized boolean isSettled() {
        return !loading && doubt.isEmpty() && !isFew();
    }

    /** The time since the last run. */
    public Optional<Duration> age() {
        return values.age();
    }

    public synchronized Optional<Summary> summary() {
        return summary;
    }

    Optional<Summary> news(boolean anyway) {
        return values.news(anyway);
    }
}
