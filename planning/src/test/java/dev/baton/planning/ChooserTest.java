package dev.baton.planning;

import static dev.baton.planning.TestingSituation.CLOUD;
import static dev.baton.planning.TestingSituation.LAST;
import static dev.baton.planning.TestingSituation.evaluated;
import static dev.baton.planning.TestingSituation.everything;
import static dev.baton.planning.TestingSituation.link;
import static dev.baton.planning.TestingSituation.millis;
import static dev.baton.planning.TestingSituation.point;
import static dev.baton.planning.TestingSituation.split;
import static dev.baton.planning.TestingSituation.tail;
import static dev.baton.planning.TestingSituation.times;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.planning.TailObservation.PointTimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** At 8 Mbit/s the situation divides at split point 2 with int8+zstd: 48.5 ms, against 62 on the edge node and 78 in the cloud. */
final class ChooserTest {
    private static final Choice BEST = split(2, "int8+zstd");

    private TestingSituation situation = new TestingSituation();

    private Set<Constraint> constraints(Choice choice) {
        return situation.chooser.constraints(predicted(), situation.preferences, situation.profile.indexOf(choice));
    }

    private String sentence(Choice choice) {
        return situation.chooser.sentence(predicted(), situation.preferences, situation.profile.indexOf(choice));
    }

    private String infeasibility() {
        return situation.chooser.infeasibility(predicted(), situation.preferences);
    }

    private Choice leastViolating() {
        return situation.profile.choice(situation.chooser.leastViolating(predicted(), situation.preferences));
    }

    private boolean nothingMayBeChosen() {
        return situation.chooser.best(predicted(), situation.preferences) == -1;
    }

    private Predictions predicted() {
        situation.predictor.predict(situation.edge, situation.tails, situation.now, situation.predictions);
        return situation.predictions;
    }

    @Test
    void withoutALiveTailEverythingStays() {
        situation.edgeSays(everything(100));

        assertThat(situation.best()).isEqualTo(Choice.EDGE_ONLY);
        assertThat(constraints(CLOUD)).containsExactly(Constraint.LIVE_TAIL);
        assertThat(constraints(BEST)).containsExactly(Constraint.LIVE_TAIL);
        assertThat(sentence(BEST)).isEqualTo("no live tail holds gauge aaaaaaaaaaaa");
        assertThat(constraints(Choice.EDGE_ONLY)).isEmpty();
    }

    @Test
    void whatTheEdgeNodeCannotRunIsRuledOut() {
        situation.everythingKnown(8).edgeSays(everything(8).ready(1));

        assertThat(constraints(BEST)).containsExactly(Constraint.HEAD_READY);
        assertThat(sentence(BEST)).isEqualTo("the head of split point 2 is not on the edge node");
        assertThat(sentence(Choice.EDGE_ONLY)).isEqualTo("only a part of the model is on the edge node");
        assertThat(constraints(CLOUD)).isEmpty();
        assertThat(constraints(split(1, "int8"))).isEmpty();
        situation.edgeSays(everything(8).ready(1).ready(2));
        assertThat(situation.best()).isEqualTo(BEST);
    }

    @Test
    void whatExceedsTheLargestRecordIsRuledOutBySize() {
        situation.everythingKnown(8).within(Constraints.USUAL.withMaxRecordBytes(8_999));

        assertThat(situation.best()).isEqualTo(split(3, "int8+zstd"));
        assertThat(constraints(BEST)).containsExactly(Constraint.RECORD_SIZE);
        assertThat(sentence(BEST)).isEqualTo("9.0 KB exceed the largest record, 9.0 KB");
        assertThat(constraints(CLOUD)).contains(Constraint.RECORD_SIZE);
    }

    @Test
    void bytesAsMeasuredCountAgainstTheLargestRecord() {
        situation.everythingKnown(8).within(Constraints.USUAL.withMaxRecordBytes(10_000));
        assertThat(constraints(BEST)).isEmpty();
        situation.edgeSays(everything(8).encoding(2, BEST.codec(), millis(0.3), Moments.exactly(5, 11_000)));

        assertThat(constraints(BEST)).containsExactly(Constraint.RECORD_SIZE);
    }

    @Test
    void aLatencyTargetRulesOutWhatIsPredictedToMissIt() {
        situation.everythingKnown(8).within(Constraints.USUAL.withLatencyTarget(Duration.ofMillis(60), 0.5));

        assertThat(situation.best()).isEqualTo(BEST);
        assertThat(constraints(BEST)).isEmpty();
        assertThat(constraints(Choice.EDGE_ONLY)).containsExactly(Constraint.LATENCY_TARGET);
        assertThat(sentence(Choice.EDGE_ONLY))
                .isEqualTo("50 % of requests are predicted to take up to 62 ms, more than the target of 60 ms");
    }

    @Test
    void aTargetAtAHighQuantileRulesOutWhatScatters() {
        LinkObservation noisy = new LinkObservation(
                link(8).bytesPerSecond(),
                link(8).bytesPerSecondError(),
                link(8).roundTripMicros(),
                link(8).roundTripErrorMicros(),
                20_000,
                50);
        situation.edgeSays(everything(8).link(noisy)).tailSays(tail());
        situation.within(Constraints.USUAL.withLatencyTarget(Duration.ofMillis(70), 0.95));

        assertThat(situation.best()).as("62 ms every time").isEqualTo(Choice.EDGE_ONLY);
        assertThat(constraints(BEST)).containsExactly(Constraint.LATENCY_TARGET);
    }

    @Test
    void aCodecThatChangesAnswersTooMuchIsRuledOut() {
        situation.everythingKnown(8);

        assertThat(constraints(split(3, "int4"))).containsExactly(Constraint.ACCURACY);
        assertThat(sentence(split(3, "int4")))
                .isEqualTo("int4 changes the output by 20 %, more than the allowed 1.0 %");
        situation.within(Constraints.USUAL.withAccuracy(new AccuracyBudget(0.99, 0.2)));
        assertThat(constraints(split(3, "int4"))).isEmpty();
    }

    @Test
    void aCodecWhoseErrorNobodyKnowsIsRuledOutAndAnExactOneIsNot() {
        situation.everythingKnown(8);

        assertThat(sentence(split(1, "step6"))).isEqualTo("the error of step6 was not measured here");
        assertThat(constraints(split(1, "raw"))).isEmpty();
        assertThat(constraints(split(1, "raw+zstd"))).isEmpty();
    }

    @Test
    void theAgreementThatWasEvaluatedCountsForClassificationsAndTheErrorForOthers() {
        List<ModelProfile.Point> points = new ArrayList<>(TestingSituation.points());
        points.set(2, evaluated(points.get(2), Map.of("int8", 0.995, "fp16", 0.98)));
        situation = new TestingSituation(new ModelProfile(
                TestingSituation.MODEL, points, true, OptionalLong.of(60_000), Optional.of(Metric.TOP1)));
        situation.everythingKnown(8);
        assertThat(constraints(split(2, "int8"))).isEmpty();
        assertThat(sentence(split(2, "fp16")))
                .isEqualTo("fp16 keeps 98 % of the answers, fewer than the required 99 %");

        situation = new TestingSituation(new ModelProfile(
                TestingSituation.MODEL, points, true, OptionalLong.of(60_000), Optional.of(Metric.RELATIVE_ERROR)));
        situation.everythingKnown(8);
        assertThat(constraints(split(2, "int8"))).containsExactly(Constraint.ACCURACY);
    }

    @Test
    void headsThatNeedMoreMemoryThanAllowedAreRuledOut() {
        // A head takes 1 MB for each hundredth of the work: 45, 75 and 100.
        situation.everythingKnown(1).within(Constraints.USUAL.withEdgeMemoryBytes(50_000_000));

        assertThat(constraints(split(2, "int8"))).isEmpty();
        assertThat(constraints(split(3, "int8"))).containsExactly(Constraint.EDGE_MEMORY);
        assertThat(constraints(Choice.EDGE_ONLY)).containsExactly(Constraint.EDGE_MEMORY);
        assertThat(situation.best()).isEqualTo(BEST);
        assertThat(sentence(Choice.EDGE_ONLY)).isEqualTo("the head takes 100 MB, more than the allowed 50 MB");
    }

    @Test
    void aRawInputThatStaysRulesOutTheCloudAndTheInputItself() {
        List<ModelProfile.Point> points = new ArrayList<>(TestingSituation.points());
        ModelProfile.Point first = points.get(1);
        points.set(
                1,
                new ModelProfile.Point(
                        1,
                        first.name(),
                        first.crossingBytes(),
                        first.headShare(),
                        first.headOperators(),
                        first.headBytes(),
                        true,
                        first.codecs()));
        situation = new TestingSituation(new ModelProfile(
                TestingSituation.MODEL, points, true, OptionalLong.of(60_000), Optional.of(Metric.TOP1)));
        situation.everythingKnown(100).within(Constraints.USUAL.withRawInputOnDevice());

        assertThat(constraints(CLOUD)).containsExactly(Constraint.RAW_INPUT);
        assertThat(constraints(split(1, "int8"))).as("a skip from the input").containsExactly(Constraint.RAW_INPUT);
        assertThat(constraints(split(2, "int8"))).isEmpty();
        assertThat(constraints(Choice.EDGE_ONLY)).isEmpty();
        assertThat(situation.best()).isEqualTo(BEST);
        assertThat(sentence(CLOUD)).isEqualTo("the model's input would leave the edge node");
    }

    @Test
    void aMinimumDepthRulesOutWhatLeavesEarlier() {
        situation.everythingKnown(100).within(Constraints.USUAL.withMinimumDepth(46));

        assertThat(constraints(split(2, "int8"))).containsExactly(Constraint.MINIMUM_DEPTH);
        assertThat(constraints(split(3, "int8"))).isEmpty();
        assertThat(constraints(Choice.EDGE_ONLY)).isEmpty();
        assertThat(sentence(CLOUD))
                .isEqualTo("0 operators run before anything leaves the edge node, fewer than the required 46");
        assertThat(situation.best().placement().id()).isEqualTo("split:3");
    }

    @Test
    void onlyAllowedPlacementsMayBeChosen() {
        situation.everythingKnown(8).within(Constraints.USUAL.withAllowedPlacements(Set.of("edge-only", "split:1")));
        assertThat(constraints(CLOUD)).containsExactly(Constraint.ALLOWED_PLACEMENTS);
        assertThat(constraints(BEST)).containsExactly(Constraint.ALLOWED_PLACEMENTS);
        assertThat(constraints(split(1, "int8"))).isEmpty();
        assertThat(situation.best()).isEqualTo(Choice.EDGE_ONLY);

        situation.within(Constraints.USUAL.withAllowedPlacements(Set.of("split")));
        assertThat(situation.best()).isEqualTo(BEST);
        assertThat(sentence(Choice.EDGE_ONLY)).isEqualTo("edge-only is not among the allowed placements");
    }

    @Test
    void constraintsThatRuleOutTogetherAreAllNamed() {
        situation
                .everythingKnown(8)
                .within(Constraints.USUAL.withMaxRecordBytes(1_000).withRawInputOnDevice());

        assertThat(constraints(CLOUD)).containsExactly(Constraint.RECORD_SIZE, Constraint.RAW_INPUT);
        assertThat(sentence(CLOUD)).contains("exceed the largest record", "; the model's input");
    }

    @Test
    void whenNothingMayBeChosenTheConstraintThatMakesItSoIsNamedAndTheNearestIsTaken() {
        situation.everythingKnown(8).within(Constraints.USUAL.withLatencyTarget(Duration.ofMillis(40), 0.5));

        assertThat(nothingMayBeChosen()).isTrue();
        assertThat(infeasibility())
                .isEqualTo(
                        "no placement satisfies every constraint: without the constraint on latency target it would be %s (%s)"
                                .formatted(BEST, sentence(BEST)));
        assertThat(leastViolating()).isEqualTo(BEST);
    }

    @Test
    void whenNoSingleConstraintMakesItSoItSaysWhatEachRulesOut() {
        situation
                .everythingKnown(8)
                .within(Constraints.USUAL
                        .withEdgeMemoryBytes(1)
                        .withRawInputOnDevice()
                        .withAllowedPlacements(Set.of("edge-only", "cloud-only"))
                        .withLatencyTarget(Duration.ofMillis(40), 0.5));

        assertThat(nothingMayBeChosen()).isTrue();
        assertThat(infeasibility())
                .contains("no single one makes it so")
                .contains("edge memory rules out", "raw input stays on the device rules out");
        assertThat(leastViolating())
                .as("runs on the edge node rather than nowhere")
                .isEqualTo(Choice.EDGE_ONLY);
    }

    @Test
    void whenNothingIsKnownItSaysSoInsteadOfBlamingAConstraint() {
        situation.edgeSays(EdgeObservation.builder()).tailSays(tail("tail-1", 0, List.of()));

        assertThat(nothingMayBeChosen()).isTrue();
        assertThat(situation.rank().best()).isEmpty();
        assertThat(leastViolating()).isEqualTo(Choice.EDGE_ONLY);
    }

    @Test
    void theEnergyObjectiveChoosesWhatSparesTheBattery() {
        situation.edge.power(new PowerModel(1, 10, 2, 1, "a test: computing is dear"));
        situation.everythingKnown(8);
        assertThat(situation.best()).isEqualTo(BEST);

        // Cloud: 60 ms × 2 W + 18 ms × 1 W = 0.14 J; at split point 2 the head alone takes 0.25 J.
        assertThat(situation.preferring(Objective.ENERGY).best()).isEqualTo(CLOUD);
    }

    @Test
    void theEnergyObjectiveChoosesNothingWithoutAPowerModel() {
        situation.everythingKnown(8).preferring(Objective.ENERGY);

        assertThat(nothingMayBeChosen()).as("unknown joules are not zero").isTrue();
    }

    @Test
    void theCostObjectiveKeepsEverythingOnTheEdgeNode() {
        assertThat(situation
                        .everythingKnown(100)
                        .preferring(Objective.CLOUD_COST)
                        .best())
                .isEqualTo(Choice.EDGE_ONLY);
    }

    @Test
    void weightsTradeLatencyForCost() {
        situation.everythingKnown(8);
        Choice cheap =
                situation.preferring(new Objective.Weighted(1, 0, 10_000)).best();
        Choice fast = situation.preferring(new Objective.Weighted(1, 0, 0)).best();

        // Split point 2 takes 5.2 ms of a tail and saves 13.5 ms; at 10 a millisecond of a tail that does not pay.
        assertThat(cheap).isEqualTo(Choice.EDGE_ONLY);
        assertThat(fast).as("joules that weigh nothing need not be known").isEqualTo(BEST);
        assertThat(situation.preferring(new Objective.Weighted(1, 0, 1_000)).best())
                .as("at 1 a millisecond it does")
                .isEqualTo(BEST);
    }

    @Test
    void equalScoresAreDecidedByLatency() {
        PointTimes free = times(LAST - 1, 0, 0);
        situation = new TestingSituation(new ModelProfile(
                TestingSituation.MODEL,
                List.of(point(0, "input", 1_000, 0, Map.of()), point(1, "output", 10, 1, Map.of())),
                false,
                OptionalLong.empty(),
                Optional.empty()));
        PointTimes nothing = new PointTimes(0, free.decodeMicros(), free.runMicros(), List.of());
        situation.edgeSays(EdgeObservation.builder()
                .link(link(8))
                .broker(millis(1))
                .head(1, millis(50))
                .encoding(0, Choice.NO_CODEC, millis(0.1), Moments.exactly(1, 1_000)));
        situation.tailSays(tail("tail-1", 0, List.of(nothing))).preferring(Objective.CLOUD_COST);

        assertThat(situation.best()).as("both cost nothing").isEqualTo(CLOUD);
    }
}
