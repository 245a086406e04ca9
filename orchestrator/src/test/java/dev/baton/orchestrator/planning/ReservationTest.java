package dev.baton.orchestrator.planning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.orchestrator.fleet.EdgeReport;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetSettings;
import dev.baton.orchestrator.fleet.Pressure;
import dev.baton.orchestrator.fleet.Shards;
import dev.baton.orchestrator.fleet.TestingClock;
import dev.baton.planning.Choice;
import dev.baton.planning.EdgeObservation;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.ModelProfile.Point;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Moments;
import dev.baton.planning.Predictor;
import dev.baton.planning.Preferences;
import dev.baton.planning.TailObservation;
import dev.baton.planning.TailObservation.ModelTimes;
import dev.baton.planning.TailObservation.PointTimes;
import dev.baton.planning.change.ChangeSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Edge nodes that all gain by the one tail, which has room for four of them: a request takes 60 ms here and 10 ms there, and there
 * are 20 a second.
 */
final class ReservationTest {
    private static final ModelVersion MODEL = new ModelVersion("gauge", "a".repeat(64));
    private static final Duration STALE = Duration.ofSeconds(5);

    private final TestingClock clock = new TestingClock();
    private final Fleet fleet = new Fleet(new FleetSettings(STALE, Duration.ofHours(1), 100), clock);
    private final Shards shards = new Shards((edgeNode, partitions) -> 0);

    @Test
    void edgeNodesPlannedInOneRoundLeaveRoomForOneAnother() {
        shards.gained(List.of(0, 1, 2, 3), 4);
        assertThat(edgesThatMoveToTheTail(12)).isBetween(3L, 6L);
    }

    @Test
    void andForThoseThatOtherReplicasPlanAtTheSameTime() {
        shards.gained(List.of(0), 4);
        assertThat(edgesThatMoveToTheTail(12)).isBetween(1L, 2L);
    }

    private long edgesThatMoveToTheTail(int edges) {
        Planner planner = planner();
        fleet.listen(planner);
        planner.begin();
        fleet.accept(tail(), Pressure.UNKNOWN);
        List<String> names =
                IntStream.range(0, edges).mapToObj(number -> "edge-" + number).toList();
        names.forEach(name -> fleet.accept(edge(name)));
        names.forEach(name -> planner.replan(name, MODEL.model()));
        return planner.standings().stream()
                .filter(standing -> !standing.plan().choice().equals(Choice.EDGE_ONLY))
                .count();
    }

    private Planner planner() {
        return new Planner(
                new Planner.Surroundings(
                        new OneModel(),
                        (device, state) -> {},
                        fleet,
                        shards,
                        new Steering(Preferences.USUAL),
                        change -> {},
                        plan -> CompletableFuture.completedFuture(null),
                        decision -> {}),
                new Planner.Settings("one", new Predictor(Predictor.Settings.USUAL), ChangeSettings.USUAL, STALE),
                PlanningListener.NONE,
                clock,
                () -> 1_000_000);
    }

    private static TailObservation tail() {
        return new TailObservation(
                "tail-1",
                "cpu",
                1_000_000,
                0,
                1,
                0,
                List.of(new ModelTimes(
                        MODEL,
                        0,
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        List.of(PointTimes.of(0, millis(1), millis(10))))));
    }

    private static EdgeReport edge(String name) {
        LinkObservation link = LinkObservation.of(100e6 / 8, 5_000);
        EdgeObservation window = EdgeObservation.builder()
                .link(link)
                .requests(20)
                .preprocess(millis(2))
                .broker(millis(2))
                .pictureBytes(Moments.exactly(10, 60_000))
                .head(1, millis(60))
                .build();
        return new EdgeReport(name, link, 0, Pressure.UNKNOWN, "", List.of(new EdgeReport.ModelReport(MODEL, window)));
    }

    private static Moments millis(double millis) {
        return Moments.exactly(10, millis * 1e3);
    }

    private static final class OneModel implements ModelProfiles {
        private final ModelProfile profile = new ModelProfile(
                MODEL,
                List.of(
                        new Point(0, "input", 200_000, 0, 0, 0, true, Map.of()),
                        new Point(1, "output", 40, 1, 100, 100_000_000, false, Map.of())),
                true,
                OptionalLong.of(60_000),
                Optional.empty());

        @Override
        public Optional<ModelProfile> profile(ModelVersion model) {
            return model.equals(MODEL) ? Optional.of(profile) : Optional.empty();
        }

        @Override
        public Optional<ModelVersion> current(String model) {
            return model.equals(MODEL.model()) ? Optional.of(MODEL) : Optional.empty();
        }

        @Override
        public void forget(ModelVersion model) {}
    }
}
