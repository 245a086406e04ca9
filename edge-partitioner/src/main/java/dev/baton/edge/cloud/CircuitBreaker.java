package dev.baton.edge.cloud;

import dev.baton.edge.measure.RecentValues;
import dev.baton.edge.measure.Summary;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether asking the cloud about one model makes sense now. Begin with {@link #pause} and {@link #begin}. Any thread may ask
 * and report.
 */
public final class CircuitBreaker {

    /*
     * Nygard, Release It! (2007), chapter 5: after so many failures in a row the breaker opens and calls are not even tried; after a
     * pause one of them is, and what comes of it closes the breaker or doubles the pause.
     *
     * Only silence is a failure here. A refusal is an answer: the cloud is there, and says what it wants. Silence counts if an
     * answer was to be expected: a client in a hurry stops waiting before any cloud could have answered, and a cloud that answered
     * others since the call began is not gone, but late. What is usual is known from the answers themselves.
     *
     * The call that is tried rides beside a request that is finished on the edge node meanwhile (EdgeInference): whether the
     * cloud is back, no client waits to learn.
     */

    private final Settings settings;
    private final Listener listener;
    private final LongSupplier nanoTicker;
    private final RecentValues usualMicros = new RecentValues();

    // Guarded by this.
    private int silent;
    private Optional<String> obstacle = Optional.empty();
    private boolean open;
    private boolean probing;
    private Duration length;
    private long openedNanos;
    private long answeredNanos;
    private boolean everAnswered;

    /**
     * When it opens, and for how long.
     *
     * @param failures    calls in a row without an answer
     * @param firstPause  until the first probe
     * @param longestPause between probes; each that fails doubles the pause, up to this
     */
    public record Settings(int failures, Duration firstPause, Duration longestPause) {

        public Settings {
            if (failures < 1) {
                throw new IllegalArgumentException("opens after %d calls: expected at least 1".formatted(failures));
            }
            if (!firstPause.isPositive() || longestPause.compareTo(firstPause) < 0) {
                throw new IllegalArgumentException("pauses of %s up to %s: expected more than none, and no less at last"
                        .formatted(firstPause, longestPause));
            }
        }
    }

    /** Is told of changes, by the thread that brought them about. */
    public interface Listener {

        /** No calls for {@code pause}. */
        void opened(Duration pause);

        void closed();
    }

    /** Why the cloud is not asked, for people, and for how long at least. */
    public record Pause(String reason, Duration left) {}

    public CircuitBreaker(Settings settings, Listener listener, LongSupplier nanoTicker) {
        this.settings = settings;
        this.listener = listener;
        this.nanoTicker = nanoTicker;
        this.length = settings.firstPause();
    }

    /** Whether there is any sense in preparing a call: empty, unless the cloud is not to be asked now. */
    public synchronized Optional<Pause> pause() {
        if (!open || (!probing && left().isNegative())) {
            return Optional.empty();
        }
        Duration left = left();
        String next = probing ? "one of them is asking now" : "it is asked again in %d ms".formatted(left.toMillis());
        return Optional.of(new Pause(
                "%sthe cloud did not answer %d calls in a row; %s"
                        .formatted(obstacle.map(known -> known + "; ").orElse(""), silent, next),
                left.isPositive() ? left : settings.firstPause()));
    }

    private Duration left() {
        return length.minusNanos(nanoTicker.getAsLong() - openedNanos);
    }

    /** Begins a call, which the caller ends; empty where the cloud is not to be asked, as {@link #pause} says why. */
    public synchronized Optional<Call> begin() {
        if (pause().isPresent()) {
            return Optional.empty();
        }
        probing = open;
        return Optional.of(new Call(open, nanoTicker.getAsLong()));
    }

    /** Whether calls are held back. */
    public synchronized boolean isOpen() {
        return open;
    }

    /** A call to the cloud. The first word about its end counts. */
    public final class Call implements AutoCloseable {

        private final boolean probe;
        private final long begunNanos;
        private boolean ended;

        private Call(boolean probe, long begunNanos) {
            this.probe = probe;
            this.begunNanos = begunNanos;
        }

        /** Whether it finds out if the cloud is back: nobody should wait for it. */
        public boolean isProbe() {
            return probe;
        }

        /** The cloud said something. */
        public void answered() {
            boolean closes;
            synchronized (CircuitBreaker.this) {
                if (!end()) {
                    return;
                }
                answeredNanos = nanoTicker.getAsLong();
                everAnswered = true;
                usualMicros.add((answeredNanos - begunNanos) / 1e3);
                closes = open;
                open = false;
                silent = 0;
                length = settings.firstPause();
            }
            if (closes) {
                listener.closed();
            }
        }

        /** Nothing can be heard from the cloud: {@code obstacle} says why, for people. */
        public void unreachable(String obstacle) {
            failed(Optional.of(obstacle));
        }

        /** Nobody waits any more. */
        public void silent() {
            failed(Optional.empty());
        }

        private void failed(Optional<String> found) {
            Duration pause;
            synchronized (CircuitBreaker.this) {
                if (!end() || !(found.isPresent() || probe || isTelling())) {
                    return;
                }
                obstacle = found;
                silent++;
                boolean opens = probe || (!open && silent >= settings.failures());
                if (!opens) {
                    return;
                }
                length = probe ? shorter(length.multipliedBy(2), settings.longestPause()) : settings.firstPause();
                open = true;
                openedNanos = nanoTicker.getAsLong();
                pause = length;
            }
            if (!probe) {
                listener.opened(pause);
            }
        }

        /** Whether an answer was to be expected by now. */
        private boolean isTelling() {
            boolean othersAnswered = everAnswered && answeredNanos - begunNanos > 0;
            double waited = (nanoTicker.getAsLong() - begunNanos) / 1e3;
            return !othersAnswered && usualMicros.summary().map(Summary::p95).orElse(0.0) <= waited;
        }

        /** Nothing was learnt. */
        @Override
        public void close() {
            synchronized (CircuitBreaker.this) {
                boolean _ = end();
            }
        }

        /** False where it had ended before. Holds the lock. */
        private boolean end() {
            if (ended) {
                return false;
            }
            ended = true;
            if (probe) {
                probing = false;
            }
            return true;
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
