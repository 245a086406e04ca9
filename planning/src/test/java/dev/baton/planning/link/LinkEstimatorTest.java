package dev.baton.planning.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** The estimator on links that exist only as arithmetic, so that the truth is known. */
final class LinkEstimatorTest {

    private final AtomicLong now = new AtomicLong(1);
    private final LinkEstimator estimator = new LinkEstimator(now::get);
    private final SyntheticLink link = new SyntheticLink();

    @Test
    void isUnknownBeforeAnyTransfer() {
        assertThat(estimator.estimate()).isEmpty();
    }

    @Test
    void isUnknownWhileAllTransfersHaveTheSameSize() {
        for (int i = 0; i < 20; i++) {
            link.send(10_000);
            advance(Duration.ofMillis(50));
        }
        assertThat(estimator.estimate()).isEmpty();
    }

    @Test
    void tellsRateAndRoundTripApart() {
        link.set(8, Duration.ofMillis(20), Duration.ZERO);
        for (int i = 0; i < 10; i++) {
            link.send(i % 2 == 0 ? 100 : 20_000);
            advance(Duration.ofMillis(100));
        }
        LinkEstimate estimate = estimator.estimate().orElseThrow();
        assertThat(estimate.bytesPerSecond()).isCloseTo(1_000_000, Percentage.withPercentage(1));
        assertThat(estimate.roundTrip()).isBetween(Duration.ofMillis(19), Duration.ofMillis(21));
        assertThat(estimate.samples()).isEqualTo(10);
    }

    @Test
    void ignoresAFewTransfersThatWereHeldUp() {
        link.set(8, Duration.ofMillis(20), Duration.ofMillis(1));
        for (int i = 0; i < 20; i++) {
            link.send(i % 2 == 0 ? 100 : 20_000);
            advance(Duration.ofMillis(100));
            if (i % 7 == 3) {
                long sent = now.get();
                advance(Duration.ofMillis(300));
                estimator.acknowledged(20_000, sent, now.get());
            }
        }
        assertThat(estimator.estimate().orElseThrow().bytesPerSecond())
                .isCloseTo(1_000_000, Percentage.withPercentage(15));
    }

    @Test
    void countsATransferFromWhenTheOneBeforeHadLeft() {
        link.set(8, Duration.ofMillis(10), Duration.ZERO);
        probeFor(Duration.ofSeconds(2));
        for (int burst = 0; burst < 5; burst++) {
            for (int i = 0; i < 4; i++) {
                link.send(50_000);
            }
            advance(Duration.ofMillis(400));
        }
        assertThat(estimator.estimate().orElseThrow().bytesPerSecond())
                .isCloseTo(1_000_000, Percentage.withPercentage(10));
    }

    @Test
    void countsRecordsAcknowledgedTogetherAsOneTransfer() {
        for (int i = 0; i < 8; i++) {
            long sent = now.get();
            advance(Duration.ofMillis(30));
            estimator.acknowledged(10_000, sent, now.get());
            estimator.acknowledged(10_000, sent, now.get());
            advance(Duration.ofMillis(20));
            long small = now.get();
            advance(Duration.ofMillis(10));
            estimator.acknowledged(0, small, now.get());
            advance(Duration.ofMillis(20));
        }
        LinkEstimate estimate = estimator.estimate().orElseThrow();
        assertThat(estimate.bytesPerSecond()).isCloseTo(1_000_000, Percentage.withPercentage(1));
        assertThat(estimate.roundTrip()).isEqualTo(Duration.ofMillis(10));
    }

    @Test
    void givesALowerBoundForALinkTooFastToSee() {
        link.set(100_000, Duration.ofMillis(2), Duration.ofMillis(1));
        probeFor(Duration.ofSeconds(5));
        assertThat(estimator.estimate().orElseThrow().bytesPerSecond()).isGreaterThan(20_000_000);
    }

    @Test
    void forgetsWhenTransfersStop() {
        link.set(8, Duration.ofMillis(20), Duration.ZERO);
        probeFor(Duration.ofSeconds(3));
        assertThat(estimator.estimate()).isPresent();
        advance(Duration.ofSeconds(6));
        estimator.estimate();
        advance(Duration.ofSeconds(6));
        assertThat(estimator.estimate()).isEmpty();
    }

    @Test
    void followsStepsOfTheRateWithinTwoSecondsOnProbesAlone() {
        Duration roundTrip = Duration.ofMillis(10);
        Duration jitter = Duration.ofMillis(1);
        double[] steps = {100, 8, 1, 100};
        for (double megabits : steps) {
            link.set(megabits, roundTrip, jitter);
            Duration settled = probeUntilClose(megabits, Duration.ofSeconds(10));
            assertThat(settled).as("time until %s Mbit/s was seen", megabits).isLessThan(Duration.ofMillis(2_300));
            probeFor(Duration.ofSeconds(10));
            assertCloseTo(megabits);
        }
    }

    @Test
    void probesTakeLittleOfTheLink() {
        link.set(8, Duration.ofMillis(10), Duration.ofMillis(1));
        probeFor(Duration.ofSeconds(5));
        long before = link.bytes;
        probeFor(Duration.ofSeconds(10));
        assertThat(link.bytes - before).isLessThan(110_000); // 1 % of 10 s at 1 MB/s, and the small ones
    }

    private void assertCloseTo(double megabits) {
        assertThat(estimator.estimate().orElseThrow().bytesPerSecond())
                .isCloseTo(megabits * 125_000, Percentage.withPercentage(40));
    }

    private Duration probeUntilClose(double megabits, Duration atMost) {
        long start = now.get();
        while (now.get() - start < atMost.toNanos()) {
            probe();
            Optional<LinkEstimate> estimate = estimator.estimate();
            if (estimate.isPresent()
                    && Math.abs(Math.log(estimate.get().bytesPerSecond() / (megabits * 125_000))) < Math.log(1.5)) {
                break;
            }
        }
        return Duration.ofNanos(now.get() - start);
    }

    private void probeFor(Duration time) {
        long end = now.get() + time.toNanos();
        while (now.get() < end) {
            probe();
        }
    }

    private final LinkProbes probes = new LinkProbes(estimator);

    private void probe() {
        LinkProbes.Probe probe = probes.next();
        long sent = now.get();
        link.send(probe.bytes());
        link.drain();
        probes.acknowledged(probe.bytes(), Duration.ofNanos(now.get() - sent));
        advance(probe.nextAfter());
    }

    private void advance(Duration time) {
        link.advanceTo(now.get() + time.toNanos());
    }

    /** A first-in first-out link: a transfer waits for those before it, then for its own bytes, then for the round trip. */
    private final class SyntheticLink {

        private final Random random = new Random(7);
        private final java.util.PriorityQueue<Ack> acks =
                new java.util.PriorityQueue<>(java.util.Comparator.comparingLong(Ack::atNanos));
        private double bytesPerSecond = 1_000_000;
        private Duration roundTrip = Duration.ofMillis(5);
        private Duration jitter = Duration.ZERO;
        private long freeAtNanos;
        private long bytes;

        private record Ack(long bytes, long sentNanos, long atNanos) {}

        void set(double megabitsPerSecond, Duration newRoundTrip, Duration newJitter) {
            bytesPerSecond = megabitsPerSecond * 125_000;
            roundTrip = newRoundTrip;
            jitter = newJitter;
        }

        void send(long size) {
            bytes += size;
            long begins = Math.max(now.get(), freeAtNanos);
            freeAtNanos = begins + (long) (size / bytesPerSecond * 1e9);
            long late = (long) (Math.abs(random.nextGaussian()) * jitter.toNanos());
            acks.add(new Ack(size, now.get(), freeAtNanos + roundTrip.toNanos() + late));
        }

        void drain() {
            while (!acks.isEmpty()) {
                advanceTo(acks.peek().atNanos());
            }
        }

        void advanceTo(long untilNanos) {
            while (!acks.isEmpty() && acks.peek().atNanos() <= untilNanos) {
                Ack ack = acks.remove();
                now.set(Math.max(now.get(), ack.atNanos()));
                estimator.acknowledged(ack.bytes(), ack.sentNanos(), now.get());
            }
            now.set(untilNanos);
        }
    }
}
