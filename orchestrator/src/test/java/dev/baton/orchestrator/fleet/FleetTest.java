package dev.baton.orchestrator.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.planning.ModelVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FleetTest {
    private static final ModelVersion MODEL = new ModelVersion("gauge", "a".repeat(64));

    private final TestingClock clock = new TestingClock();
    private final Fleet fleet = new Fleet(new FleetSettings(Duration.ofSeconds(5), Duration.ofMinutes(10), 3), clock);

    private static EdgeReport edge(String id, Map<Integer, Summary> heads) {
        return edge(id, MODEL, heads);
    }

    private static EdgeReport edge(String id, ModelVersion model, Map<Integer, Summary> heads) {
        return new EdgeReport(
                id,
                Link.UNKNOWN,
                List.of(new EdgeReport.ModelReport(
                        model,
                        1,
                        0,
                        0,
                        0,
                        Optional.empty(),
                        heads,
                        Map.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty())));
    }

    private static Summary summary(long count, double value) {
        return new Summary(count, value, 0, value, value);
    }

    private double head(String edge, int splitPoint) {
        Estimate head = fleet.edge(edge)
                .flatMap(node -> node.model("gauge"))
                .orElseThrow()
                .headMicros()
                .get(splitPoint);
        return head == null ? Double.NaN : head.value();
    }

    @Test
    void timesOfSplitPointsNotInUseStay() {
        fleet.accept(edge("edge-1", Map.of(1, summary(5, 100), 2, summary(5, 200))));
        fleet.accept(edge("edge-1", Map.of(2, summary(5, 300))));

        assertThat(head("edge-1", 1)).isEqualTo(100);
        assertThat(head("edge-1", 2)).isEqualTo(250);
    }

    @Test
    void aWindowOfManyValuesOutweighsOneOfFew() {
        fleet.accept(edge("edge-1", Map.of(1, summary(1, 1000))));
        fleet.accept(edge("edge-1", Map.of(1, summary(99, 100))));

        assertThat(head("edge-1", 1)).isEqualTo(109);
    }

    @Test
    void anotherVersionOfTheModelStartsUnmeasured() {
        fleet.accept(edge("edge-1", Map.of(1, summary(5, 100))));
        fleet.accept(edge("edge-1", new ModelVersion("gauge", "b".repeat(64)), Map.of()));

        assertThat(head("edge-1", 1)).isNaN();
    }

    @Test
    void silentNodesBecomeStaleAndAreForgottenLater() {
        fleet.accept(edge("edge-1", Map.of()));
        fleet.accept(new TailReport("tail-1", "cpu", List.of()));

        clock.advance(Duration.ofSeconds(5));
        assertThat(fleet.liveTails()).hasSize(1);
        clock.advance(Duration.ofMillis(1));
        assertThat(fleet.liveTails()).isEmpty();
        assertThat(fleet.isStale(fleet.edge("edge-1").orElseThrow().seenAt())).isTrue();

        clock.advance(Duration.ofMinutes(10));
        fleet.forgetSilent();
        assertThat(fleet.edges()).isEmpty();
        assertThat(fleet.tails()).isEmpty();
    }

    @Test
    void aFullFleetRefusesNewNodesAndKeepsServingTheOthers() {
        for (int i = 1; i <= 3; i++) {
            fleet.accept(edge("edge-" + i, Map.of()));
        }

        assertThatThrownBy(() -> fleet.accept(edge("edge-4", Map.of())))
                .isInstanceOf(FleetFullException.class)
                .hasMessageContaining("3 edge nodes are held already, so edge-4 is not taken in");
        fleet.accept(edge("edge-3", Map.of(1, summary(1, 7))));
        assertThat(head("edge-3", 1)).isEqualTo(7);
    }

    @Test
    void anIdleTailHasNoQueueButKeepsItsTimes() {
        TailReport.ModelReport busy = new TailReport.ModelReport(
                MODEL,
                10,
                0,
                Optional.of(summary(10, 4000)),
                Map.of(1, new TailReport.Times(Optional.of(summary(10, 50)), Optional.of(summary(10, 900)))));
        TailReport.ModelReport idle = new TailReport.ModelReport(MODEL, 0, 0, Optional.empty(), Map.of());
        fleet.accept(new TailReport("tail-1", "cpu", List.of(busy)));
        fleet.accept(new TailReport("tail-1", "cpu", List.of(idle)));

        TailNode.Model tail = fleet.tails().getFirst().model(MODEL).orElseThrow();
        assertThat(tail.requests()).isEqualTo(10);
        assertThat(tail.lastRequests()).isZero();
        assertThat(tail.times(1).runMicros().orElseThrow().value()).isEqualTo(900);
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
        fleet.accept(edge("edge-1", Map.of()));
        fleet.accept(new TailReport("tail-1", "cpu", List.of()));

        assertThat(heard).containsExactly("edge-1", "tail-1");
    }

    @Test
    void namesThatCannotBePartOfAKeyAreRefused() {
        assertThatThrownBy(() -> edge("edge/1", Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name of edge node must be 1 to 100 letters");
    }

    @Test
    void impossibleMeasurementsAreRefused() {
        assertThatThrownBy(() -> summary(1, -1)).hasMessage("mean must be finite and not negative, but was -1.0");
        assertThatThrownBy(() -> summary(1, Double.NaN)).hasMessageContaining("mean must be finite");
        assertThatThrownBy(() -> summary(0, 1)).hasMessageContaining("count is 0");
    }
}
