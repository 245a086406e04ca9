package dev.baton.orchestrator.planning;

import dev.baton.orchestrator.fleet.EdgeReport;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetSettings;
import dev.baton.orchestrator.fleet.Pressure;
import dev.baton.orchestrator.fleet.Shards;
import dev.baton.orchestrator.fleet.TestingClock;
import dev.baton.planning.Choice;
import dev.baton.planning.EdgeObservation;
import dev.baton.planning.EdgeState;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.ModelProfile.CodecFacts;
import dev.baton.planning.ModelProfile.Point;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Moments;
import dev.baton.planning.PowerModel;
import dev.baton.planning.Predictor;
import dev.baton.planning.Preferences;
import dev.baton.planning.TailObservation;
import dev.baton.planning.TailObservation.ModelTimes;
import dev.baton.planning.TailObservation.PointTimes;
import dev.baton.planning.change.ChangeSettings;
import dev.baton.tensor.codec.Codec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A planner with one image model, one slow edge node and one tail. The whole model takes 60 ms on the edge node and 8 ms
 * on the tail; a picture has 60 KB, and split point 2 sends 9 KB with int8+zstd. A second passes with every window.
 */
final class TestingWorld {
    static final ModelVersion MODEL = new ModelVersion("gauge", "a".repeat(64));
    static final String REPLICA = "replica-1";
    static final double MBIT = 1e6 / 8;
    static final int LAST = 4;
    private static final Duration STALE = Duration.ofSeconds(5);

    final TestingClock clock = new TestingClock();
    final Fleet fleet = new Fleet(new FleetSettings(STALE, Duration.ofHours(1), 100), clock);
    final Shards shards = new Shards((edgeNode, partitions) -> 0);
    final Map<ModelVersion, ModelProfile> profiles = new HashMap<>(Map.of(MODEL, profile(MODEL)));
    final List<SteeringChange> steered = new ArrayList<>();
    final List<Plan> published = new ArrayList<>();
    final List<PlanDecision> decisions = new ArrayList<>();
    boolean brokerAway;
    boolean tailLives = true;
    final Planner planner = newPlanner(new Steering(Preferences.USUAL));

    /** The device profile that the edge node names. */
    String device = "test-board";

    TestingWorld() {
        shards.gained(Set.of(0), 1);
        fleet.listen(planner);
    }

    Planner newPlanner(Steering steering) {
        Instant start = clock.instant();
        return new Planner(
                new Planner.Surroundings(
                        new Profiles(),
                        TestingWorld::describe,
                        fleet,
                        shards,
                        steering,
                        steered::add,
                        this::publish,
                        decisions::add),
                new Planner.Settings(REPLICA, new Predictor(Predictor.Settings.USUAL), ChangeSettings.USUAL, STALE),
                PlanningListener.NONE,
                clock,
                () -> Duration.between(start, clock.instant()).toNanos() / 1000);
    }

    private final class Profiles implements ModelProfiles {
        @Override
        public Optional<ModelProfile> profile(ModelVersion model) {
            return Optional.ofNullable(profiles.get(model));
        }

        @Override
        public Optional<ModelVersion> current(String model) {
            return model.equals("gauge") ? Optional.of(MODEL) : Optional.empty();
        }

        @Override
        public void forget(ModelVersion model) {
            profiles.computeIfPresent(model, (version, known) -> TestingWorld.profile(version));
        }
    }

    private static void describe(String deviceProfile, EdgeState state) {
        if (deviceProfile.equals("test-board")) {
            state.power(new PowerModel(1, 5, 3, 2, "a test"));
        }
    }

    private CompletionStage<Void> publish(Plan plan) {
        if (brokerAway) {
            return CompletableFuture.failedFuture(new IllegalStateException("the broker is away"));
        }
        published.add(plan);
        return CompletableFuture.completedFuture(null);
    }

    static ModelProfile profile(ModelVersion model) {
        return profile(
                model,
                List.of(
                        point(0, "input", 200_000, 0, Map.of()),
                        point(1, "pool1", 200_000, 0.2, Map.of("int8", 50_000.0, "int8+zstd", 45_000.0)),
                        point(
                                2,
                                "pool2",
                                80_000,
                                0.45,
                                Map.of("raw+zstd", 50_000.0, "int8", 20_000.0, "int8+zstd", 9_000.0)),
                        point(3, "pool3", 20_000, 0.75, Map.of("int8", 5_000.0, "int8+zstd", 3_000.0, "int4", 2_500.0)),
                        point(LAST, "output", 40, 1, Map.of())));
    }

    static ModelProfile profile(ModelVersion model, List<Point> points) {
        return new ModelProfile(model, points, true, OptionalLong.of(60_000), Optional.empty());
    }

    static Point point(int index, String name, long bytes, double share, Map<String, Double> codecs) {
        Map<Codec, CodecFacts> facts = new HashMap<>();
        codecs.forEach((codec, encoded) ->
                facts.put(Codec.parse(codec), CodecFacts.imported(encoded, codec.startsWith("int4") ? 0.2 : 0.004)));
        return new Point(index, name, bytes, share, (int) (share * 100), (long) (share * 100e6), index == 0, facts);
    }

    /** A window of the edge node over a link of so many Mbit/s, everything measured. */
    static EdgeObservation.Builder window(double megabits) {
        return window(LinkObservation.of(megabits * MBIT, 5_000));
    }

    static EdgeObservation.Builder window(LinkObservation link) {
        return withoutHeads(link)
                .head(1, millis(10))
                .head(2, millis(25))
                .head(3, millis(45))
                .head(LAST, millis(60));
    }

    static EdgeObservation.Builder withoutHeads(LinkObservation link) {
        EdgeObservation.Builder window = EdgeObservation.builder()
                .link(link)
                .preprocess(millis(2))
                .broker(millis(2))
                .pictureBytes(Moments.exactly(10, 60_000));
        for (int point = 1; point < LAST; point++) {
            for (String codec : List.of("raw", "raw+zstd", "int8", "int8+zstd", "int4")) {
                window.encoding(new EdgeObservation.Encoding(
                        point, Codec.parse(codec), Optional.of(millis(0.3)), Optional.empty()));
            }
        }
        return window;
    }

    static EdgeReport report(String edgeNode, ModelVersion model, EdgeObservation window) {
        return report(edgeNode, "test-board", model, window);
    }

    private static EdgeReport report(String edgeNode, String device, ModelVersion model, EdgeObservation window) {
        return new EdgeReport(
                edgeNode,
                window.link(),
                0,
                Pressure.UNKNOWN,
                device,
                List.of(new EdgeReport.ModelReport(model, window)));
    }

    static TailObservation tail() {
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
                        List.of(times(0, 3, 8), times(1, 0.2, 7), times(2, 0.2, 5), times(3, 0.2, 2)))));
    }

    private static PointTimes times(int point, double decodeMillis, double runMillis) {
        return PointTimes.of(point, millis(decodeMillis), millis(runMillis));
    }

    static Moments millis(double millis) {
        return Moments.exactly(10, millis * 1e3);
    }

    /** Twenty requests that were answered under a plan. */
    static EdgeObservation.PlacementTimes answered(Plan plan, double millis) {
        return EdgeObservation.PlacementTimes.of(plan.epoch(), plan.choice(), Moments.exactly(20, millis * 1e3));
    }

    /** A second later the edge node reports over a link of so many Mbit/s, and the planner looks. */
    void heard(double megabits) {
        heard(window(megabits));
    }

    void heard(EdgeObservation.Builder window) {
        heard(MODEL, window.build());
    }

    void heard(ModelVersion model, EdgeObservation window) {
        clock.advance(Duration.ofSeconds(1));
        if (tailLives) {
            fleet.accept(tail(), Pressure.UNKNOWN);
        }
        fleet.accept(report("edge-1", device, model, window));
        planner.replan("edge-1", "gauge");
    }

    Plan lastPlan() {
        return published.getLast();
    }

    PlanDecision lastDecision() {
        return decisions.getLast();
    }

    Standing standing() {
        return planner.standing("edge-1", "gauge");
    }

    List<String> choices() {
        return published.stream().map(Plan::choice).map(Choice::toString).toList();
    }

    List<Long> epochs() {
        return published.stream().map(Plan::epoch).toList();
    }
}
