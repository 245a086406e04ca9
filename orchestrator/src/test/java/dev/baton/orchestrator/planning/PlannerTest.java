package dev.baton.orchestrator.planning;

import static dev.baton.orchestrator.planning.TestingWorld.MODEL;
import static dev.baton.orchestrator.planning.TestingWorld.answered;
import static dev.baton.orchestrator.planning.TestingWorld.millis;
import static dev.baton.orchestrator.planning.TestingWorld.point;
import static dev.baton.orchestrator.planning.TestingWorld.report;
import static dev.baton.orchestrator.planning.TestingWorld.tail;
import static dev.baton.orchestrator.planning.TestingWorld.window;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.orchestrator.fleet.Pressure;
import dev.baton.partitioning.Placement;
import dev.baton.planning.Choice;
import dev.baton.planning.EdgeObservation;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Moments;
import dev.baton.planning.Preferences;
import dev.baton.planning.Term;
import dev.baton.planning.TermName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PlannerTest {
    private final TestingWorld world = new TestingWorld();

    @BeforeEach
    void begin() {
        world.planner.begin();
    }

    private static Plan of(Plan plan, long epoch, String planner) {
        return new Plan(
                plan.edgeNode(),
                plan.model(),
                plan.choice(),
                epoch,
                plan.reason(),
                List.of(),
                plan.pinned(),
                plan.decidedAt(),
                plan.objective(),
                planner);
    }

    private void prefer(String document) {
        world.planner.steer(new SteeringChange.OfPreferences("edge-1", "gauge", Optional.of(document)));
    }

    // What is measured decides.

    @Test
    void thePlanFollowsTheLinkAndEpochsRise() {
        for (double megabits : new double[] {100, 8, 1, 100}) {
            world.heard(megabits);
        }

        assertThat(world.choices()).containsExactly("cloud-only", "split:2 with int8+zstd", "edge-only", "cloud-only");
        assertThat(world.epochs()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(world.published).extracting(Plan::planner).containsOnly(TestingWorld.REPLICA);
    }

    @Test
    void everyDecisionIsRecordedWithItsTriggerItsInputsAndThePlanBefore() {
        world.heard(100);
        world.heard(8);

        assertThat(world.decisions).extracting(PlanDecision::plan).isEqualTo(world.published);
        assertThat(world.decisions).extracting(PlanDecision::trigger).containsExactly("first plan", "the link changed");
        assertThat(world.decisions.getFirst().previous()).isEmpty();
        Plan previous = world.lastDecision().previous().orElseThrow();
        assertThat(previous.epoch()).isEqualTo(1);
        assertThat(previous.alternatives())
                .as("with nothing but its own prediction")
                .containsExactly(world.published.getFirst().chosen().orElseThrow());
        assertThat(world.lastDecision().inputs())
                .contains(
                        new PlanDecision.Input("round trip", "5.0 ms"),
                        new PlanDecision.Input("device", "test-board"),
                        new PlanDecision.Input("objective", "latency"),
                        new PlanDecision.Input("preferences of", "* *"))
                .extracting(PlanDecision.Input::name)
                .contains("uplink", "picture", "tails");
    }

    @Test
    void theReasonComparesWithTheBestOfTheOtherKinds() {
        world.heard(8);

        assertThat(world.lastPlan().reason())
                .isEqualTo(
                        "split:2 with int8+zstd is predicted at 49 ms [tail queue estimated]; cloud-only 78 ms (uplink of"
                                + " 60 KB at 8.0 Mbit/s takes 60 ms) [tail queue estimated], edge-only 62 ms (head takes"
                                + " 60 ms)");
    }

    @Test
    void aChangeSaysWhatItReplaces() {
        world.heard(100);
        world.heard(8);

        assertThat(world.lastPlan().reason()).endsWith("; before: cloud-only, now predicted at 78 ms");
    }

    @Test
    void thePlanCarriesEveryAlternativeWithItsTerms() {
        world.heard(8);

        assertThat(world.lastPlan().alternatives().getFirst().choice())
                .isEqualTo(world.lastPlan().choice());
        assertThat(world.lastPlan().alternatives()).hasSizeGreaterThan(20).allSatisfy(alternative -> assertThat(
                        alternative.prediction().terms())
                .hasSize(11));
    }

    @Test
    void nothingIsPublishedWhileTheSituationStays() {
        for (int window = 0; window < 20; window++) {
            world.heard(8);
        }
        world.planner.replan("edge-1", "gauge");

        assertThat(world.published).hasSize(1);
        assertThat(world.decisions).hasSize(1);
    }

    @Test
    void aSmallGainMustLast() {
        world.heard(20);
        // 18 ms + 60 KB at 16 Mbit/s is 48 ms; the split then takes 44 ms.
        world.heard(16);
        world.heard(16);

        assertThat(world.choices()).containsExactly("cloud-only");
        assertThat(world.standing().verdict())
                .isEqualTo("kept: the gain must last first: split:2 with int8+zstd is predicted at 44 ms, cloud-only"
                        + " predicted at 48 ms");
        world.heard(16);
        assertThat(world.choices()).containsExactly("cloud-only", "split:2 with int8+zstd");
        assertThat(world.lastDecision().trigger()).isEqualTo("better alternative");
    }

    @Test
    void looksWithoutNewMeasurementsDoNotMakeAGainLast() {
        world.heard(20);
        world.heard(16);
        for (int look = 0; look < 10; look++) {
            world.planner.replan("edge-1", "gauge");
        }

        assertThat(world.choices()).containsExactly("cloud-only");
    }

    @Test
    void aChangeThatDoesNotBringItsGainIsTakenBack() {
        world.heard(100);
        world.heard(window(100).placement(answered(world.lastPlan(), 23)));
        world.heard(8);
        Plan failing = world.lastPlan();
        world.heard(window(8).placement(answered(failing, 120)));

        assertThat(world.choices()).containsExactly("cloud-only", "split:2 with int8+zstd", "cloud-only");
        assertThat(world.lastDecision().trigger()).isEqualTo("roll back");
        assertThat(world.lastDecision().previous().map(Plan::epoch)).hasValue(failing.epoch());
        assertThat(world.lastPlan().reason())
                .isEqualTo("back to cloud-only, predicted at 78 ms: split:2 with int8+zstd took 120 ms (median),"
                        + " promised were 49 ms, so it is left alone for a while");
    }

    @Test
    void aGainThatCameLaterThanTheLinkChangedIsNotTakenBackForWhatTheOldPlanTookBefore() {
        world.heard(100);
        for (int window = 0; window < 3; window++) {
            world.heard(window(100).placement(answered(world.lastPlan(), 23)));
        }
        while (world.epochs().size() == 1) { // the gain, 44 instead of 48 ms, must last
            world.heard(window(16).placement(answered(world.lastPlan(), 48)));
        }
        for (int window = 0; window < 3; window++) {
            world.heard(window(16).placement(answered(world.lastPlan(), 44)));
        }

        assertThat(world.choices()).containsExactly("cloud-only", "split:2 with int8+zstd");
    }

    @Test
    void whatWasMeasuredStandsBesideThePlanUntilItChanges() {
        world.heard(100);
        world.heard(window(100).placement(answered(world.lastPlan(), 23)));

        assertThat(world.standing()
                        .measured()
                        .orElseThrow()
                        .totalMicros()
                        .orElseThrow()
                        .p50())
                .isEqualTo(23_000);
        assertThat(world.planner.errors().errors())
                .extracting(PredictionErrors.ErrorView::term)
                .contains(PredictionErrors.TOTAL);
        world.heard(8);
        assertThat(world.standing().measured()).isEmpty();
    }

    @Test
    void edgeNodesPlannedInOneRoundSeeTheLoadOfOneAnother() {
        world.fleet.accept(tail(), Pressure.UNKNOWN);
        for (int edge = 1; edge <= 10; edge++) {
            EdgeObservation busy = window(100).requests(15).build();
            world.fleet.accept(report("edge-" + edge, MODEL, busy));
        }
        for (int edge = 1; edge <= 10; edge++) {
            world.planner.replan("edge-" + edge, "gauge");
        }

        // 150 requests of 8 ms a second are more than the tail's one worker can do: those of eight edge nodes keep it
        // 96 % busy.
        // Each edge node can do its own.
        assertThat(world.choices()).hasSize(10).startsWith("cloud-only");
        assertThat(world.choices().stream().filter("cloud-only"::equals).count())
                .isBetween(2L, 8L);
    }

    // What is missing.

    @Test
    void withoutTailsEverythingRunsOnTheEdgeNodeAndTheReasonSaysSo() {
        world.heard(100);
        world.tailLives = false;
        world.clock.advance(Duration.ofSeconds(6));
        world.heard(100);

        assertThat(world.choices()).containsExactly("cloud-only", "edge-only");
        assertThat(world.lastPlan().reason())
                .isEqualTo(
                        "no live tail holds gauge aaaaaaaaaaaa, so everything runs on the edge node, predicted at 62 ms");

        world.tailLives = true;
        world.heard(100);
        assertThat(world.choices()).containsExactly("cloud-only", "edge-only", "cloud-only");
    }

    @Test
    void aSilentEdgeNodeKeepsItsLastPlan() {
        world.heard(8);
        world.clock.advance(Duration.ofSeconds(6));
        world.planner.replan("edge-1", "gauge");

        assertThat(world.published).hasSize(1);
        assertThat(world.standing().verdict()).startsWith("the edge node has been silent since");
    }

    @Test
    void aPlacementWhosePredictionIsLostGivesWayToAKnownOneWhenThatLasts() {
        world.heard(100);
        world.heard(window(LinkObservation.UNKNOWN));
        world.heard(window(LinkObservation.UNKNOWN));
        assertThat(world.choices()).containsExactly("cloud-only");

        world.heard(100);
        world.heard(window(LinkObservation.UNKNOWN));
        world.heard(window(LinkObservation.UNKNOWN));
        assertThat(world.choices()).containsExactly("cloud-only");

        world.heard(window(LinkObservation.UNKNOWN));
        assertThat(world.choices()).containsExactly("cloud-only", "edge-only");
        assertThat(world.lastDecision().trigger()).isEqualTo("the plan's prediction was lost");
        assertThat(world.lastPlan().reason())
                .contains("before: cloud-only, now unknown (the edge node has no estimate of its uplink yet)");
    }

    @Test
    void nothingKnownMeansEdgeOnly() {
        world.tailLives = false;
        world.heard(EdgeObservation.builder());

        assertThat(world.choices()).containsExactly("edge-only");
        assertThat(world.lastPlan().reason()).endsWith("so everything runs on the edge node");
    }

    @Test
    void anEdgeNodeWithAPackageThatIsNotHereGetsNoPlan() {
        world.heard(8);
        world.heard(new ModelVersion("gauge", "c".repeat(64)), window(8).build());

        assertThat(world.published).hasSize(1);
        assertThat(world.standing().verdict())
                .isEqualTo("the edge node holds gauge cccccccccccc, whose package is not stored here");
    }

    @Test
    void whatWasNeverPlannedIsUnknown() {
        assertThatThrownBy(world::standing)
                .isInstanceOf(UnknownPlanException.class)
                .hasMessage("no edge node \"edge-1\" has been heard of");
    }

    // What people ask for.

    @Test
    void preferencesChangeThePlanAtOnce() {
        // The split answers 7 ms earlier than the cloud, and takes a quarter more energy.
        world.heard(14);
        prefer("{\"objective\": \"energy\"}");

        assertThat(world.choices()).containsExactly("split:2 with int8+zstd", "cloud-only");
        assertThat(world.lastDecision().trigger()).isEqualTo("preferences changed");
        assertThat(world.published).extracting(Plan::objective).containsExactly("latency", "energy");
        assertThat(world.lastDecision().inputs()).contains(new PlanDecision.Input("preferences of", "edge-1 gauge"));
        assertThat(world.steered).hasSize(1);
    }

    @Test
    void aConstraintChangesThePlanAtOnce() {
        world.heard(100);
        prefer("{\"constraints\": {\"rawInputStaysOnDevice\": true}}");

        assertThat(world.choices()).hasSize(2).startsWith("cloud-only").doesNotHaveDuplicates();
        assertThat(world.lastDecision().trigger()).isEqualTo("a constraint rules the plan out");
    }

    @Test
    void preferencesOfOthersChangeNothing() {
        world.heard(14);
        world.planner.steer(
                new SteeringChange.OfPreferences("edge-2", "*", Optional.of("{\"objective\": \"energy\"}")));

        assertThat(world.published).hasSize(1);
    }

    @Test
    void whenNothingMayBeChosenThePlannerSaysWhy() {
        world.heard(100);
        prefer("{\"constraints\": {\"rawInputStaysOnDevice\": true, \"allowedPlacements\": [\"cloud-only\"]}}");
        world.heard(100);
        world.heard(100);

        assertThat(world.choices()).as("the picture stays").containsExactly("cloud-only", "edge-only");
        assertThat(world.decisions).hasSize(2);
        assertThat(world.lastDecision().trigger()).isEqualTo("nothing may be chosen");
        assertThat(world.lastPlan().reason()).startsWith("nothing may be chosen");
        assertThat(world.standing().verdict()).isEqualTo(world.lastPlan().reason());
    }

    @Test
    void oneSentenceSaysWhichConstraintMakesItSo() {
        world.heard(100);
        prefer("{\"constraints\": {\"rawInputStaysOnDevice\": true, \"allowedPlacements\": [\"cloud-only\"]}}");

        assertThat(world.lastPlan().reason())
                .startsWith("nothing may be chosen: no placement satisfies every constraint: without the constraint on")
                .contains("it would be cloud-only")
                .contains("edge-only violates least: edge-only is not among the allowed placements");
    }

    @Test
    void anEdgeNodeThatComesBackAsAnotherDeviceDrawsWhatThatOneDraws() {
        world.device = "unheard-of";
        world.heard(14);
        prefer("{\"objective\": \"energy\"}");
        assertThat(world.standing().verdict()).contains("the device has no power model");

        world.device = "test-board";
        world.heard(14);
        assertThat(world.standing().verdict()).doesNotContain("the device has no power model");
    }

    @Test
    void whereNobodyKnowsWhatTheDeviceDrawsLatencyDecidesInsteadOfEnergy() {
        world.device = "unheard-of";
        world.heard(14);
        List<String> byLatency = world.choices();
        prefer("{\"objective\": \"energy\"}");
        assertThat(world.choices()).isEqualTo(byLatency);
        assertThat(world.standing().verdict())
                .contains("the device has no power model, so latency decides instead of energy");

        world.heard(1);
        assertThat(world.choices()).endsWith("edge-only");
        assertThat(world.lastPlan().reason())
                .endsWith("; the device has no power model, so latency decides instead of energy");
    }

    @Test
    void whatWasMeasuredStaysWhenAnEvaluationOfTheModelArrives() {
        world.heard(8);
        List<String> before = world.choices();
        world.profiles.put(TestingWorld.MODEL, TestingWorld.profile(TestingWorld.MODEL));
        world.heard(TestingWorld.withoutHeads(LinkObservation.of(8 * TestingWorld.MBIT, 5_000)));

        assertThat(world.choices()).isEqualTo(before);
        assertThat(world.standing().ranking().getFirst().prediction().estimatedTerms())
                .extracting(Term::name)
                .doesNotContain(TermName.HEAD);
    }

    @Test
    void aPlanThatStaysSinceNothingMayBeChosenIsExplainedToo() {
        world.heard(1);
        prefer("{\"constraints\": {\"rawInputStaysOnDevice\": true, \"allowedPlacements\": [\"cloud-only\"]}}");
        world.heard(1);

        assertThat(world.choices()).containsExactly("edge-only");
        assertThat(world.decisions)
                .extracting(PlanDecision::trigger)
                .containsExactly("first plan", "nothing may be chosen");
        assertThat(world.standing().verdict())
                .isEqualTo(world.lastDecision().plan().reason())
                .startsWith("nothing may be chosen");
    }

    @Test
    void aPinHoldsWhateverIsPredictedUntilItIsRemoved() {
        world.heard(100);
        world.planner.pin("edge-1", "gauge", "split:3", Optional.of("int4"));
        world.heard(1);
        world.heard(100);
        world.planner.unpin("edge-1", "gauge");

        assertThat(world.choices()).containsExactly("cloud-only", "split:3 with int4", "cloud-only");
        assertThat(world.published).extracting(Plan::pinned).containsExactly(false, true, false);
        assertThat(world.decisions.get(1).trigger()).isEqualTo("pin");
        assertThat(world.published.get(1).reason())
                .startsWith("pinned to split:3 with int4, now ruled out (")
                .endsWith("; unpinned, cloud-only would be predicted at 23 ms");
    }

    @Test
    void aPinOfWhatIsInForceIsSaidToEdgeNodesToo() {
        world.heard(100);
        world.planner.pin("edge-1", "gauge", "cloud-only", Optional.empty());
        world.planner.unpin("edge-1", "gauge");

        assertThat(world.choices()).containsExactly("cloud-only", "cloud-only", "cloud-only");
        assertThat(world.epochs()).containsExactly(1L, 2L, 3L);
        assertThat(world.published).extracting(Plan::pinned).containsExactly(false, true, false);
        assertThat(world.decisions)
                .extracting(PlanDecision::trigger)
                .containsExactly("first plan", "pin", "pin removed");
    }

    @Test
    void aPinWithoutCodecTakesTheBestAdmissibleOne() {
        world.heard(8);

        assertThat(world.planner
                        .pin("edge-1", "gauge", "split:3", Optional.empty())
                        .plan()
                        .choice()
                        .codec()
                        .id())
                .isEqualTo("int8+zstd");
    }

    @Test
    void pinsOfWhatDoesNotExistAreRefusedWithWhatDoes() {
        world.heard(8);

        assertThatThrownBy(() -> world.planner.pin("edge-1", "gauge", "split:4", Optional.empty()))
                .isInstanceOfSatisfying(InvalidPinException.class, refused -> {
                    assertThat(refused.field()).isEqualTo("placement");
                    assertThat(refused.allowed())
                            .containsExactly("edge-only", "cloud-only", "split:1", "split:2", "split:3");
                })
                .hasMessage(
                        "gauge has no placement \"split:4\"; it has edge-only, cloud-only, split:1, split:2, split:3");
        assertThatThrownBy(() -> world.planner.pin("edge-1", "gauge", "somewhere", Optional.empty()))
                .isInstanceOf(InvalidPinException.class);
        assertThatThrownBy(() -> world.planner.pin("edge-1", "gauge", "split:1", Optional.of("jpeg")))
                .isInstanceOf(InvalidPinException.class)
                .hasMessageStartingWith("there is no codec \"jpeg\"; there are raw, raw+zstd, fp16");
        assertThatThrownBy(() -> world.planner.pin("edge-9", "gauge", "edge-only", Optional.empty()))
                .isInstanceOf(UnknownPlanException.class)
                .hasMessage("no edge node \"edge-9\" has been heard of");
        assertThatThrownBy(() -> world.planner.pin("edge-1", "nope", "edge-only", Optional.empty()))
                .isInstanceOf(UnknownPlanException.class)
                .hasMessage("there is no model \"nope\" in the catalog");
        assertThat(world.steered).isEmpty();
    }

    @Test
    void aPinOfASilentEdgeNodeIsRemovedAtOnceToo() {
        world.heard(8);
        world.planner.pin("edge-1", "gauge", "split:3", Optional.of("int8"));
        world.clock.advance(Duration.ofSeconds(6));
        world.planner.unpin("edge-1", "gauge");

        assertThat(world.lastPlan().pinned()).isFalse();
        assertThat(world.lastPlan().choice().toString()).isEqualTo("split:3 with int8");
        assertThat(world.lastPlan().epoch()).isEqualTo(3);
        assertThat(world.lastDecision().trigger()).isEqualTo("pin removed");
    }

    @Test
    void aPinThatIsTakenBackAtOnceDoesNotComeBackAsTheEchoOfTheLog() {
        world.heard(8);
        world.planner.pin("edge-1", "gauge", "split:3", Optional.of("int8"));
        world.planner.unpin("edge-1", "gauge");
        int published = world.published.size();
        world.steered.forEach(world.planner::steered);

        assertThat(world.steered).hasSize(2);
        assertThat(world.published).hasSize(published);
        assertThat(world.lastPlan().pinned()).isFalse();
    }

    @Test
    void whatAnotherReplicaWroteBehindOursCounts() {
        world.heard(8);
        world.planner.pin("edge-1", "gauge", "split:3", Optional.of("int8"));
        world.steered.forEach(world.planner::steered);
        world.planner.steered(new SteeringChange.OfPin("edge-1", "gauge", Optional.of(Choice.EDGE_ONLY)));

        assertThat(world.lastPlan().choice()).isEqualTo(Choice.EDGE_ONLY);
        assertThat(world.lastPlan().pinned()).isTrue();
    }

    @Test
    void aPinThatTheModelLacksIsNotFollowed() {
        world.heard(8);
        Choice lacking = new Choice(new Placement.Split(3), Choice.NO_CODEC);
        ModelVersion next = smallVersion();
        world.heard(next, small());
        world.planner.steered(new SteeringChange.OfPin("edge-1", "gauge", Optional.of(lacking)));

        assertThat(world.lastPlan().model()).isEqualTo(next);
        assertThat(world.lastPlan().choice()).isEqualTo(Choice.EDGE_ONLY);
        assertThat(world.lastPlan().pinned()).isFalse();
    }

    // What came before, and other replicas.

    @Test
    void epochsAndPinsSurviveARestart() {
        world.heard(8);
        world.planner.pin("edge-1", "gauge", "split:3", Optional.of("int8"));

        Steering steering = new Steering(Preferences.USUAL);
        Planner restarted = world.newPlanner(steering);
        world.fleet.listen(restarted);
        world.fleet.accept(tail(), Pressure.UNKNOWN);
        world.fleet.accept(report("edge-1", MODEL, window(8).build()));
        restarted.replan("edge-1", "gauge");
        assertThat(world.published)
                .as("nothing is planned before the past is read")
                .hasSize(2);
        world.published.forEach(restarted::recover);
        world.steered.forEach(restarted::steered);
        restarted.begin();
        restarted.replan("edge-1", "gauge");
        assertThat(world.published).as("the pin still holds").hasSize(2);
        restarted.unpin("edge-1", "gauge");

        assertThat(world.lastPlan().epoch()).isEqualTo(3);
        assertThat(world.lastPlan().choice().toString()).isEqualTo("split:2 with int8+zstd");
    }

    @Test
    void nothingIsToldBeforeThePastIsRead() {
        Planner starting = world.newPlanner(new Steering(Preferences.USUAL));

        assertThatThrownBy(() -> starting.standing("edge-1", "gauge")).isInstanceOf(PlansNotReadException.class);
        assertThatThrownBy(() -> starting.unpin("edge-1", "gauge")).isInstanceOf(PlansNotReadException.class);
    }

    @Test
    void aPlanThatDidNotReachTheBrokerIsSentAgain() {
        world.brokerAway = true;
        world.heard(8);
        assertThat(world.published).isEmpty();

        world.brokerAway = false;
        world.planner.replan("edge-1", "gauge");
        world.planner.replan("edge-1", "gauge");
        assertThat(world.epochs()).containsExactly(1L);
        assertThat(world.decisions).hasSize(1);
    }

    @Test
    void anotherVersionOfTheModelIsPlannedAnewAndDropsAPinThatItLacks() {
        world.heard(8);
        world.planner.pin("edge-1", "gauge", "split:3", Optional.of("int8"));
        ModelVersion next = smallVersion();
        world.heard(next, small());

        assertThat(world.lastPlan().model()).isEqualTo(next);
        assertThat(world.lastPlan().pinned()).isFalse();
        assertThat(world.lastPlan().choice()).isEqualTo(Choice.EDGE_ONLY);
        assertThat(world.lastPlan().epoch()).isEqualTo(3);
        assertThat(world.lastDecision().trigger()).isEqualTo("first plan");
    }

    /** A version without split points between its ends, which no tail holds. */
    private ModelVersion smallVersion() {
        ModelVersion version = new ModelVersion("gauge", "b".repeat(64));
        world.profiles.put(
                version,
                TestingWorld.profile(
                        version, List.of(point(0, "input", 200_000, 0, Map.of()), point(1, "last", 40, 1, Map.of()))));
        return version;
    }

    private static EdgeObservation small() {
        return EdgeObservation.builder()
                .link(LinkObservation.of(TestingWorld.MBIT, 5_000))
                .preprocess(millis(2))
                .pictureBytes(Moments.exactly(10, 60_000))
                .head(1, millis(60))
                .build();
    }

    @Test
    void theShardOfAnotherReplicaIsLeftAlone() {
        world.heard(100);
        world.shards.lost(Set.of(0));
        world.heard(8);
        world.planner.steered(new SteeringChange.OfPin("edge-1", "gauge", Optional.of(Choice.EDGE_ONLY)));

        assertThat(world.published).hasSize(1);
        assertThat(world.standing().here()).isFalse();
        assertThat(world.standing().verdict()).isEqualTo("another replica plans for this edge node");
        assertThat(world.standing().plan()).isEqualTo(world.lastPlan());
    }

    @Test
    void aRegainedShardIsPlannedOnFromWhereTheOtherReplicaLeftIt() {
        world.heard(100);
        world.shards.lost(Set.of(0));
        world.heard(8);
        world.planner.recover(of(world.lastPlan(), 7, "replica-2"));
        assertThat(world.standing().plan().epoch()).isEqualTo(7);

        world.shards.gained(Set.of(0), 1);
        world.heard(8);
        assertThat(world.epochs()).containsExactly(1L, 8L);
        assertThat(world.lastPlan().choice().toString()).isEqualTo("split:2 with int8+zstd");
        assertThat(world.lastDecision().previous().map(Plan::planner)).hasValue("replica-2");
        assertThat(world.standing().here()).isTrue();
    }

    @Test
    void anOutdatedPlanOfAReplacedReplicaIsAnsweredWithANewerEpoch() {
        world.heard(100);
        world.heard(8);
        world.planner.recover(of(world.published.getFirst(), 1, "replica-2"));

        assertThat(world.epochs()).containsExactly(1L, 2L, 3L);
        assertThat(world.lastPlan().choice()).isEqualTo(world.published.get(1).choice());
        assertThat(world.lastPlan().reason())
                .isEqualTo("split:2 with int8+zstd stays: replica-2 wrote the outdated plan 1 after it was replaced");
        assertThat(world.lastDecision().plan()).isEqualTo(world.lastPlan());
        assertThat(world.lastDecision().trigger()).isEqualTo("a replaced replica's plan is outdated");
    }

    @Test
    void anOutdatedPlanIsNotAnsweredWhereAnotherReplicaPlans() {
        world.heard(100);
        world.heard(8);
        world.shards.lost(Set.of(0));
        world.planner.recover(of(world.published.getFirst(), 1, "replica-2"));

        assertThat(world.published).hasSize(2);
        assertThat(world.standing().plan().epoch()).isEqualTo(2);
    }

    @Test
    void ourOwnPlanFromTheLogDoesNotTakeItsNotesAway() {
        world.heard(8);
        Plan plan = world.lastPlan();
        world.planner.recover(of(plan, 1, TestingWorld.REPLICA));
        assertThat(world.standing().plan()).isEqualTo(plan);

        world.heard(100);
        world.planner.recover(of(plan, 1, TestingWorld.REPLICA));
        assertThat(world.epochs()).as("an own earlier plan needs no answer").containsExactly(1L, 2L);
    }

    @Test
    void aForgottenEdgeNodeIsPlannedOnWithRisingEpochsWhenItReturns() {
        world.heard(8);
        world.clock.advance(Duration.ofHours(2));
        world.fleet.forgetSilent();

        assertThat(world.standing().ranking())
                .as("nothing is known of it any more")
                .isEmpty();
        assertThat(world.standing().plan().epoch()).isEqualTo(1);
        assertThat(world.standing().verdict()).startsWith("the edge node has been silent since");
        world.heard(1);
        assertThat(world.choices()).containsExactly("split:2 with int8+zstd", "edge-only");
        assertThat(world.epochs()).containsExactly(1L, 2L);
    }

    @Test
    void onlyTheLatestPlansKeepWhatElseWasWeighed() {
        world.heard(8);
        for (int edge = 2; edge <= 65; edge++) {
            world.fleet.accept(report("edge-" + edge, MODEL, window(8).build()));
            world.planner.replan("edge-" + edge, "gauge");
        }

        assertThat(world.standing().plan()).isEqualTo(world.published.getFirst().brief());
        assertThat(world.planner.standing("edge-2", "gauge").plan()).isEqualTo(world.published.get(1));
        assertThat(world.standing().ranking()).as("as predicted now").hasSizeGreaterThan(20);
    }

    @Test
    void allPlansInForceAreListed() {
        world.heard(8);
        world.planner.recover(new Plan(
                "edge-0",
                MODEL,
                Choice.EDGE_ONLY,
                3,
                "a test",
                List.of(),
                false,
                world.clock.instant(),
                "latency",
                "replica-2"));

        assertThat(world.planner.standings())
                .extracting(standing -> standing.plan().edgeNode())
                .containsExactly("edge-0", "edge-1");
        assertThat(world.planner.row("edge-1", "gauge").orElseThrow().placement())
                .isEqualTo("split:2");
        assertThat(world.planner.row("edge-2", "gauge")).isEmpty();
    }
}
