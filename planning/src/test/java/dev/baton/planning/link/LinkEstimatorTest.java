package dev.baton.planning.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.planning.link.SimulatedLink.Requests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The estimator on links that exist only as arithmetic, so that the truth is known. */
final class LinkEstimatorTest {

    private static final double[] MEGABITS = {0.5, 1, 2, 5, 10, 20, 50, 100, 300};
    private static final int[] ROUND_TRIPS = {5, 30, 100};

    private final AtomicLong now = new AtomicLong(1);
    private final LinkEstimator estimator = new LinkEstimator(now::get);

    @Test
    void isUnknownBeforeAnyTransfer() {
        assertThat(estimator.estimate()).isEmpty();
    }

    @Test
    void isUnknownWhileAllTransfersHaveTheSameSize() {
        for (int i = 0; i < 20; i++) {
            transfer(10_000, Duration.ofMillis(30));
        }
        assertThat(estimator.estimate()).isEmpty();
    }

    @Test
    void tellsRateAndRoundTripApart() {
        for (int i = 0; i < 10; i++) {
            transfer(0, Duration.ofMillis(20));
            transfer(20_000, Duration.ofMillis(40));
        }
        LinkEstimate estimate = estimator.estimate().orElseThrow();
        assertThat(estimate.bytesPerSecond()).isCloseTo(1_000_000, Percentage.withPercentage(0.1));
        assertThat(estimate.roundTrip()).isCloseTo(Duration.ofMillis(20), Duration.ofNanos(10_000));
        assertThat(estimate.samples()).isEqualTo(20);
        assertThat(estimate.transfer(100_000)).isCloseTo(Duration.ofMillis(120), Duration.ofNanos(100_000));
    }

    @Test
    void countsRecordsAcknowledgedTogetherAsOneTransfer() {
        for (int i = 0; i < 8; i++) {
            long sent = now.get();
            now.addAndGet(30_000_000);
            estimator.acknowledged(10_000 - LinkEstimator.OVERHEAD_BYTES, sent, now.get());
            estimator.acknowledged(10_000 - LinkEstimator.OVERHEAD_BYTES, sent, now.get());
            now.addAndGet(20_000_000);
            transfer(1_000 - LinkEstimator.OVERHEAD_BYTES, Duration.ofMillis(11));
        }
        LinkEstimate estimate = estimator.estimate().orElseThrow();
        assertThat(estimate.bytesPerSecond()).isCloseTo(1_000_000, Percentage.withPercentage(1));
    }

    @Test
    void forgetsWhenTransfersStop() {
        SimulatedLink link = link(8, 20, 0.1, 1).run(Duration.ofSeconds(3));
        LinkEstimator known = link.estimator;
        assertThat(known.estimate()).isPresent();
        tellsApartOnce();
        now.addAndGet(LinkEstimator.MEMORY.plusSeconds(1).toNanos());
        assertThat(estimator.estimate()).isEmpty();
    }

    @Test
    void isLessSureTheLongerNothingWasSent() {
        tellsApartOnce();
        double sure = estimator.estimate().orElseThrow().bytesPerSecondError();
        now.addAndGet(Duration.ofSeconds(16).toNanos());
        assertThat(estimator.estimate().orElseThrow().bytesPerSecondError())
                .isCloseTo(2 * sure, Percentage.withPercentage(5));
    }

    @ParameterizedTest(name = "{0}: jitter {1} ms, {2} lost")
    @CsvSource({
        // traffic, jitter ms, loss share, rate error % median and 90th percentile, round trip error ms at the 90th
        "NONE,  0.2, 0,    1.5,  4,  0.3",
        "NONE,  1,   0,    4,   12,  0.6",
        "NONE,  5,   0,   16,   75,  3",
        "NONE,  1,   0.05, 5,   14,  1.0",
        "ONE,   0.2, 0,    1,    4,  0.3",
        "ONE,   1,   0,    3,   12,  0.8",
        "ONE,   1,   0.05, 4,   15,  2",
        "MIXED, 0.2, 0,    1,    3,  0.5",
        "MIXED, 1,   0,    3,   10,  1",
        "MIXED, 5,   0,    8,   40,  3",
        "MIXED, 1,   0.05, 4,   12,  2",
        "BURST, 1,   0,    4,   22,  1"
    })
    void staysCloseToTheTruthFromHalfAMegabitTo300(
            Traffic traffic, double jitter, double loss, double median, double most, double roundTripMost) {
        List<Double> rateErrors = new ArrayList<>();
        List<Double> roundTripErrors = new ArrayList<>();
        int withinTwoErrors = 0;
        for (double megabits : MEGABITS) {
            for (int roundTrip : ROUND_TRIPS) {
                SimulatedLink link = link(megabits, roundTrip, jitter, Math.round(megabits * 10) + roundTrip)
                        .loses(loss);
                traffic.on(link, megabits);
                link.run(Duration.ofSeconds(10));
                for (int look = 0; look < 10; look++) {
                    LinkEstimate estimate = link.run(Duration.ofSeconds(1)).estimate();
                    double error = Math.abs(estimate.bytesPerSecond() / link.bytesPerSecond() - 1);
                    rateErrors.add(100 * error);
                    roundTripErrors.add(Math.abs(
                            estimate.roundTrip().minus(link.roundTrip()).toNanos() / 1e6));
                    withinTwoErrors += withinTwoErrors(estimate, link.bytesPerSecond()) ? 1 : 0;
                }
            }
        }
        assertThat(quantile(rateErrors, 0.5)).as("median error of the rate, %%").isLessThan(median);
        assertThat(quantile(rateErrors, 0.9)).as("90th percentile of that").isLessThan(most);
        assertThat(quantile(roundTripErrors, 0.9)).as("of the round trip, ms").isLessThan(roundTripMost);
        assertThat(withinTwoErrors / (double) rateErrors.size())
                .as("share within two standard errors")
                .isGreaterThan(0.9);
    }

    private enum Traffic {
        /** Edge-only: windows and probes. */
        NONE,
        /** One size of record: it cannot tell by itself. */
        ONE,
        /** Sizes and times differ, transfers overlap. */
        MIXED,
        /** Four at once. */
        BURST;

        void on(SimulatedLink link, double megabits) {
            long unit = megabits < 4 ? 1_000 : 20_000;
            switch (this) {
                case NONE -> {}
                case ONE -> link.carries(Requests.of(2 * unit, Duration.ofMillis(200)));
                case MIXED -> link.carries(Requests.between(unit / 10, 4 * unit, Duration.ofMillis(100)));
                case BURST -> {
                    int[] sent = {0};
                    link.carries(new Requests(_ -> unit, _ -> ++sent[0] % 4 == 0 ? 1_000_000_000 : 1_000));
                }
            }
        }
    }

    @ParameterizedTest(name = "{0} to {1} Mbit/s")
    @CsvSource({"100, 5", "50, 5", "20, 5", "5, 100", "5, 50", "10, 5", "5, 10"})
    void seesAStepOfTheRateWithinAFewRequests(double from, double to) {
        for (int roundTrip : ROUND_TRIPS) {
            SimulatedLink link = link(from, roundTrip, 0.3, roundTrip)
                    .carries(Requests.of(40_000, Duration.ofMillis(150)))
                    .run(Duration.ofSeconds(10));
            link.is(to, Duration.ofMillis(roundTrip), Duration.ofNanos(300_000))
                    .carries(Requests.of(40_000, Duration.ofMillis(150)));
            Duration settled = link.until(near(link, 1.3), Duration.ofSeconds(5));
            assertThat(link.acknowledgedRequests())
                    .as("requests acknowledged until seen, round trip %d ms, after %s", roundTrip, settled)
                    .isLessThanOrEqualTo(5);
            assertThat(link.steps()).isPositive();
        }
    }

    @ParameterizedTest(name = "{0} to {1} Mbit/s")
    @CsvSource({
        "1, 100, 2000",
        "0.5, 300, 2500",
        "5, 100, 2500",
        "10, 20, 3000",
        "100, 1, 2000",
        "100, 5, 2500",
        "300, 0.5, 3000"
    })
    void seesAStepOfTheRateInEdgeOnlyThroughProbes(double from, double to, int atMostMillis) {
        List<Double> millis = new ArrayList<>();
        for (int roundTrip : ROUND_TRIPS) {
            for (int seed = 0; seed < 5; seed++) {
                SimulatedLink link = link(from, roundTrip, 0.3, seed).run(Duration.ofSeconds(10));
                link.is(to, Duration.ofMillis(roundTrip), Duration.ofNanos(300_000));
                millis.add(link.until(near(link, 1.5), Duration.ofSeconds(20)).toMillis() / 1.0);
            }
        }
        assertThat(quantile(millis, 0.9)).isLessThan(atMostMillis);
    }

    /** As a link that recovers while everything runs on the edge node, after requests had met it getting slower twice. */
    @ParameterizedTest(name = "jitter {0} ms")
    @CsvSource({"0.3, 1700", "0.7, 1700", "1.5, 2000", "3, 8000"})
    void seesAStepUpSoonAfterStepsDown(double jitter, int atMostMillis) {
        List<Double> millis = new ArrayList<>();
        for (int roundTrip : ROUND_TRIPS) {
            for (int seed = 0; seed < 5; seed++) {
                SimulatedLink link = link(100, roundTrip, jitter, seed)
                        .carries(Requests.of(13_000, Duration.ofMillis(90)))
                        .run(Duration.ofSeconds(8));
                Duration scatter = Duration.ofNanos(Math.round(jitter * 1e6));
                link.is(8, Duration.ofMillis(roundTrip), scatter).run(Duration.ofSeconds(4));
                link.is(1, Duration.ofMillis(roundTrip), scatter).run(Duration.ofMillis(600));
                link.carriesNothing().run(Duration.ofMillis(3_400));
                link.is(100, Duration.ofMillis(roundTrip), scatter);
                millis.add(
                        (double) link.until(estimate -> estimate.bytesPerSecond() > 8 * 125_000, Duration.ofSeconds(20))
                                .toMillis());
            }
        }
        assertThat(quantile(millis, 0.9)).isLessThan(atMostMillis);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"NONE", "ONE", "MIXED", "BURST"})
    void lossesAreNoSteps(Traffic traffic) {
        int steps = 0;
        for (double megabits : new double[] {1, 5, 20, 100}) {
            for (int seed = 0; seed < 3; seed++) {
                SimulatedLink link = link(megabits, 30, 1, seed).loses(0.05);
                traffic.on(link, megabits);
                int before = link.run(Duration.ofSeconds(10)).steps();
                steps += link.run(Duration.ofSeconds(60)).steps() - before;
            }
        }
        assertThat(steps).as("in twelve minutes").isLessThanOrEqualTo(3);
    }

    @Test
    void tellsAStepOfTheRoundTripFromOneOfTheRate() {
        SimulatedLink link = link(20, 10, 0.3, 5)
                .carries(Requests.of(20_000, Duration.ofMillis(200)))
                .run(Duration.ofSeconds(10));
        link.is(20, Duration.ofMillis(60), Duration.ofNanos(300_000)).run(Duration.ofSeconds(2));
        assertThat(link.estimate().roundTrip()).isCloseTo(link.roundTrip(), Duration.ofMillis(2));
        assertThat(link.estimate().bytesPerSecond()).isCloseTo(link.bytesPerSecond(), Percentage.withPercentage(25));
    }

    @Test
    void aSingleLateTransferIsNoStep() {
        SimulatedLink link = link(20, 10, 0.3, 5)
                .carries(Requests.of(20_000, Duration.ofMillis(200)))
                .run(Duration.ofSeconds(10));
        link.loses(1).run(Duration.ofMillis(150)).loses(0).run(Duration.ofSeconds(3));
        assertThat(link.steps()).isZero();
        assertThat(link.estimate().bytesPerSecond()).isCloseTo(link.bytesPerSecond(), Percentage.withPercentage(10));
    }

    @Test
    void anOutageUnderTheOnlyLargeTransferSaysNothingAboutTheRate() {
        for (int i = 0; i < 8; i++) {
            transfer(900, Duration.ofMillis(51));
        }
        transfer(8_000, Duration.ofMillis(57));
        double before = estimator.estimate().orElseThrow().bytesPerSecond();

        transfer(22_000, Duration.ofMillis(2_400));
        assertThat(estimator.estimate().orElseThrow().bytesPerSecond())
                .isCloseTo(before, Percentage.withPercentage(20));
        transfer(16_000, Duration.ofMillis(63));
        for (int i = 0; i < 5; i++) {
            transfer(900, Duration.ofMillis(51));
        }

        assertThat(estimator.estimate().orElseThrow().bytesPerSecond())
                .isCloseTo(before, Percentage.withPercentage(30));
    }

    @Test
    void steadyLinksHaveNoSteps() {
        int steps = 0;
        for (double megabits : MEGABITS) {
            SimulatedLink link = link(megabits, 30, 1, 3);
            Traffic.MIXED.on(link, megabits);
            steps += link.run(Duration.ofSeconds(5)).steps();
            int before = link.steps();
            steps = link.run(Duration.ofSeconds(30)).steps() - before;
        }
        assertThat(steps).isLessThanOrEqualTo(1);
    }

    private static boolean withinTwoErrors(LinkEstimate estimate, double bytesPerSecond) {
        double slope = 1 / estimate.bytesPerSecond();
        double slopeError = estimate.bytesPerSecondError() * slope * slope;
        return Math.abs(slope - 1 / bytesPerSecond) <= 2 * slopeError;
    }

    private static Predicate<LinkEstimate> near(SimulatedLink link, double factor) {
        return estimate -> Math.abs(Math.log(estimate.bytesPerSecond() / link.bytesPerSecond())) < Math.log(factor);
    }

    private static double quantile(List<Double> values, double share) {
        Collections.sort(values);
        return values.get((int) Math.min(values.size() - 1, share * values.size()));
    }

    private static SimulatedLink link(double megabits, int roundTripMillis, double jitterMillis, long seed) {
        return new SimulatedLink(seed)
                .is(megabits, Duration.ofMillis(roundTripMillis), Duration.ofNanos(Math.round(jitterMillis * 1e6)));
    }

    private void tellsApartOnce() {
        for (int i = 0; i < 5; i++) {
            transfer(0, Duration.ofMillis(20));
            transfer(20_000, Duration.ofMillis(40));
        }
    }

    private void transfer(long bytes, Duration time) {
        long sent = now.get();
        now.addAndGet(time.toNanos());
        estimator.acknowledged(bytes, sent, now.get());
        now.addAndGet(1_000_000);
    }
}
