package dev.baton.orchestrator.planning;

import dev.baton.orchestrator.fleet.EdgeNode;
import dev.baton.orchestrator.fleet.EdgeReport;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetSettings;
import dev.baton.orchestrator.fleet.Link;
import dev.baton.orchestrator.fleet.SplitCodec;
import dev.baton.orchestrator.fleet.Summary;
import dev.baton.orchestrator.fleet.TailReport;
import dev.baton.orchestrator.fleet.TestingClock;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Ranking;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A planner with one image model, one slow edge node and one tail. The whole model takes 60 ms on the edge node and 8 ms
 * on the tail; a picture has 60 KB, and split point 2 sends 9 KB with int8+zstd.
 */
final class TestingWorld {
    static final ModelVersion MODEL = new ModelVersion("gauge", "a".repeat(64));
    static final double MBIT = 1e6 / 8;

    final TestingClock clock = new TestingClock();
    final Fleet fleet = new Fleet(new FleetSettings(Duration.ofSeconds(5), Duration.ofHours(1), 100), clock);
    final Map<ModelVersion, ModelProfile> profiles = new HashMap<>(Map.of(MODEL, profile(MODEL)));
    final List<Plan> published = new ArrayList<>();
    final List<Plan> history = new ArrayList<>();
    final PlacementRanker ranker = new PlacementRanker(new Constraints(0.01, 32L << 20), Duration.ofMillis(3));
    boolean brokerAway;
    final Planner planner = newPlanner();

    Planner newPlanner() {
        return new Planner(
                new ModelProfiles() {
                    @Override
                    public Optional<ModelProfile> profile(ModelVersion model) {
                        return Optional.ofNullable(profiles.get(model));
                    }

                    @Override
                    public Optional<ModelVersion> current(String model) {
                        return model.equals("gauge") ? Optional.of(MODEL) : Optional.empty();
                    }
                },
                fleet,
                ranker,
                new Hysteresis(0.1, Duration.ofMillis(1)),
                this::publish,
                new PlanHistory() {
                    @Override
                    public void append(Plan plan) {
                        history.add(plan);
                    }

                    @Override
                    public List<PlanView> latest(String edgeNode, String model, int limit) {
                        return history.reversed().stream()
                                .limit(limit)
                                .map(PlanView::of)
                                .toList();
                    }
                },
                clock);
    }

    private CompletionStage<Void> publish(Plan plan) {
        if (brokerAway) {
            return CompletableFuture.failedFuture(new IllegalStateException("the broker is away"));
        }
        published.add(plan);
        return CompletableFuture.completedFuture(null);
    }

    static ModelProfile profile(ModelVersion model) {
        return new ModelProfile(
                model,
                List.of(
                        point(0, "input", 200_000, Map.of()),
                        point(1, "pool1", 200_000, Map.of("int8", 50_000L, "int8+zstd", 45_000L)),
                        point(2, "pool2", 80_000, Map.of("raw+zstd", 50_000L, "int8", 20_000L, "int8+zstd", 9_000L)),
                        point(3, "pool3", 20_000, Map.of("int8", 5_000L, "int8+zstd", 3_000L, "int4", 2_500L)),
                        point(4, "output", 40, Map.of())),
                true,
                OptionalLong.of(60_000));
    }

    private static ModelProfile.SplitPoint point(int index, String name, long bytes, Map<String, Long> codecs) {
        Map<String, ModelProfile.CodecCost> costs = new LinkedHashMap<>();
        codecs.forEach((codec, encoded) ->
                costs.put(codec, new ModelProfile.CodecCost(encoded, codec.startsWith("int4") ? 0.2 : 0.004)));
        return new ModelProfile.SplitPoint(index, name, bytes, costs);
    }

    /** A window of the edge node, everything measured. */
    static EdgeReport edge(double megabits) {
        return edge(megabits, heads(), encodings(), Optional.of(millis(2)), Optional.of(millis(2)));
    }

    static EdgeReport edge(
            double megabits,
            Map<Integer, Summary> heads,
            Map<SplitCodec, EdgeReport.Encoding> encodings,
            Optional<Summary> preprocess,
            Optional<Summary> broker) {
        Link link = new Link(OptionalDouble.of(megabits * MBIT), OptionalDouble.of(5000), 100, 50);
        return edge(link, heads, encodings, preprocess, broker);
    }

    static EdgeReport edge(
            Link link,
            Map<Integer, Summary> heads,
            Map<SplitCodec, EdgeReport.Encoding> encodings,
            Optional<Summary> preprocess,
            Optional<Summary> broker) {
        return new EdgeReport(
                "edge-1",
                link,
                List.of(new EdgeReport.ModelReport(
                        MODEL,
                        0,
                        0,
                        0,
                        0,
                        preprocess,
                        heads,
                        encodings,
                        Optional.of(new Summary(10, 60_000, 0, 60_000, 60_000)),
                        broker,
                        Optional.empty())));
    }

    static Map<Integer, Summary> heads() {
        return Map.of(1, millis(10), 2, millis(25), 3, millis(45), 4, millis(60));
    }

    static Map<SplitCodec, EdgeReport.Encoding> encodings() {
        Map<SplitCodec, EdgeReport.Encoding> encodings = new HashMap<>();
        for (int point = 1; point <= 3; point++) {
            for (String codec : List.of("raw", "raw+zstd", "int8", "int8+zstd", "int4")) {
                encodings.put(
                        new SplitCodec(point, codec),
                        new EdgeReport.Encoding(Optional.of(millis(0.3)), Optional.empty()));
            }
        }
        return encodings;
    }

    static TailReport tail() {
        return tail(Map.of(0, times(3, 8), 1, times(0.2, 7), 2, times(0.2, 5), 3, times(0.2, 2)));
    }

    static TailReport tail(Map<Integer, TailReport.Times> times) {
        return new TailReport(
                "tail-1", "cpu", List.of(new TailReport.ModelReport(MODEL, 0, 0, Optional.empty(), times)));
    }

    static TailReport.Times times(double decodeMillis, double runMillis) {
        return new TailReport.Times(Optional.of(millis(decodeMillis)), Optional.of(millis(runMillis)));
    }

    static Summary millis(double millis) {
        return new Summary(10, millis * 1e3, 0, millis * 1e3, millis * 1e3);
    }

    Ranking rank() {
        return ranker.rank(situation());
    }

    Situation situation() {
        EdgeNode edge = fleet.edge("edge-1").orElseThrow();
        return new Situation(
                profile(MODEL),
                edge.link(),
                edge.model("gauge").orElseThrow(),
                fleet.liveTails().stream()
                        .flatMap(tail -> tail.model(MODEL).stream())
                        .toList(),
                OptionalDouble.empty());
    }

    /** The edge node reports; the planner looks. */
    void heard(EdgeReport report) {
        fleet.accept(report);
        planner.replan("edge-1", "gauge");
    }

    Plan lastPlan() {
        return published.getLast();
    }
}
