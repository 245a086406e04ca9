package dev.baton.planning;

import static dev.baton.planning.TestingSituation.CLOUD;
import static dev.baton.planning.TestingSituation.LAST;
import static dev.baton.planning.TestingSituation.MODEL;
import static dev.baton.planning.TestingSituation.SECOND;
import static dev.baton.planning.TestingSituation.everything;
import static dev.baton.planning.TestingSituation.everythingButHeads;
import static dev.baton.planning.TestingSituation.heads;
import static dev.baton.planning.TestingSituation.link;
import static dev.baton.planning.TestingSituation.millis;
import static dev.baton.planning.TestingSituation.split;
import static dev.baton.planning.TestingSituation.tail;
import static dev.baton.planning.TestingSituation.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.partitioning.Placement;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.planning.EdgeObservation.PlacementTimes;
import dev.baton.planning.TailObservation.Decoding;
import dev.baton.planning.TailObservation.ModelTimes;
import dev.baton.planning.TailObservation.PointTimes;
import dev.baton.planning.Term.Source;
import dev.baton.tensor.codec.Codec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class PredictorTest {
    private final TestingSituation situation = new TestingSituation();

    /** Halves keep encode times to 0.05 %. */
    private static final double EXACT = 1e-3;

    @Test
    void aFastLinkSendsThePicture() {
        situation.everythingKnown(100);

        assertThat(situation.best()).isEqualTo(CLOUD);
        // 60 KB at 12.5 MB/s + round trip 5 + broker 2 + decode 3 + tail 8
        assertThat(situation.millisOf(CLOUD)).isCloseTo(4.8 + 5 + 2 + 3 + 8, within(EXACT));
    }

    @Test
    void aMediumLinkDivides() {
        situation.everythingKnown(8);

        assertThat(situation.best()).isEqualTo(split(2, "int8+zstd"));
        // preprocess 2 + head 25 + encode 0.3 + 9 KB at 1 MB/s + round trip 5 + broker 2 + decode 0.2 + tail 5
        assertThat(situation.millisOf(split(2, "int8+zstd"))).isCloseTo(48.5, within(EXACT));
        assertThat(situation.millisOf(CLOUD)).isCloseTo(78, within(EXACT));
        assertThat(situation.millisOf(Choice.EDGE_ONLY)).isCloseTo(62, within(EXACT));
    }

    @Test
    void aSlowLinkStaysOnTheEdgeNode() {
        assertThat(situation.everythingKnown(1).best()).isEqualTo(Choice.EDGE_ONLY);
    }

    @Test
    void everySplitPointIsRankedWithEveryCodec() {
        // edge-only, cloud-only with the picture, three split points with eleven codecs
        assertThat(situation.everythingKnown(8).rank().alternatives()).hasSize(1 + 1 + 3 * 11);
    }

    @Test
    void cloudOnlyIsRankedWithEveryCodecWhereClientsSendTensors() {
        TestingSituation tensors = new TestingSituation(TestingSituation.profile(false));

        assertThat(tensors.everythingKnown(8).rank().alternatives()).hasSize(1 + 4 * 11);
        assertThat(tensors.term(CLOUD, TermName.UPLINK).note()).startsWith("200 KB");
    }

    @Test
    void clientsThatSendTensorsToAnImageModelAreNotTakenToSendPictures() {
        PlacementTimes tensors = PlacementTimes.of(1, Choice.EDGE_ONLY, millis(60));
        situation.edgeSays(everything(8).requests(10).placement(tensors)).tailSays(tail());

        assertThat(situation.edge.picturesExpected()).isFalse();
        assertThat(situation.term(split(2, "int8"), TermName.PREPROCESS))
                .isEqualTo(Term.absent(TermName.PREPROCESS, "clients send tensors"));
    }

    @Test
    void stagesThatAPlacementLacksAreSaidToBeAbsent() {
        situation.everythingKnown(8);

        assertThat(situation.term(Choice.EDGE_ONLY, TermName.UPLINK))
                .isEqualTo(Term.absent(TermName.UPLINK, "everything runs on the edge node"));
        assertThat(situation.term(CLOUD, TermName.PREPROCESS))
                .isEqualTo(Term.absent(TermName.PREPROCESS, "the client's picture travels as it came"));
    }

    @Test
    void anUnknownLinkLeavesOnlyTheEdgeNodePredicted() {
        situation.edgeSays(everything(8).link(LinkObservation.UNKNOWN)).tailSays(tail());

        assertThat(situation.rank().alternatives().stream().filter(Alternative::comparable))
                .extracting(Alternative::choice)
                .containsExactly(Choice.EDGE_ONLY);
        assertThat(situation.unknownTerms(CLOUD)).containsExactly(TermName.UPLINK, TermName.ROUND_TRIP);
        assertThat(situation.millisOf(CLOUD)).isNaN();
    }

    @Test
    void withoutAnyHeadMeasuredEveryHeadIsUnknownAndNeverReadAsZero() {
        situation.edgeSays(EdgeObservation.builder().link(link(8)).preprocess(millis(2)));
        situation.tailSays(tail());

        assertThat(situation.unknownTerms(Choice.EDGE_ONLY)).containsExactly(TermName.HEAD);
        assertThat(situation.unknownTerms(split(2, "int8"))).contains(TermName.HEAD, TermName.ENCODE);
        assertThat(situation.best()).as("the only one that needs neither").isEqualTo(CLOUD);
    }

    @Test
    void whatIsUnknownRanksAfterAllThatIsKnown() {
        situation.edgeSays(EdgeObservation.builder().link(link(0.01)).preprocess(millis(2)));
        situation.tailSays(tail());

        assertThat(situation.rank().alternatives().getFirst().choice()).isEqualTo(CLOUD);
        assertThat(situation.rank().alternatives().get(1).micros()).isEmpty();
    }

    @Test
    void headsBetweenMeasuredOnesFollowTheTailsTimesForTheSameOperators() {
        EdgeObservation.Builder ends =
                EdgeObservation.builder().link(link(8)).head(LAST, millis(60)).head(1, millis(10));
        situation.edgeSays(ends).tailSays(tail());

        // Behind split point 1 the edge node takes 50 ms, the tail 7; up to split point 2 the tail takes 2 of these.
        assertThat(situation.termMillis(split(2, "int8"), TermName.HEAD)).isCloseTo(10 + 50 * 2.0 / 7, within(EXACT));
        assertThat(situation.term(split(2, "int8"), TermName.HEAD).sourceText()).isEqualTo("estimated");
        assertThat(situation.term(split(1, "int8"), TermName.HEAD).sourceText()).isEqualTo("measured");
    }

    @Test
    void headsFollowOperatorsCostsWhereNoTailRanThem() {
        situation.edgeSays(EdgeObservation.builder().link(link(8)).head(LAST, millis(60)));

        assertThat(situation.termMillis(split(2, "int8"), TermName.HEAD)).isCloseTo(0.45 * 60, within(EXACT));
    }

    @Test
    void headsBeyondTheLastMeasuredOneGoOnInProportion() {
        situation.edgeSays(EdgeObservation.builder().link(link(8)).head(1, millis(12)));

        assertThat(situation.termMillis(Choice.EDGE_ONLY, TermName.HEAD)).isCloseTo(12 / 0.2, within(EXACT));
    }

    @Test
    void headsNotInUseMoveWithTheOneInUse() {
        situation.edgeSays(heads32()).tailSays(tail());
        double before = situation.termMillis(split(3, "int8"), TermName.HEAD);

        // Split point 2 is in use and takes twice as long; the others' old values are repeated.
        for (int window = 0; window < 8; window++) {
            situation.edgeSays(heads32().placement(headTimes(2, millis(50))));
        }

        assertThat(situation.termMillis(split(2, "int8"), TermName.HEAD)).isCloseTo(50, within(1.0));
        double moved = situation.termMillis(split(3, "int8"), TermName.HEAD) / before;
        assertThat(moved).isBetween(1.6, 2.0);
    }

    @Test
    void aHeadThatIsMeasuredAnewDoesNotMoveWithOthers() {
        situation.edgeSays(heads32()).tailSays(tail());
        situation.edgeSays(
                EdgeObservation.builder().link(link(8)).head(3, millis(44)).placement(headTimes(2, millis(50))));

        assertThat(situation.termMillis(split(3, "int8"), TermName.HEAD)).isCloseTo(44, within(EXACT));
    }

    @Test
    void fewRunsDoNotMoveOtherHeadsMuch() {
        situation.edgeSays(EdgeObservation.builder()
                .link(link(8))
                .head(2, Moments.exactly(1, 25_000))
                .head(3, millis(45)));
        situation.edgeSays(EdgeObservation.builder().link(link(8)).placement(headTimes(2, Moments.exactly(1, 50_000))));

        assertThat(situation.edge.headMicros(3)).isBetween(45_000.0, 48_000.0);
    }

    @Test
    void aCorrectionOfFewRunsDoesNotMoveOtherHeads() {
        situation.edgeSays(EdgeObservation.builder()
                .link(link(8))
                .head(2, Moments.exactly(3, 300_000))
                .head(3, Moments.exactly(3, 45_000)));
        situation.edgeSays(EdgeObservation.builder().link(link(8)).head(2, Moments.exactly(1, 25_000)));

        assertThat(situation.edge.headMicros(2)).isEqualTo(25_000);
        assertThat(situation.edge.headMicros(3)).isEqualTo(45_000);
    }

    private static EdgeObservation.Builder heads32() {
        return everythingButHeads(8)
                .head(1, Moments.exactly(32, 10_000))
                .head(2, Moments.exactly(32, 25_000))
                .head(3, Moments.exactly(32, 45_000))
                .head(LAST, Moments.exactly(32, 60_000));
    }

    private static PlacementTimes headTimes(int point, Moments head) {
        Choice choice = split(point, "int8");
        Optional<Moments> none = Optional.empty();
        return new PlacementTimes(
                1,
                choice.placement(),
                choice.codec(),
                Optional.of(head),
                none,
                Optional.of(head),
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                0,
                0,
                0);
    }

    @Test
    void uncertaintyShrinksWithMeasurements() {
        Moments once = new Moments(1, 25_000, 25e6, 25_000, 25_000);
        Moments often = new Moments(32, 25_001, 25e6, 25_000, 33_225);
        situation.tailSays(tail());
        situation.edgeSays(everythingButHeads(8).head(2, once));
        double afterOne = error(split(2, "int8"));
        situation.edgeSays(everythingButHeads(8).head(2, often));

        assertThat(often.spread()).isCloseTo(5_000, within(1.0));
        assertThat(error(split(2, "int8"))).isLessThan(afterOne / 2);
    }

    @Test
    void whatWasDerivedIsLessCertainThanWhatWasMeasured() {
        situation
                .edgeSays(EdgeObservation.builder().link(link(8)).head(LAST, millis(60)))
                .tailSays(tail());
        double derived = situation
                .term(split(2, "int8"), TermName.HEAD)
                .deviationMicros()
                .orElseThrow();
        situation.edgeSays(EdgeObservation.builder().link(link(8)).head(2, millis(25)));

        assertThat(situation
                        .term(split(2, "int8"), TermName.HEAD)
                        .deviationMicros()
                        .orElseThrow())
                .isLessThan(derived / 3);
    }

    private double error(Choice choice) {
        situation.predictor.predict(situation.edge, situation.tails, situation.now, situation.predictions);
        return situation.predictions.errorMicros(situation.profile.indexOf(choice));
    }

    @Test
    void whatTwoAlternativesShareCancelsInTheirDifference() {
        LinkObservation unsure = new LinkObservation(
                OptionalDouble.of(1e6),
                OptionalDouble.of(1e5),
                OptionalDouble.of(5_000),
                OptionalDouble.of(2_000),
                500,
                20);
        situation.edgeSays(everything(8).link(unsure)).tailSays(tail());
        error(CLOUD);
        int one = situation.profile.indexOf(split(2, "int8"));
        int other = situation.profile.indexOf(split(2, "int8+zstd"));

        // 11 KB more at 1 µs ± 10 % each, and some for the codecs; the round trip's 2 ms are the same for both
        assertThat(situation.predictions.differenceErrorMicros(one, other)).isBetween(1_090.0, 1_110.0);
        assertThat(situation.predictions.differenceErrorMicros(one, ModelProfile.EDGE_ONLY))
                .isGreaterThan(2_000);
        assertThat(situation.predictions.differenceErrorMicros(one, one)).isZero();
    }

    @Test
    void oneSlowRequestDoesNotMoveAPrediction() {
        Moments outlier = new Moments(20, 74_000, 220_000.0 * 220_000.0, 25_001, 26_000);
        situation.edgeSays(everything(8)).tailSays(tail());
        situation.edgeSays(everythingButHeads(8).head(2, outlier));

        assertThat(situation.termMillis(split(2, "int8"), TermName.HEAD)).isCloseTo(25, within(0.1));
        assertThat(outlier.spread()).isLessThan(1_000);
    }

    @Test
    void encodingThatWasNotMeasuredIsEstimatedByBytesAndSaysSo() {
        situation.edgeSays(EdgeObservation.builder()
                .link(link(8))
                .head(LAST, millis(60))
                .encoding(2, Codec.parse("int8"), millis(0.81), Moments.exactly(1, 21_000)));
        situation.tailSays(tail());

        // By crossing bytes and a base of 1 KiB: 201,024 of 81,024, 21,024 of 81,024
        assertThat(situation.termMillis(split(1, "int8"), TermName.ENCODE)).isCloseTo(2.01, within(0.01));
        assertThat(situation.term(split(1, "int8"), TermName.ENCODE).sourceText())
                .isEqualTo("estimated");
        assertThat(situation.termMillis(split(3, "raw"), TermName.ENCODE))
                .as("as the slowest codec")
                .isCloseTo(0.21, within(0.01));
        assertThat(situation.term(split(2, "int8"), TermName.ENCODE).sourceText())
                .isEqualTo("measured");
        assertThat(situation
                        .rank()
                        .of(split(2, "int8"))
                        .orElseThrow()
                        .prediction()
                        .bytes()
                        .orElseThrow())
                .as("the edge node's own bytes count, not those of the import")
                .isCloseTo(21_000, within(20.0));
    }

    @Test
    void anEstimatedEncodingGivesWayToTheMeasuredOne() {
        situation.edgeSays(everything(8)).tailSays(tail());
        assertThat(situation.term(split(2, "fp16"), TermName.ENCODE).sourceText())
                .isEqualTo("estimated");
        situation.edgeSays(everything(8).encoding(2, Codec.parse("fp16"), millis(0.7), Moments.exactly(1, 40_000)));

        assertThat(situation.termMillis(split(2, "fp16"), TermName.ENCODE)).isCloseTo(0.7, within(EXACT));
        assertThat(situation.term(split(2, "fp16"), TermName.ENCODE).sourceText())
                .isEqualTo("measured");
        assertThat(situation.term(split(1, "fp16"), TermName.ENCODE).sourceText())
                .isEqualTo("estimated");
    }

    @Test
    void encodingIsUnknownWhenNothingWasEverEncoded() {
        EdgeObservation.Builder window = EdgeObservation.builder().link(link(8)).preprocess(millis(2));
        heads(window);
        situation.edgeSays(window).tailSays(tail());

        assertThat(situation.unknownTerms(split(2, "int8"))).containsExactly(TermName.ENCODE);
    }

    @Test
    void theBrokerIsAPriorThenAsElsewhereThenMeasured() {
        EdgeObservation.Builder silent = EdgeObservation.builder().link(link(8));
        situation.edgeSays(silent).tailSays(tail());
        assertThat(situation.term(CLOUD, TermName.BROKER))
                .isInstanceOfSatisfying(
                        Term.Known.class, known -> assertThat(known.source()).isEqualTo(Source.PRIOR));
        assertThat(situation.termMillis(CLOUD, TermName.BROKER)).isEqualTo(3);

        situation.tails.brokerSeen(4_000);
        assertThat(situation.termMillis(CLOUD, TermName.BROKER)).isEqualTo(4);
        assertThat(situation.term(CLOUD, TermName.BROKER).note()).isEqualTo("as elsewhere in the fleet");

        situation.edgeSays(silent.broker(millis(1.5)));
        assertThat(situation.termMillis(CLOUD, TermName.BROKER)).isEqualTo(1.5);
        assertThat(situation.term(CLOUD, TermName.BROKER).sourceText()).isEqualTo("measured");
    }

    @Test
    void whatTheBrokerTookLongAgoSaysNothingAboutNow() {
        situation.edgeSays(EdgeObservation.builder().link(link(8)).broker(millis(900)));
        situation.now += 31 * SECOND;
        situation.edgeSays(EdgeObservation.builder().link(link(8))).tailSays(tail());

        assertThat(situation.termMillis(CLOUD, TermName.BROKER)).isEqualTo(3);
    }

    @Test
    void preprocessingThatTheEdgeNodeNeverDidTakesAsLongAsOnATail() {
        EdgeObservation.Builder window = EdgeObservation.builder().link(link(8));
        heads(window);
        situation.edgeSays(window).tailSays(tail());

        assertThat(situation.term(Choice.EDGE_ONLY, TermName.PREPROCESS).note())
                .isEqualTo("as the tails take for a picture");
        assertThat(situation.termMillis(Choice.EDGE_ONLY, TermName.PREPROCESS)).isEqualTo(3);
    }

    @Test
    void aPictureThatNoTailDecodedTakesAsLongAsOnTheEdgeNode() {
        PointTimes runOnly = new PointTimes(0, Optional.empty(), Optional.of(millis(8)), List.of());
        situation.edgeSays(everything(8)).tailSays(tail("tail-1", 0, List.of(runOnly)));

        assertThat(situation.termMillis(CLOUD, TermName.DECODE)).isEqualTo(2);
        assertThat(situation.term(CLOUD, TermName.DECODE).note()).isEqualTo("as the edge node takes for a picture");
    }

    @Test
    void aPicturesOwnDecodeTimeIsToldFromThatOfTensors() {
        PointTimes both = new PointTimes(
                0,
                Optional.of(millis(1)),
                Optional.of(millis(8)),
                List.of(new Decoding("image/jpeg", millis(4)), new Decoding("int8", millis(0.5))));
        situation.edgeSays(everything(8)).tailSays(tail("tail-1", 0, List.of(both)));

        assertThat(situation.termMillis(CLOUD, TermName.DECODE)).isEqualTo(4);
    }

    @Test
    void decodingIsByCodecWhereTailsTellAndElseByBytes() {
        PointTimes byCodec = new PointTimes(
                2,
                Optional.of(millis(0.2)),
                Optional.of(millis(5)),
                List.of(new Decoding("step6", millis(4)), new Decoding("int8", millis(0.1))));
        situation.edgeSays(everything(8)).tailSays(tail("tail-1", 0, List.of(times(0, 3, 8), byCodec)));

        assertThat(situation.termMillis(split(2, "step6"), TermName.DECODE)).isEqualTo(4);
        assertThat(situation.term(split(2, "step6"), TermName.DECODE).sourceText())
                .isEqualTo("measured");
        assertThat(situation.termMillis(split(1, "step6"), TermName.DECODE)).isCloseTo(10, within(EXACT));
        assertThat(situation.termMillis(split(2, "fp16"), TermName.DECODE))
                .as("all codecs")
                .isEqualTo(0.2);
        assertThat(situation.termMillis(split(3, "fp16"), TermName.DECODE)).isCloseTo(0.05, within(EXACT));
    }

    @Test
    void anEntropyCoderThatNobodyDecodedTakesAsLongAsToEncode() {
        situation.everythingKnown(8);

        double encode = situation.termMillis(split(3, "step6"), TermName.ENCODE);
        assertThat(situation.termMillis(split(3, "step6"), TermName.DECODE)).isEqualTo(Math.max(0.2, encode));
        assertThat(situation.term(split(1, "step6"), TermName.DECODE).note())
                .isEqualTo("as the edge node takes to encode");
    }

    @Test
    void whatNoTailHasRunIsEstimatedFromItsSpeedElsewhere() {
        situation.edgeSays(everything(8)).tailSays(tail("tail-1", 0, List.of(times(2, 0.2, 7))));

        // The tail needs 7 ms for what takes the edge node 35 ms; behind split point 3 the edge node takes 15 ms.
        assertThat(situation.termMillis(split(3, "int8"), TermName.TAIL)).isCloseTo(3, within(EXACT));
        assertThat(situation.term(split(3, "int8"), TermName.TAIL).sourceText()).isEqualTo("estimated");
    }

    @Test
    void withoutTheEdgeNodesTimesATailFollowsOperatorsCosts() {
        situation.edgeSays(EdgeObservation.builder().link(link(8)));
        situation.tailSays(tail("tail-1", 0, List.of(times(0, 3, 8))));

        assertThat(situation.termMillis(split(3, "int8"), TermName.TAIL)).isCloseTo(8 * 0.25, within(EXACT));
    }

    @Test
    void aTailThatNothingTellsIsUnknown() {
        situation.edgeSays(everything(8)).tailSays(tail("tail-1", 0, List.of()));

        assertThat(situation.unknownTerms(split(3, "int8"))).contains(TermName.TAIL, TermName.DECODE);
    }

    @Test
    void severalTailsCountWithTheirMean() {
        situation.everythingKnown(100);
        situation.tailSays(tail("tail-2", 0, List.of(times(0, 5, 12))));

        assertThat(situation.termMillis(CLOUD, TermName.TAIL)).isCloseTo(10, within(EXACT));
        assertThat(situation.term(CLOUD, TermName.TAIL).note()).isEqualTo("mean of 2 tails");
    }

    @Test
    void aWindowThatATailRepeatsCountsOnce() {
        situation.everythingKnown(100);
        PointTimes slow = new PointTimes(0, Optional.empty(), Optional.of(Moments.exactly(1, 80_000)), List.of());
        situation.tailSays(tail("tail-1", 0, List.of(slow)));
        double once = situation.termMillis(CLOUD, TermName.TAIL);
        for (int window = 0; window < 20; window++) {
            situation.tailSays(tail("tail-1", 0, List.of(slow)));
        }

        assertThat(situation.termMillis(CLOUD, TermName.TAIL)).isEqualTo(once).isLessThan(45);
    }

    @Test
    void aSilentTailIsNotCountedOn() {
        situation.everythingKnown(100);
        situation.now += 6 * SECOND;
        situation.edgeSays(everything(100));

        assertThat(situation.best()).isEqualTo(Choice.EDGE_ONLY);
        assertThat(situation.rank().of(CLOUD).orElseThrow().infeasible())
                .contains("no live tail holds gauge aaaaaaaaaaaa");
    }

    @Test
    void aTailOfAnotherVersionIsNotCountedOn() {
        situation.edgeSays(everything(100));
        situation.tails.observe(
                new TailObservation(
                        "tail-1",
                        "cpu",
                        SECOND,
                        0,
                        1,
                        0,
                        List.of(new ModelTimes(
                                new ModelVersion("gauge", "b".repeat(64)),
                                0,
                                0,
                                Optional.empty(),
                                Optional.empty(),
                                TestingSituation.times()))),
                situation.now);

        assertThat(situation.tails.liveTails(MODEL, situation.now)).isZero();
        assertThat(situation.best()).isEqualTo(Choice.EDGE_ONLY);
    }

    @Test
    void aQuantileLiesAboveTheMedianByTheDeviation() {
        LinkObservation noisy = new LinkObservation(
                OptionalDouble.of(1e6),
                OptionalDouble.empty(),
                OptionalDouble.of(5_000),
                OptionalDouble.empty(),
                8_000,
                50);
        situation.edgeSays(everything(8).link(noisy)).tailSays(tail());
        error(CLOUD);
        int cloud = situation.profile.indexOf(CLOUD);
        double median = situation.predictions.micros(cloud);
        double deviation = situation.predictions.deviationMicros(cloud);

        assertThat(situation.predictions.quantileMicros(cloud, 0.5)).isCloseTo(median, within(1.0));
        assertThat(situation.predictions.quantileMicros(cloud, 0.95) - median)
                .isBetween(1.5 * deviation, 2.1 * deviation);
    }

    @Test
    void joulesAndPriceFollowTheTerms() {
        situation.edge.power(new PowerModel(1, 5, 3, 2, "a test"));
        situation.everythingKnown(8);
        situation.millisOf(CLOUD);

        // 60 KB take 60 ms to send; the answer takes round trip 5 + broker 2 + decode 3 + tail 8.
        int cloud = situation.profile.indexOf(CLOUD);
        assertThat(situation.predictions.joules(cloud)).isCloseTo(0.060 * 3 + 0.018 * 2, within(1e-6));
        assertThat(situation.predictions.cloudCost(cloud)).isCloseTo(0.011, within(1e-9));
        assertThat(situation.predictions.joules(ModelProfile.EDGE_ONLY)).isCloseTo(0.062 * 5, within(1e-6));
        assertThat(situation.predictions.cloudCost(ModelProfile.EDGE_ONLY)).isZero();
    }

    @Test
    void withoutAPowerModelJoulesAreUnknown() {
        situation.everythingKnown(8);

        assertThat(situation.rank().of(CLOUD).orElseThrow().prediction().joules())
                .isEmpty();
    }

    @Test
    void aNewModelVersionInTheSameBufferIsPredictedAnew() {
        situation.everythingKnown(8);
        situation.millisOf(CLOUD);
        ModelProfile small = new ModelProfile(
                new ModelVersion("small", "c".repeat(64)),
                List.of(
                        TestingSituation.point(0, "input", 100, 0, java.util.Map.of()),
                        TestingSituation.point(1, "output", 10, 1, java.util.Map.of())),
                false,
                java.util.OptionalLong.empty(),
                Optional.empty());
        EdgeState other = new EdgeState(small);
        other.observe(EdgeObservation.builder().link(link(8)).head(1, millis(7)).build(), situation.now);
        situation.predictor.predict(other, situation.tails, situation.now, situation.predictions);

        assertThat(situation.predictions.profile()).isSameAs(small);
        assertThat(situation.predictions.micros(ModelProfile.EDGE_ONLY)).isEqualTo(7_000);
        assertThat(small.indexOf(new Choice(new Placement.Split(1), Codec.RAW))).isEqualTo(-1);
    }

    /** Requests that were answered through the cloud at split point 2, by answers of so many bytes. */
    private static PlacementTimes answers(int splitPoint, double resultBytes, double otherMillis) {
        Choice choice = split(splitPoint, "int8");
        Optional<Moments> none = Optional.empty();
        return new PlacementTimes(
                1,
                choice.placement(),
                choice.codec(),
                Optional.of(millis(50)),
                Optional.of(millis(2)),
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                0,
                0,
                0,
                Optional.of(Moments.exactly(10, resultBytes)),
                Optional.of(millis(otherMillis)));
    }

    private static ModelProfile answering(double... resultBytes) {
        List<ModelProfile.Point> points = new ArrayList<>();
        for (ModelProfile.Point point : TestingSituation.points()) {
            points.add(new ModelProfile.Point(
                    point.index(),
                    point.name(),
                    point.crossingBytes(),
                    point.headShare(),
                    point.headOperators(),
                    point.headBytes(),
                    point.rawInputCrosses(),
                    point.codecs(),
                    resultBytes[point.index()]));
        }
        return new ModelProfile(
                TestingSituation.MODEL, points, true, OptionalLong.of(60_000), Optional.of(Metric.TOP1));
    }

    @Test
    void anAnswersBytesTakeTheirTimeOnTheWayBack() {
        TestingSituation large = new TestingSituation(answering(100_000, 100_000, 100_000, 25_000, 0));
        large.edgeSays(everything(8).link(link(8).withDownlink(2e6))).tailSays(tail());

        assertThat(large.termMillis(CLOUD, TermName.RESULT)).isEqualTo(50);
        assertThat(large.termMillis(split(3, "int8"), TermName.RESULT))
                .as("what the head has made does not come back")
                .isEqualTo(12.5);
        assertThat(large.termMillis(Choice.EDGE_ONLY, TermName.RESULT)).isZero();
    }

    @Test
    void aDownlinkThatNobodyMeasuredIsLikeTheUplinkAndInDoubt() {
        TestingSituation large = new TestingSituation(answering(100_000, 100_000, 100_000, 100_000, 0));
        large.edgeSays(everything(8).broker(millis(2))).tailSays(tail());

        assertThat(large.termMillis(CLOUD, TermName.RESULT)).isEqualTo(100);
        assertThat(large.term(CLOUD, TermName.RESULT).deviationMicros()).hasValue(50_000);

        // What the broker is taken to add was measured with such answers: together they are as sure as that.
        large.edgeSays(everything(8).broker(millis(2)).requests(10).placement(answers(2, 100_000, 0.3)));
        assertThat(large.term(CLOUD, TermName.RESULT).deviationMicros()).hasValue(0);
        assertThat(large.term(CLOUD, TermName.RESULT).sourceText()).isEqualTo("measured");
    }

    @Test
    void answersThatCameAreBelievedMoreThanThePackage() {
        TestingSituation large = new TestingSituation(answering(100_000, 100_000, 100_000, 25_000, 0));
        large.edgeSays(everything(8).requests(10).placement(answers(2, 50_000, 0.3)))
                .tailSays(tail());

        assertThat(large.termMillis(CLOUD, TermName.RESULT)).isEqualTo(50);
        assertThat(large.termMillis(split(3, "int8"), TermName.RESULT))
                .as("who wants half of the outputs")
                .isEqualTo(12.5);
    }

    @Test
    void whatBelongsToNoStageIsATermOfEveryAlternative() {
        situation.everythingKnown(8);
        double edge = situation.millisOf(Choice.EDGE_ONLY);
        double cloud = situation.millisOf(CLOUD);
        assertThat(situation.term(CLOUD, TermName.OTHER).sourceText()).isEqualTo("absent");
        situation.edgeSays(everything(8).placement(answers(2, 0, 0.75)));

        assertThat(situation.termMillis(CLOUD, TermName.OTHER)).isEqualTo(0.75);
        assertThat(situation.millisOf(Choice.EDGE_ONLY)).isCloseTo(edge + 0.75, within(1e-3));
        assertThat(situation.millisOf(CLOUD)).isCloseTo(cloud + 0.75, within(1e-3));
    }

    @Test
    void whatWouldOverloadTheUplinkIsNotPredictedAsIfItWereIdle() {
        // 60 KB take 480 ms at 1 Mbit/s: of five in a second, the link carries two.
        situation.edgeSays(everything(1)).tailSays(tail());
        TestingSituation busy = new TestingSituation();
        busy.edgeSays(everything(1).requests(5)).tailSays(tail());

        assertThat(situation.millisOf(CLOUD)).isBetween(480.0, 520.0);
        assertThat(busy.millisOf(CLOUD)).isGreaterThan(2_000);
        assertThat(busy.millisOf(split(3, "int4")))
                .as("2.5 KB five times a second are no load")
                .isLessThan(90);
    }

    @Test
    void whatWouldOverloadTheEngineIsNotPredictedAsIfItWereIdle() {
        situation.edgeSays(everything(100).requests(40)).tailSays(tail());

        // The whole model takes 62 ms: 40 in a second are more than the engine can do. A head of 10 ms is no trouble.
        assertThat(situation.millisOf(Choice.EDGE_ONLY)).isGreaterThan(500);
        assertThat(situation.millisOf(split(1, "int8"))).isLessThan(40);
    }

    @Test
    void aClientThatAsksOneByOneNeverWaitsForItself() {
        situation
                .edgeSays(everything(100)
                        .requests(40)
                        .placement(EdgeObservation.PlacementTimes.of(1, CLOUD, Moments.exactly(40, 24_000))))
                .tailSays(tail());

        assertThat(situation.millisOf(Choice.EDGE_ONLY))
                .as("62 ms, with which it would ask 16 times a second")
                .isLessThan(75);
    }

    @Test
    void thoseUnderWayTogetherWaitForOneAnotherAtMost() {
        situation
                .edgeSays(everything(100)
                        .requests(120)
                        .placement(EdgeObservation.PlacementTimes.of(1, CLOUD, Moments.exactly(120, 24_000))))
                .tailSays(tail());

        assertThat(situation.millisOf(Choice.EDGE_ONLY)).as("three under way").isBetween(150.0, 190.0);
    }

    @Test
    void whatTheBrokerTookLongAgoIsAtMostWhatIsUsual() {
        situation.edgeSays(EdgeObservation.builder().link(link(8)).broker(millis(1)));
        situation.now += 31 * SECOND;
        situation.edgeSays(EdgeObservation.builder().link(link(8))).tailSays(tail());

        assertThat(situation.termMillis(CLOUD, TermName.BROKER)).isEqualTo(1);
    }

    @Test
    void oneEdgeNodesSlowBrokerDoesNotMakeItUsual() {
        situation.edgeSays(EdgeObservation.builder().link(link(8))).tailSays(tail());
        situation.tails.brokerSeen(400_000);
        for (int window = 0; window < 15; window++) {
            situation.tails.brokerSeen(5_000);
        }
        assertThat(situation.termMillis(CLOUD, TermName.BROKER)).isCloseTo(5, within(0.01));

        situation.tails.brokerSeen(400_000);
        assertThat(situation.termMillis(CLOUD, TermName.BROKER)).isLessThan(5.6);
    }
}
