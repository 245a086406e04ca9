package dev.baton.planning.link;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * Which probe records to send, so that the link is known in every placement: none where traffic tells rate and round trip
 * apart, otherwise the size that is lacking, and never more than 1 % of the link's time in any ten seconds. One thread asks;
 * any may tell.
 */
public final class LinkProbes {

    /*
     * What probes cost is counted in time of the link: bytes on the wire divided by the rate that the link has at least. So one
     * budget holds for every link: 0.6 % of the time, 22 ms saved and 18 ms of credit are 1 % of any ten seconds. While the rate is
     * unknown, the slowest link that Baton is made for stands in for it.
     *
     * A large probe is sized by how visible it must be, not in bytes: it occupies the link for twelve times the spread
     * of transfer times, 4 to 16 ms. On a link of 0.5 Mbit/s that is a few hundred bytes, at 100 Mbit/s 50 KB; 64 KiB is the most.
     *
     * A rise of the rate is seen when a probe arrives early. How far it rose, that probe was too small to tell; but it shows
     * that the link is so much faster at least, and by that rate the next one may be larger at the same price: sizes
     * grow geometrically, one a round trip, until a probe is visible again. From 1 to 100 Mbit/s takes four.
     * The alternative, packet pairs and trains (Jain and Dovrolis 2002, "Pathload"), reads the rate from how far apart
     * records arrive that left together. It needs the receiver's times, which are a clock of another machine, or evenly spaced
     * acknowledgements; Kafka's producer joins such records in one request and acknowledges them together. A large
     * record is such a train already, timed as a whole.
     *
     * What a probe was seen to take settles its price, so that finding out costs what it costs and not what was feared. After a
     * step up, what was sent since is settled anew with each that arrives, as all of it met the faster link.
     *
     * Seeing a rise soon takes money at the right moment. So routine probes leave RESERVE_SECONDS; the few after a step may
     * use the credit of suspicions until the rate is found; and debts stay small: a step down is met by a probe sized for
     * the rate before, which may exceed the budget once by far. Paying all of that back would take a minute at 0.5 Mbit/s, in which
     * nobody would see the link recover, so LARGEST_DEBT of it is.
     */
    static final int SMALL_BYTES = 16;
    static final int LEAST_LARGE_BYTES = 256;
    static final int MOST_LARGE_BYTES = 64 * 1024;

    static final double SHARE = 0.006;
    static final double SAVED_SECONDS = 0.022;

    /** Probes that a suspicion waits for may go so far into debt. */
    private static final double CONFIRMING_CREDIT = 0.018;

    private static final double LARGEST_DEBT = 0.010;

    /** What probes that nobody waits for leave in the box, so that a suspicion finds something there. */
    private static final double RESERVE_SECONDS = 0.004;

    private static final double LEAST_VISIBLE_SECONDS = 0.004;
    private static final double MOST_VISIBLE_SECONDS = 0.016;
    private static final double VISIBLE_DEVIATIONS = 12;
    private static final double CONFIRMING_SECONDS = 0.016;
    private static final int CONFIRMATIONS = 3;
    private static final Duration LEAST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration CALM = Duration.ofMillis(250);
    private static final Duration LARGE_IS_FRESH = Duration.ofSeconds(1);
    private static final Duration SMALL_IS_FRESH = Duration.ofMillis(2_500);
    private static final double SURE = 0.08;
    private static final double FOUND = 0.3;

    private final LinkEstimator estimator;
    private final LongSupplier nanoTicker;
    private double savedSeconds = SAVED_SECONDS;
    private long savedNanos;
    private long lastBytes;
    private double lastPaid;
    private double paidSinceStep;
    private double bytesSinceStep;
    private int confirmations;
    private double countedSeconds;
    private long countedSinceNanos;

    /**
     * What to do now.
     *
     * @param probeBytes    value of a record to send; empty: none
     * @param askAgainAfter the acknowledgement of that probe, or after now
     */
    public record Advice(OptionalInt probeBytes, Duration askAgainAfter) {}

    public LinkProbes(LinkEstimator estimator, LongSupplier nanoTicker) {
        this.estimator = estimator;
        this.nanoTicker = nanoTicker;
        this.savedNanos = nanoTicker.getAsLong();
        this.countedSinceNanos = savedNanos;
    }

    public synchronized Advice next() {
        save();
        double rate = leastRate();
        Optional<Long> telling = estimator.tellingBytes();
        if (telling.isPresent() && confirmations < CONFIRMATIONS) {
            long most = Math.round(CONFIRMING_SECONDS * rate);
            int bytes = clamp((double) Math.min(telling.get(), most));
            if (price(bytes, rate) < savedSeconds + CONFIRMING_CREDIT) {
                confirmations++;
                return send(bytes, rate, LEAST_PAUSE);
            }
        }
        if (telling.isEmpty() && confirmations > 0) {
            confirmations = 0;
            if (price(SMALL_BYTES, rate) < savedSeconds + CONFIRMING_CREDIT) {
                return send(SMALL_BYTES, rate, LEAST_PAUSE); // rate or round trip: the other end of the line tells
            }
        }
        Optional<TransferLine> line = estimator.line();
        boolean finding = isFinding(line);
        double available = finding ? savedSeconds + CONFIRMING_CREDIT : savedSeconds - RESERVE_SECONDS;
        double visible = visibleSeconds(line);
        int large = clamp(rate * (finding ? Math.clamp(available, LEAST_VISIBLE_SECONDS, visible) : visible));
        if (line.isPresent() && trafficTells(line.get(), large)) {
            return new Advice(OptionalInt.empty(), CALM);
        }
        int bytes = lacking(line, large);
        double missing = price(bytes, rate) - available;
        if (missing > 0) {
            return new Advice(OptionalInt.empty(), pause(missing / SHARE));
        }
        return send(bytes, rate, line.filter(TransferLine::seesBytes).isPresent() ? CALM : Duration.ZERO);
    }

    /** The share of the link's time that probes took since this was asked before, 0 to 1. */
    public synchronized double takeShare() {
        long now = nanoTicker.getAsLong();
        double seconds = (now - countedSinceNanos) / 1e9;
        double share = seconds > 0 ? countedSeconds / seconds : 0;
        countedSeconds = 0;
        countedSinceNanos = now;
        return Math.min(1, share);
    }

    /** Right after a step the new rate is worth the credit, until it is known. */
    private boolean isFinding(Optional<TransferLine> line) {
        boolean found =
                line.filter(l -> l.slopeError() < FOUND * l.nanosPerByte()).isPresent();
        return estimator.hasJustStepped() && !found;
    }

    private boolean trafficTells(TransferLine line, int large) {
        boolean sure = line.slopeError() < SURE * line.nanosPerByte()
                && line.fixedError() < Math.max(LinkEstimator.STEP_NANOS, SURE * line.fixedNanos());
        return sure && isFresh(large / 2L, Long.MAX_VALUE, LARGE_IS_FRESH) && isFresh(0, large / 4L, SMALL_IS_FRESH);
    }

    private boolean isFresh(long least, long most, Duration age) {
        return estimator.since(least, most).filter(a -> a.compareTo(age) < 0).isPresent();
    }

    private int lacking(Optional<TransferLine> line, int large) {
        boolean sees = line.filter(TransferLine::seesBytes).isPresent();
        if (!sees && estimator.since(0, large / 4L).isPresent() && line.isPresent()) {
            return large;
        }
        return estimator.lacksLarge(large / 4L) ? large : SMALL_BYTES;
    }

    private static double visibleSeconds(Optional<TransferLine> line) {
        double spread = line.map(TransferLine::residual).orElse(0.0) / 1e9;
        return Math.clamp(VISIBLE_DEVIATIONS * spread, LEAST_VISIBLE_SECONDS, MOST_VISIBLE_SECONDS);
    }

    private double leastRate() {
        return estimator
                .line()
                .filter(TransferLine::seesBytes)
                .map(line -> 1e9 / (line.nanosPerByte() + (estimator.hasJustStepped() ? line.slopeError() : 0)))
                .or(() -> estimator.atLeast())
                .filter(rate -> estimator.line().isPresent() || rate > LinkSilence.SLOWEST_BYTES_PER_SECOND)
                .orElse((double) LinkSilence.SLOWEST_BYTES_PER_SECOND);
    }

    private static double price(long bytes, double rate) {
        return (bytes + LinkEstimator.OVERHEAD_BYTES) / rate;
    }

    private Advice send(int bytes, double rate, Duration pause) {
        lastBytes = bytes;
        lastPaid = price(bytes, rate);
        savedSeconds -= lastPaid;
        countedSeconds += lastPaid;
        return new Advice(OptionalInt.of(bytes), pause);
    }

    private void save() {
        long now = nanoTicker.getAsLong();
        savedSeconds = Math.min(SAVED_SECONDS, savedSeconds + SHARE * (now - savedNanos) / 1e9);
        savedNanos = now;
    }

    /**
     * The probe that {@link #next} asked for took this long to its acknowledgement. It was paid for by the least rate that the link has;
     * what it surely did not take is given back.
     */
    public synchronized void acknowledged(Duration transfer) {
        Optional<TransferLine> line = estimator.line();
        if (lastPaid == 0 || line.isEmpty()) {
            return;
        }
        double moved =
                (transfer.toNanos() - line.get().fixedNanos() + line.get().residual()) / 1e9;
        double price = Math.min(Math.max(0, moved), Math.max(lastPaid, price(lastBytes, leastRate())));
        settle(price - lastPaid);
        lastPaid = 0;
        settleSinceStep(price);
    }

    /** What was sent since the step met the link as it is now, however slow it was believed to be then. */
    private void settleSinceStep(double price) {
        if (!estimator.hasJustStepped()) {
            paidSinceStep = 0;
            bytesSinceStep = 0;
            return;
        }
        paidSinceStep += price;
        bytesSinceStep += lastBytes + LinkEstimator.OVERHEAD_BYTES;
        double most = estimator
                .line()
                .map(line -> bytesSinceStep * line.mostNanosPerByte() / 1e9)
                .orElse(paidSinceStep);
        if (most < paidSinceStep) {
            settle(most - paidSinceStep);
            paidSinceStep = most;
        }
    }

    private void settle(double missingSeconds) {
        savedSeconds = Math.clamp(savedSeconds - missingSeconds, -LARGEST_DEBT, SAVED_SECONDS);
        countedSeconds = Math.max(0, countedSeconds + missingSeconds);
    }

    private static Duration pause(double seconds) {
        Duration pause = Duration.ofNanos(Math.round(seconds * 1e9));
        if (pause.compareTo(LEAST_PAUSE) < 0) {
            return LEAST_PAUSE;
        }
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    private static int clamp(double bytes) {
        return (int) Math.clamp(bytes, LEAST_LARGE_BYTES, MOST_LARGE_BYTES);
    }
}
