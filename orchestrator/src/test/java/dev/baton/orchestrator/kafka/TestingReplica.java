package dev.baton.orchestrator.kafka;

import dev.baton.messaging.KafkaConnection;
import dev.baton.orchestrator.catalog.CatalogSettings;
import dev.baton.orchestrator.catalog.ModelCatalog;
import dev.baton.orchestrator.catalog.PackageStore;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetSettings;
import dev.baton.orchestrator.fleet.Shards;
import dev.baton.orchestrator.planning.ModelProfiles;
import dev.baton.orchestrator.planning.Plan;
import dev.baton.orchestrator.planning.Planner;
import dev.baton.orchestrator.planning.PlanningListener;
import dev.baton.orchestrator.planning.PlanningLoop;
import dev.baton.orchestrator.planning.Standing;
import dev.baton.orchestrator.planning.Steering;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.ModelProfile.CodecFacts;
import dev.baton.planning.ModelProfile.Point;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Predictor;
import dev.baton.planning.Preferences;
import dev.baton.planning.change.ChangeSettings;
import dev.baton.tensor.codec.Codec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** What plans in one replica of the orchestrator, with one model whose package everyone has. */
final class TestingReplica implements AutoCloseable {
    static final ModelVersion MODEL = new ModelVersion("gauge", "a".repeat(64));

    private static final Duration RETRY = Duration.ofMillis(200);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration STALE = Duration.ofSeconds(5);
    private static final Codec INT8 = Codec.parse("int8");

    final Shards shards = new Shards(KeyPartitions::of);
    final Planner planner;
    private final BrokerTopics topics;
    private final ControlLog log;
    private final ControlTables tables;
    private final PlanningLoop loop;
    private final MeasurementConsumer measurements;

    TestingReplica(String name, KafkaConnection kafka, Path directory) throws Exception {
        InstantSource clock = InstantSource.system();
        topics = new BrokerTopics(kafka, RETRY, TIMEOUT);
        log = new ControlLog(kafka, topics, TIMEOUT, clock);
        Fleet fleet = new Fleet(new FleetSettings(STALE, Duration.ofHours(1), 100), clock);
        planner = new Planner(
                new Planner.Surroundings(
                        new OneModel(),
                        (device, state) -> {},
                        fleet,
                        shards,
                        new Steering(Preferences.USUAL),
                        log,
                        log,
                        log),
                new Planner.Settings(name, new Predictor(Predictor.Settings.USUAL), ChangeSettings.USUAL, STALE),
                PlanningListener.NONE,
                clock,
                () -> System.nanoTime() / 1000);
        loop = new PlanningLoop(planner, fleet, Duration.ofMillis(500));
        fleet.listen(planner);
        fleet.listen(loop);
        ModelCatalog catalog = new ModelCatalog(
                new CatalogSettings(1 << 20, 2, 1),
                PackageStore.in(directory.resolve(name)),
                (request, target, progress) -> {
                    throw new IllegalStateException("nothing is imported here");
                },
                log,
                () -> URI.create("http://" + name),
                clock);
        tables = new ControlTables(kafka, catalog, planner);
        measurements = new MeasurementConsumer(kafka, fleet, shards, RETRY);
    }

    void start() {
        topics.start();
        tables.start();
        loop.start();
        measurements.start();
    }

    boolean isPlanning() {
        return tables.missing().isEmpty() && measurements.isAssigned();
    }

    /** The plans that this replica knows, whoever made them. */
    Stream<Plan> plans() {
        return planner.standings().stream().map(Standing::plan);
    }

    /** Writes a plan as a replica would that does not know that it was replaced. */
    void write(Plan plan) {
        CompletionStage<Void> unused = log.publish(plan);
    }

    /** Whether this replica has looked at the edge node with windows of its own, a moment ago. */
    boolean looksAfter(String edgeNode) {
        Standing standing = planner.standing(edgeNode, MODEL.model());
        return standing.here()
                && standing.evaluatedAt()
                        .filter(at -> at.isAfter(Instant.now().minusSeconds(2)))
                        .isPresent();
    }

    @Override
    public void close() {
        measurements.close();
        loop.close();
        tables.close();
        log.close();
        topics.close();
    }

    /** An image model with one split point, behind which 9 KB cross. */
    private static final class OneModel implements ModelProfiles {
        private final ModelProfile profile = new ModelProfile(
                MODEL,
                List.of(
                        new Point(0, "input", 200_000, 0, 0, 0, true, Map.of()),
                        new Point(
                                1,
                                "pool",
                                40_000,
                                0.4,
                                40,
                                40_000_000,
                                false,
                                Map.of(INT8, CodecFacts.imported(9_000, 0.004))),
                        new Point(2, "output", 40, 1, 100, 100_000_000, false, Map.of())),
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
