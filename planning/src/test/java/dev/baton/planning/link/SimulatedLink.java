package dev.baton.planning.link;

import java.time.Duration;
import java.util.Comparator;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * A link that exists only as arithmetic, first in first out, with an edge node at its end: probes as {@link LinkProbes}
 * advises, a measurement window each second, and requests. Time passes only when told to.
 */
final class SimulatedLink {

    private static final long WINDOW_BYTES = 700;
    private static final long BROKER_NANOS = 50_000;
    private static final long NEVER = Long.MAX_VALUE;

    private final Random random;
    private final PriorityQueue<Transfer> underWay = new PriorityQueue<>(Comparator.comparingLong(Transfer::ackNanos));
    private long now = 1;
    private double bytesPerSecond = 1_000_000;
    private long roundTripNanos = 10_000_000;
    private double jitterNanos;
    private double lossShare;
    private long freeAtNanos;
    private long lastAckNanos;
    private long windowAtNanos = 1_000_000_000;
    private long probeAtNanos = 1;
    private long requestAtNanos = NEVER;
    private Requests requests = new Requests(_ -> 0, _ -> NEVER);
    private boolean probing;
    private double probesOccupiedNanos;
    private int acknowledgedRequests;
    private int steps;

    final LinkEstimator estimator = new LinkEstimator(() -> now);
    final LinkProbes probes = new LinkProbes(estimator, () -> now);

    private enum Kind {
        PROBE,
        WINDOW,
        REQUEST
    }

    private record Transfer(Kind kind, long bytes, long sentNanos, long ackNanos, long pauseNanos) {}

    /** What requests send: bytes, and nanoseconds to the next. */
    record Requests(ToLongFunction<Random> bytes, ToLongFunction<Random> gapNanos) {

        static Requests of(long bytes, Duration every) {
            return new Requests(_ -> bytes, _ -> every.toNanos());
        }

        static Requests between(long least, long most, Duration onAverage) {
            return new Requests(
                    random -> random.nextLong(least, most),
                    random -> Math.round(-Math.log(1 - random.nextDouble()) * onAverage.toNanos()));
        }
    }

    SimulatedLink(long seed) {
        random = new Random(seed);
    }

    SimulatedLink is(double megabits, Duration roundTrip, Duration jitter) {
        bytesPerSecond = megabits * 125_000;
        roundTripNanos = roundTrip.toNanos();
        jitterNanos = jitter.toNanos();
        return this;
    }

    /** This share of transfers waits for a retransmission, and holds up those behind it. */
    SimulatedLink loses(double share) {
        lossShare = share;
        return this;
    }

    SimulatedLink carries(Requests carried) {
        requests = carried;
        requestAtNanos = now;
        acknowledgedRequests = 0;
        return this;
    }

    SimulatedLink carriesNothing() {
        requestAtNanos = NEVER;
        return this;
    }

    SimulatedLink run(Duration time) {
        runUntil(now + time.toNanos(), _ -> false);
        return this;
    }

    /** How long it took until {@code seen}, looking after each acknowledgement; {@code atMost} where it never was. */
    Duration until(Predicate<LinkEstimate> seen, Duration atMost) {
        long began = now;
        runUntil(now + atMost.toNanos(), _ -> estimator.estimate().filter(seen).isPresent());
        return Duration.ofNanos(now - began);
    }

    double bytesPerSecond() {
        return bytesPerSecond;
    }

    /** What a record of no bytes takes, on average. */
    Duration roundTrip() {
        double jitter = jitterNanos * Math.sqrt(2 / Math.PI);
        double overhead = LinkEstimator.OVERHEAD_BYTES / bytesPerSecond * 1e9;
        return Duration.ofNanos(Math.round(roundTripNanos + BROKER_NANOS + jitter + overhead));
    }

    LinkEstimate estimate() {
        return estimator.estimate().orElseThrow();
    }

    double takeProbeSeconds() {
        double seconds = probesOccupiedNanos / 1e9;
        probesOccupiedNanos = 0;
        return seconds;
    }

    int acknowledgedRequests() {
        return acknowledgedRequests;
    }

    int steps() {
        return steps;
    }

    private void runUntil(long end, Predicate<Transfer> stop) {
        while (true) {
            long ack = underWay.isEmpty() ? NEVER : underWay.peek().ackNanos;
            long probe = probing ? NEVER : probeAtNanos;
            long next = Math.min(Math.min(ack, probe), Math.min(windowAtNanos, requestAtNanos));
            if (next >= end) {
                now = end;
                return;
            }
            now = Math.max(now, next);
            if (next == ack) {
                Transfer arrived = underWay.remove();
                acknowledged(arrived);
                if (stop.test(arrived)) {
                    return;
                }
            } else if (next == windowAtNanos) {
                send(Kind.WINDOW, WINDOW_BYTES, 0);
                windowAtNanos += 1_000_000_000;
            } else if (next == requestAtNanos) {
                send(Kind.REQUEST, requests.bytes.applyAsLong(random), 0);
                requestAtNanos = now + requests.gapNanos.applyAsLong(random);
            } else {
                probe();
            }
        }
    }

    private void probe() {
        LinkProbes.Advice advice = probes.next();
        long pause = Math.max(1, advice.askAgainAfter().toNanos());
        OptionalLong bytes = advice.probeBytes().stream().asLongStream().findFirst();
        if (bytes.isEmpty()) {
            probeAtNanos = now + pause;
            return;
        }
        probing = true;
        send(Kind.PROBE, bytes.getAsLong(), pause);
    }

    private void send(Kind kind, long bytes, long pauseNanos) {
        double moving = (bytes + LinkEstimator.OVERHEAD_BYTES) / bytesPerSecond * 1e9;
        long held = random.nextDouble() < lossShare ? 250_000_000 : 0;
        freeAtNanos = Math.max(now, freeAtNanos) + held + Math.round(moving);
        long late = Math.round(Math.abs(random.nextGaussian()) * jitterNanos);
        lastAckNanos = Math.max(lastAckNanos, freeAtNanos + roundTripNanos + BROKER_NANOS + late);
        underWay.add(new Transfer(kind, bytes, now, lastAckNanos, pauseNanos));
        if (kind == Kind.PROBE) {
            probesOccupiedNanos += moving;
        }
    }

    private void acknowledged(Transfer transfer) {
        LinkEstimator.News news = estimator.acknowledged(transfer.bytes, transfer.sentNanos, now);
        if (transfer.kind == Kind.PROBE) {
            probing = false;
            probes.acknowledged(Duration.ofNanos(now - transfer.sentNanos));
            probeAtNanos = now + transfer.pauseNanos;
        }
        if (transfer.kind == Kind.REQUEST) {
            acknowledgedRequests++;
        }
        if (news != LinkEstimator.News.NONE) {
            probeAtNanos = now;
        }
        if (news == LinkEstimator.News.STEP) {
            steps++;
        }
    }
}
