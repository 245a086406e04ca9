package dev.baton.planning;

import static dev.baton.planning.TestingSituation.MODEL;
import static dev.baton.planning.TestingSituation.SECOND;
import static dev.baton.planning.TestingSituation.everything;
import static dev.baton.planning.TestingSituation.tail;
import static dev.baton.planning.TestingSituation.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.baton.planning.TailObservation.ModelTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TailPoolTest {
    private final ModelProfile profile = TestingSituation.profile(true);
    private final TailPool tails = new TailPool(5 * SECOND);
    private long now = SECOND;

    private double queueMicros(double extraLoad) {
        return tails.queueMicros(profile, extraLoad, now);
    }

    /** A tail whose records waited for so long in this window. */
    private static TailObservation waiting(String name, double utilization, int workers, double queueMillis) {
        return new TailObservation(
                name,
                "cpu",
                SECOND,
                utilization,
                workers,
                0,
                List.of(new ModelTimes(
                        MODEL,
                        10,
                        0,
                        Optional.of(Moments.exactly(10, queueMillis * 1e3)),
                        Optional.empty(),
                        List.of(times(0, 3, 8)))));
    }

    @Test
    void aThousandEdgeNodesPlannedAtOnceDoNotAllGoToATailThatCanTakeFifty() {
        TestingSituation shared = new TestingSituation(profile);
        shared.within(Constraints.USUAL.withAllowedPlacements(Set.of("edge-only", "cloud-only")));
        shared.tailSays(tail());
        // 2.5 requests a second of 8 ms each keep 0.02 of the one worker busy.
        int cloud = plan(1_000, shared, true);

        assertThat(cloud).isBetween(30, 50);
        assertThat(shared.tails.utilization(profile, shared.now)).isLessThan(1);
    }

    @Test
    void withoutReservationsTheyWould() {
        TestingSituation shared = new TestingSituation(profile);
        shared.within(Constraints.USUAL.withAllowedPlacements(Set.of("edge-only", "cloud-only")));
        shared.tailSays(tail());

        assertThat(plan(1_000, shared, false)).isEqualTo(1_000);
    }

    /** Plans so many edge nodes in one round; returns how many go to the cloud. */
    private int plan(int edges, TestingSituation shared, boolean reserve) {
        int cloud = 0;
        for (int number = 0; number < edges; number++) {
            EdgeState edge = new EdgeState(profile);
            edge.observe(everything(100).windowMicros(2 * SECOND).requests(5).build(), shared.now);
            shared.predictor.predict(edge, shared.tails, shared.now, shared.predictions);
            int best = shared.chooser.best(shared.predictions, shared.preferences);
            cloud += best == ModelProfile.CLOUD_ONLY ? 1 : 0;
            if (reserve) {
                shared.tails.reserve(MODEL, shared.predictions.tailLoad(best));
            }
        }
        return cloud;
    }

    @Test
    void theQueueGrowsWithUtilisationFasterAndFaster() {
        tails.observe(tail(), now);
        double before = -1;
        double step = 0;
        for (double load : new double[] {0, 0.2, 0.4, 0.6, 0.8, 0.9}) {
            double wait = queueMicros(load);
            assertThat(wait).isGreaterThan(before);
            assertThat(wait - before).isGreaterThan(step / 2);
            step = wait - before;
            before = wait;
        }
        // One worker, runs that all take the mean of 8, 7, 5 and 2 ms, variability as these show.
        assertThat(queueMicros(0)).isZero();
        assertThat(queueMicros(2)).as("an overload lasts").isGreaterThan(SECOND);
    }

    @Test
    void oneWorkerWithRunsOfOneLengthWaitsAsTheTextbookSays() {
        tails.observe(tail("tail-1", 0, List.of(times(0, 3, 8))), now);

        // M/D/1: ρ S / (2 (1 − ρ))
        assertThat(queueMicros(0.5)).isCloseTo(0.5 * 8_000 / (2 * 0.5), within(1e-6));
        assertThat(queueMicros(0.8)).isCloseTo(0.8 * 8_000 / (2 * 0.2), within(1e-6));
    }

    @Test
    void moreWorkersWaitLessAtTheSameUtilisation() {
        tails.observe(waiting("tail-1", 0, 1, 0), now);
        double one = queueMicros(0.8);
        tails.observe(waiting("tail-1", 0, 4, 0), now);

        assertThat(queueMicros(4 * 0.8)).isLessThan(one / 2);
    }

    @Test
    void whatWasMeasuredIsWhereThePredictedWaitStartsFrom() {
        tails.observe(waiting("tail-1", 0.5, 1, 20), now);

        assertThat(queueMicros(0)).isEqualTo(20_000);
        assertThat(queueMicros(0.2)).isGreaterThan(20_000);
        assertThat(queueMicros(-0.5)).isCloseTo(20_000 - 4_000, within(1e-6));
    }

    @Test
    void aTailThatFallsSilentCountsNoMore() {
        tails.observe(waiting("tail-1", 0.9, 1, 50), now);
        now += 3 * SECOND;
        tails.observe(waiting("tail-2", 0.1, 1, 1), now);
        assertThat(tails.liveTails(MODEL, now)).isEqualTo(2);
        assertThat(queueMicros(0)).isEqualTo(25_500);

        now += 2 * SECOND + 1;
        assertThat(tails.liveTails(MODEL, now)).isEqualTo(1);
        assertThat(queueMicros(0)).isCloseTo(1_000, within(1e-6));
        now += 3 * SECOND;
        assertThat(tails.liveTails(MODEL, now)).isZero();
        assertThat(queueMicros(0)).as("unknown, not zero").isNaN();
        assertThat(tails.utilization(profile, now)).isZero();
    }

    @Test
    void aTailThatSaysGoodbyeCountsNoMoreAtOnce() {
        tails.observe(tail(), now);
        tails.forget("tail-1");

        assertThat(tails.liveTails(MODEL, now)).isZero();
        assertThat(queueMicros(0)).isNaN();
    }

    @Test
    void reservationsCountUntilTheTailReportsTheLoadItself() {
        tails.observe(tail("tail-1", 0, List.of(times(0, 3, 8))), now);
        tails.reserve(MODEL, 0.4);
        assertThat(tails.utilization(profile, now)).isCloseTo(0.4, within(1e-9));

        for (int window = 0; window < 12; window++) {
            now += SECOND;
            // The first report may be of a time before the edge node followed its plan.
            double reported = window == 0 ? 0 : 0.4;
            tails.observe(tail("tail-1", reported, List.of(times(0, 3, 8))), now);
            assertThat(tails.utilization(profile, now)).isBetween(0.3, 0.5);
        }
        assertThat(tails.utilization(profile, now)).isCloseTo(0.4, within(0.001));
    }

    @Test
    void releasedLoadIsTakenOffAndNeverBelowNothing() {
        tails.observe(tail("tail-1", 0.5, List.of(times(0, 3, 8))), now);
        tails.release(MODEL, 0.2);
        assertThat(tails.utilization(profile, now)).isCloseTo(0.3, within(1e-9));

        tails.release(MODEL, 5);
        assertThat(tails.utilization(profile, now)).isZero();
        assertThatThrownBy(() -> tails.reserve(MODEL, Double.NaN)).hasMessageContaining("must be finite");
    }

    @Test
    void anotherModelOnTheSameTailSeesWhatIsReserved() {
        ModelVersion other = new ModelVersion("other", "b".repeat(64));
        ModelProfile otherProfile = new ModelProfile(
                other, TestingSituation.points(), true, profile.samplePictureBytes(), Optional.empty());
        tails.observe(
                new TailObservation(
                        "tail-1",
                        "cpu",
                        SECOND,
                        0,
                        1,
                        0,
                        List.of(
                                new ModelTimes(
                                        MODEL, 0, 0, Optional.empty(), Optional.empty(), List.of(times(0, 3, 8))),
                                new ModelTimes(
                                        other, 0, 0, Optional.empty(), Optional.empty(), List.of(times(0, 3, 8))))),
                now);
        double before = tails.queueMicros(otherProfile, 0, now);
        tails.reserve(MODEL, 0.5);

        assertThat(before).isZero();
        assertThat(tails.queueMicros(otherProfile, 0, now)).isGreaterThan(0);
    }

    /** A window of a tail: requests that waited, and runs by split point, the first one as of now. */
    private static TailObservation used(long requests, double queueMillis, double... runMillis) {
        List<TailObservation.PointTimes> times = new ArrayList<>();
        for (int point = 0; point < runMillis.length; point++) {
            times.add(times(point, 0.2, runMillis[point]));
        }
        return new TailObservation(
                "tail-1",
                "cpu",
                SECOND,
                0,
                1,
                0,
                List.of(new ModelTimes(
                        MODEL,
                        requests,
                        0,
                        Optional.of(Moments.exactly(10, queueMillis * 1e3)),
                        Optional.empty(),
                        times)));
    }

    @Test
    void whatARecordTakesBesideWaitingIsRememberedWhileNobodyUsesTheModel() {
        tails.observe(used(10, 1.5, 8), now);
        tails.observe(used(0, 1.5, 8), now + SECOND);
        now += SECOND;

        assertThat(queueMicros(0)).isEqualTo(1_500);
        // M/D/1 on top of it
        assertThat(queueMicros(0.5)).isCloseTo(1_500 + 4_000, within(1e-6));
    }

    @Test
    void runsThatRequestsCausedMoveThoseOfSplitPointsThatAreNotInUse() {
        tails.observe(used(0, 1, 30, 24, 12), now);
        tails.observe(used(10, 1, 10, 24, 12), now + SECOND);
        TailView view = tails.view(profile, now + SECOND);

        double moved = view.runMicros[0] / 30_000;
        assertThat(moved).isLessThan(0.7);
        assertThat(view.runMicros[1]).isCloseTo(24_000 * moved, within(1.0));
        assertThat(view.runMicros[2]).isCloseTo(12_000 * moved, within(1.0));
    }

    @Test
    void runsWithoutRequestsMoveOnlyThemselves() {
        tails.observe(used(0, 1, 30, 24), now);
        tails.observe(used(0, 1, 10, 24), now + SECOND);

        assertThat(tails.view(profile, now + SECOND).runMicros[1]).isEqualTo(24_000);
    }

    @Test
    void firstRecordsThatWaitedWhileModelsWereOpenedAreNotRememberedForLong() {
        tails.observe(used(10, 180, 8), now);
        tails.observe(used(0, 180, 8), now + SECOND);
        assertThat(tails.queueMicros(profile, 0, now + SECOND)).isEqualTo(2_000);

        for (int window = 2; window < 8; window++) {
            tails.observe(used(10, 0.8, 8), now + window * SECOND);
        }
        tails.observe(used(0, 0.8, 8), now + 8 * SECOND);
        assertThat(tails.queueMicros(profile, 0, now + 8 * SECOND)).isBetween(800.0, 850.0);
    }
}
