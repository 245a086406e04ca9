package dev.baton.tail.lateness;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How much longer than usual a record took from its edge node to here.
 */
public final class DelayBaseline {

    /* The edge's clock and ours differ by an unknown amount, so (received - sent) is the true delay plus that amount.
     * The smallest such difference seen lately is the difference for a record that met no queue; what a record has
     * above it was spent in queues: the link's, the broker's, ours. This is the one-way delay estimate of LEDBAT
     * (RFC 6817, section 3.4.2), with its history of minima per interval, so that slow drift between the clocks and a
     * route that has become longer are forgotten after a while.
     *
     * Two things can move the difference at once. When it falls (the edge's clock was set forward), the new minimum
     * holds from that record on. When it rises because the edge's clock went back, every record would look late until
     * the history has passed; so a record that was sent far before one already seen begins a new history. Records of
     * different partitions overtake each other, hence "far".
     *
     * The first record of an edge node defines its baseline, however late it is: unknown counts as on time.
     */

    private static final int INTERVALS = 10;
    private static final Duration INTERVAL = Duration.ofSeconds(30);
    private static final Duration CLOCK_WENT_BACK = Duration.ofSeconds(60);

    private final int maxEdges;
    private final LinkedHashMap<String, History> histories;

    /**
     * A baseline that knows nobody.
     *
     * @param maxEdges edge nodes remembered at most; the one not heard of for longest is forgotten first
     */
    public DelayBaseline(int maxEdges) {
        if (maxEdges < 1) {
            throw new IllegalArgumentException("maxEdges must be at least 1, is " + maxEdges);
        }
        this.maxEdges = maxEdges;
        this.histories = new LinkedHashMap<>(16, 0.75f, true);
    }

    /**
     * Takes a record into account and tells its delay, which is never negative.
     *
     * @param sentMicros     the edge node's clock when it sent the record, from any epoch
     * @param receivedMicros a monotonic clock of this machine when the record arrived, from any epoch
     */
    public synchronized Duration delay(String edgeNode, long sentMicros, long receivedMicros) {
        History history = histories.computeIfAbsent(edgeNode, unknown -> new History(sentMicros));
        forgetOldest();
        return Duration.of(history.delay(sentMicros, receivedMicros), ChronoUnit.MICROS);
    }

    synchronized int edges() {
        return histories.size();
    }

    private void forgetOldest() {
        while (histories.size() > maxEdges) {
            Map.Entry<String, History> oldest = histories.firstEntry();
            histories.remove(oldest.getKey());
        }
    }

    private static final class History {

        /** The smallest difference of each interval, newest last. */
        private final Deque<Minimum> minima = new ArrayDeque<>(INTERVALS);

        private long latestSentMicros;

        History(long sentMicros) {
            this.latestSentMicros = sentMicros;
        }

        long delay(long sentMicros, long receivedMicros) {
            if (latestSentMicros - sentMicros > micros(CLOCK_WENT_BACK)) {
                minima.clear();
                latestSentMicros = sentMicros;
            }
            latestSentMicros = Math.max(latestSentMicros, sentMicros);
            long difference = receivedMicros - sentMicros;
            remember(difference, Math.floorDiv(receivedMicros, micros(INTERVAL)));
            long baseline = Long.MAX_VALUE;
            for (Minimum minimum : minima) {
                baseline = Math.min(baseline, minimum.difference);
            }
            return difference - baseline;
        }

        private void remember(long difference, long interval) {
            Minimum newest = minima.peekLast();
            if (newest == null || newest.interval < interval) {
                minima.addLast(new Minimum(interval, difference));
                minima.removeIf(minimum -> minimum.interval <= interval - INTERVALS);
            } else {
                newest.difference = Math.min(newest.difference, difference);
            }
        }
    }

    private static final class Minimum {

        private final long interval;
        private long difference;

        Minimum(long interval, long difference) {
            this.interval = interval;
            this.difference = difference;
        }
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
