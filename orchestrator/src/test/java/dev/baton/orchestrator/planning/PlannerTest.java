package dev.baton.orchestrator.planning;

import static dev.baton.orchestrator.planning.TestingWorld.edge;
import static dev.baton.orchestrator.planning.TestingWorld.encodings;
import static dev.baton.orchestrator.planning.TestingWorld.millis;
import static dev.baton.orchestrator.planning.TestingWorld.tail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.orchestrator.fleet.EdgeReport;
import dev.baton.orchestrator.fleet.Link;
import dev.baton.planning.Choice;
import dev.baton.planning.ModelVersion;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PlannerTest {
    private final TestingWorld world = new TestingWorld();

    @BeforeEach
    void begin() {
        world.planner.begin();
        world.fleet.accept(tail());
    }

    private List<String> choices() {
        return world.published.stream().map(plan -> plan.choice().toString()).toList();
    }

    private List<Long> epochs() {
        return world.published.stream().map(Plan::epoch).toList();
    }

    @Test
    void thePlanFollowsTheLinkAndEpochsRise() {
        for (double megabits : new double[] {100, 8, 1, 100}) {
            world.heard(edge(megabits));
        }

        assertThat(choices()).containsExactly("cloud-only", "split:2 with int8+zstd", "edge-only", "cloud-only");
        assertThat(epochs()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(world.history).isEqualTo(world.published);
    }

    @Test
    void theReasonComparesWithTheBestOfTheOtherKinds() {
        world.heard(edge(8));

        assertThat(world.lastPlan().reason())
                .isEqualTo(
                        "split:2 with int8+zstd is predicted at 49 ms; cloud-only 78 ms (uplink of 60 KB at 8.0 Mbit/s"
                                + " takes 60 ms), edge-only 62 ms (head takes 60 ms)");
    }

    @Test
    void aChangeSaysWhatItReplaces() {
        world.heard(edge(100));
        world.heard(edge(8));

        assertThat(world.lastPlan().reason()).endsWith("; before: cloud-only, now predicted at 78 ms");
    }

    @Test
    void thePlanCarriesEveryAlternativeWithItsTerms() {
        world.heard(edge(8));

        assertThat(world.lastPlan().alternatives()).hasSize(35);
        assertThat(world.lastPlan().alternatives().getFirst().choice())
                .isEqualTo(world.lastPlan().choice());
        assertThat(world.lastPlan().alternatives())
                .allSatisfy(alternative ->
                        assertThat(alternative.prediction().terms()).hasSize(9));
    }

    @Test
    void nothingIsPublishedWhileTheSituationStays() {
        world.heard(edge(8));
        world.heard(edge(8));
        world.planner.replan("edge-1", "gauge");

        assertThat(world.published).hasSize(1);
    }

    @Test
    void aSmallGainChangesNothing() {
        world.heard(edge(100));
        // 18 ms + 60 KB at 11.5 Mbit/s is 60 ms; the split then takes 46 ms: that is worth it. At 16 Mbit/s, 48 against
        // 44 ms is not.
        world.heard(edge(16));

        assertThat(choices()).containsExactly("cloud-only");
        assertThat(world.planner.standing("edge-1", "gauge").verdict())
                .isEqualTo(
                        "kept: split:2 with int8+zstd is predicted at 44 ms, cloud-only at 48 ms; a change needs more"
                                + " than 10 % and 1.0 ms");
        world.heard(edge(11.5));
        assertThat(choices()).containsExactly("cloud-only", "split:2 with int8+zstd");
    }

    @Test
    void withoutTailsEverythingRunsOnTheEdgeNodeAndTheReasonSaysSo() {
        world.heard(edge(100));
        clockPasses(Duration.ofSeconds(6));
        world.heard(edge(100));

        assertThat(choices()).containsExactly("cloud-only", "edge-only");
        assertThat(world.lastPlan().reason())
                .isEqualTo(
                        "no live tail holds gauge aaaaaaaaaaaa, so everything runs on the edge node, predicted at 62 ms");

        world.fleet.accept(tail());
        world.heard(edge(100));
        assertThat(choices()).containsExactly("cloud-only", "edge-only", "cloud-only");
    }

    private void clockPasses(Duration time) {
        world.clock.advance(time);
    }

    @Test
    void aSilentEdgeNodeKeepsItsLastPlan() {
        world.heard(edge(8));
        clockPasses(Duration.ofSeconds(6));
        world.planner.replan("edge-1", "gauge");

        assertThat(world.published).hasSize(1);
        assertThat(world.planner.standing("edge-1", "gauge").verdict())
                .startsWith("the edge node has been silent since");
    }

    @Test
    void aPlacementWhosePredictionIsLostGivesWayToAKnownOne() {
        world.heard(edge(100));
        world.heard(
                edge(Link.UNKNOWN, TestingWorld.heads(), encodings(), Optional.of(millis(2)), Optional.of(millis(2))));

        assertThat(choices()).containsExactly("cloud-only", "edge-only");
        assertThat(world.lastPlan().reason())
                .contains("before: cloud-only, now unknown (the edge node has no estimate of its uplink yet)");
    }

    @Test
    void nothingKnownMeansEdgeOnly() {
        world.heard(edge(Link.UNKNOWN, Map.of(), Map.of(), Optional.of(millis(2)), Optional.empty()));

        assertThat(choices()).containsExactly("edge-only");
        assertThat(world.lastPlan().reason())
                .isEqualTo("nothing can be predicted yet (head: the head of split point 4 has not run on the edge node"
                        + " yet), so everything runs on the edge node");
    }

    @Test
    void aPinHoldsWhateverIsPredictedUntilItIsRemoved() {
        world.heard(edge(100));
        world.planner.pin("edge-1", "gauge", "split:3", Optional.of("int4"));
        world.heard(edge(1));
        world.heard(edge(100));
        world.planner.unpin("edge-1", "gauge");

        assertThat(choices()).containsExactly("cloud-only", "split:3 with int4", "cloud-only");
        assertThat(world.published).extracting(Plan::pinned).containsExactly(false, true, false);
        assertThat(world.published.get(1).reason())
                .isEqualTo("pinned to split:3 with int4, now ruled out (int4 changes the output by 20 %, more than the"
                        + " allowed 1.0 %); unpinned, cloud-only would be predicted at 23 ms");
    }

    @Test
    void aPinWithoutCodecTakesTheBestAdmissibleOne() {
        world.heard(edge(8));

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
        world.heard(edge(8));

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
    }

    @Test
    void aPinOfASilentEdgeNodeIsRemovedAtOnceToo() {
        world.heard(edge(8));
        world.planner.pin("edge-1", "gauge", "split:3", Optional.of("int8"));
        clockPasses(Duration.ofSeconds(6));
        world.planner.unpin("edge-1", "gauge");

        assertThat(world.lastPlan().pinned()).isFalse();
        assertThat(world.lastPlan().choice().toString()).isEqualTo("split:3 with int8");
        assertThat(world.lastPlan().epoch()).isEqualTo(3);
    }

    @Test
    void epochsAndPinsSurviveARestart() {
        world.heard(edge(8));
        world.planner.pin("edge-1", "gauge", "split:3", Optional.of("int8"));

        Planner restarted = world.newPlanner();
        restarted.replan("edge-1", "gauge");
        assertThat(world.published)
                .as("nothing is planned before the past is read")
                .hasSize(2);
        world.published.forEach(restarted::recover);
        restarted.begin();
        restarted.replan("edge-1", "gauge");
        assertThat(world.published).as("the pin still holds").hasSize(2);
        restarted.unpin("edge-1", "gauge");

        assertThat(world.lastPlan().epoch()).isEqualTo(3);
        assertThat(world.lastPlan().choice().toString()).isEqualTo("split:2 with int8+zstd");
    }

    @Test
    void aPlanThatDidNotReachTheBrokerIsSentAgain() {
        world.brokerAway = true;
        world.heard(edge(8));
        assertThat(world.published).isEmpty();

        world.brokerAway = false;
        world.planner.replan("edge-1", "gauge");
        world.planner.replan("edge-1", "gauge");
        assertThat(epochs()).containsExactly(1L);
    }

    @Test
    void anotherVersionOfTheModelIsPlannedAnewAndDropsAPinThatItLacks() {
        world.heard(edge(8));
        world.planner.pin("edge-1", "gauge", "split:3", Optional.of("int8"));
        ModelVersion next = new ModelVersion("gauge", "b".repeat(64));
        ModelProfile whole = TestingWorld.profile(next);
        world.profiles.put(
                next,
                new ModelProfile(
                        next,
                        List.of(whole.first(), new ModelProfile.SplitPoint(1, "last", 40, Map.of())),
                        true,
                        whole.samplePictureBytes()));
        EdgeReport.ModelReport model = edge(8).models().getFirst();
        world.heard(new EdgeReport(
                "edge-1",
                edge(8).link(),
                List.of(new EdgeReport.ModelReport(
                        next,
                        0,
                        0,
                        0,
                        0,
                        model.preprocessMicros(),
                        Map.of(1, millis(60)),
                        Map.of(),
                        model.encodedInputBytes(),
                        Optional.empty(),
                        Optional.empty()))));

        assertThat(world.lastPlan().model()).isEqualTo(next);
        assertThat(world.lastPlan().pinned()).isFalse();
        assertThat(world.lastPlan().choice()).isEqualTo(Choice.EDGE_ONLY);
        assertThat(world.lastPlan().epoch()).isEqualTo(3);
    }

    @Test
    void whatWasNeverPlannedIsUnknown() {
        assertThatThrownBy(() -> world.planner.standing("edge-1", "gauge"))
                .isInstanceOf(UnknownPlanException.class)
                .hasMessage("no edge node \"edge-1\" has been heard of");
    }
}
