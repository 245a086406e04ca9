package dev.baton.orchestrator.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.planning.EdgeObservation;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Moments;
import dev.baton.planning.TailObservation;
import dev.baton.tensor.codec.Codec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class FleetTest {
    private static final ModelVersion MODEL = new ModelVersion("gauge", "a".repeat(64));

    private final TestingClock clock = new TestingClock();
    private final Fleet fleet = new Fleet(new FleetSettings(Duration.ofSeconds(5), Duration.ofMinutes(10), 3), clock);

    private static EdgeReport edge(String id, EdgeObservation.Builder window) {
        return edge(id, MODEL, window);
    }

    private static EdgeReport edge(String id, ModelVersion model, EdgeObservation.Builder window) {
        return new EdgeReport(
                id,
                LinkObservation.UNKNOWN,
                0.004,
                Pressure.UNKNOWN,
                "",
                List.of(new EdgeReport.ModelReport(model, window.build())));
    }

    private static EdgeObservation.Builder head(int splitPoint, double micros) {
        return nothing().head(splitPoint, Moments.exactly(1, micros));
    }

    private static EdgeObservation.Builder nothing() {
        return EdgeObservation.builder();
    }

    private static TailObservation tail(String name, long requests, long failures) {
        return new TailObservation(
                name,
                "cpu",
                1_000_000,
                0.5,
                1,
                0,
                List.of(new TailObservation.ModelTimes(
                        MODEL, requests, failures, Optional.empty(), Optional.empty(), List.of())));
    }

    private EdgeNode.Model model(String edge) {
        return fleet.edge(edge).flatMap(node -> node.model("gauge")).orElseThrow();
    }

    private double headMicros(String edge, int splitPoint) {
        EdgeObservation.SplitTime head = model(edge).heads().get(splitPoint);
        return head == null ? Double.NaN : head.micros().p50();
    }

    @Test
    void timesThatAWindowDoesNotRepeatStay() {
        Moments millisecond = Moments.exactly(1, 1000);
        fleet.accept(edge("edge-1", head(1, 100).encoding(1, Codec.RAW, millisecond, millisecond)));
        fleet.accept(edge("edge-1", head(2, 300)));
        fleet.accept(edge("edge-1", head(2, 250)));

        assertThat(headMicros("edge-1", 1)).isEqualTo(100);
        assertThat(headMicros("edge-1", 2)).isEqualTo(250);
        assertThat(model("edge-1").encodings()).containsOnlyKeys(new EdgeNode.SplitCodec(1, Codec.RAW));
    }

    @Test
    void requestsAddUpAndTheLastWindowIsKept() {
        fleet.accept(edge("edge-1", nothing().requests(5).failures(1)));
        fleet.accept(edge("edge-1", nothing().requests(2).completedLocally(2).activePlanEpoch(7)));

        assertThat(model("edge-1").requests()).isEqualTo(7);
        assertThat(model("edge-1").failures()).isEqualTo(1);
        assertThat(model("edge-1").completedLocally()).isEqualTo(2);
        assertThat(model("edge-1").last().activePlanEpoch()).isEqualTo(7);
    }

    @Test
    void anotherVersionOfTheModelStartsUnmeasured() {
        fleet.accept(edge("edge-1", head(1, 100).requests(5)));
        fleet.accept(edge("edge-1", new ModelVersion("gauge", "b".repeat(64)), nothing()));

        assertThat(headMicros("edge-1", 1)).isNaN();
        assertThat(model("edge-1").requests()).isZero();
    }

    @Test
    void silentNodesBecomeStaleAndAreForgottenLater() {
        fleet.accept(edge("edge-1", nothing()));
        fleet.accept(tail("tail-1", 0, 0), Pressure.UNKNOWN);

        clock.advance(Duration.ofSeconds(5));
        assertThat(fleet.isStale(fleet.tails().getFirst().seenAt())).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(fleet.isStale(fleet.tails().getFirst().seenAt())).isTrue();
        assertThat(fleet.isStale(fleet.edge("edge-1").orElseThrow().seenAt())).isTrue();

        clock.advance(Duration.ofMinutes(10));
        fleet.forgetSilent();
        assertThat(fleet.edges()).isEmpty();
        assertThat(fleet.tails()).isEmpty();
    }

    @Test
    void aFullFleetRefusesNewNodesAndKeepsServingTheOthers() {
        for (int i = 1; i <= 3; i++) {
            fleet.accept(edge("edge-" + i, nothing()));
        }

        assertThatThrownBy(() -> fleet.accept(edge("edge-4", nothing())))
                .isInstanceOf(FleetFullException.class)
                .hasMessageContaining("3 edge nodes are held already, so edge-4 is not taken in");
        fleet.accept(edge("edge-3", head(1, 7)));
        assertThat(headMicros("edge-3", 1)).isEqualTo(7);
    }

    @Test
    void requestsOfATailAddUp() {
        fleet.accept(tail("tail-1", 10, 1), Pressure.UNKNOWN);
        fleet.accept(tail("tail-1", 0, 0), Pressure.UNKNOWN);
        fleet.accept(tail("tail-2", 3, 0), Pressure.UNKNOWN);

        assertThat(fleet.tails()).extracting(TailNode::id).containsExactly("tail-1", "tail-2");
        assertThat(fleet.tails().getFirst().counts()).containsEntry(MODEL, new TailNode.Counts(10, 1));
        assertThat(fleet.tails().getFirst().last().utilization()).isEqualTo(0.5);
    }

    @Test
    void listenersHearOfEveryWindow() {
        List<String> heard = new ArrayList<>();
        fleet.listen(new FleetListener() {
            @Override
            public void edgeSeen(EdgeNode edge) {
                heard.add(edge.id());
            }

            @Override
            public void tailSeen(TailNode tail) {
                heard.add(tail.id());
            }
        });
        fleet.accept(edge("edge-1", nothing()));
        fleet.accept(tail("tail-1", 0, 0), Pressure.UNKNOWN);

        assertThat(heard).containsExactly("edge-1", "tail-1");
    }

    @Test
    void theViewForPeopleIsInMilliseconds() {
        fleet.accept(edge("edge-1", head(1, 1500)));
        clock.advance(Duration.ofSeconds(6));

        FleetView.Edge view = FleetView.of(fleet, clock.instant()).edges().getFirst();
        assertThat(view.stale()).isTrue();
        assertThat(view.ageMillis()).isEqualTo(6000);
        assertThat(view.deviceProfile()).as("unknown").isNull();
        assertThat(view.link().uplinkMegabitsPerSecond()).as("unknown").isNull();
        assertThat(view.link().probeShare()).isEqualTo(0.004);
        assertThat(view.models().getFirst().heads())
                .containsExactly(new FleetView.Head(1, new FleetView.Value(1.5, 1.5, 1)));
    }

    @Test
    void theViewShowsHowBusyATailsMachineIs() {
        Pressure busy = new Pressure(
                OptionalDouble.of(0.75),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                OptionalDouble.of(210));
        fleet.accept(tail("tail-1", 0, 0), busy);

        FleetView.PressureView view =
                FleetView.of(fleet, clock.instant()).tails().getFirst().pressure();
        assertThat(view).isEqualTo(new FleetView.PressureView(0.75, null, null, null, 210.0));
    }

    @Test
    void namesThatCannotBePartOfAKeyAreRefused() {
        assertThatThrownBy(() -> edge("edge/1", nothing()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name of edge node must be 1 to 100 letters");
        assertThatThrownBy(() -> fleet.accept(tail("tail/1", 0, 0), Pressure.UNKNOWN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name of tail must be 1 to 100 letters");
    }
}
