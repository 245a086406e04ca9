package dev.baton.orchestrator.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.embedded.BrokerSettings;
import dev.baton.embedded.EmbeddedBroker;
import dev.baton.inference.EngineSettings;
import dev.baton.messaging.CompactedTable;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.orchestrator.catalog.CatalogSettings;
import dev.baton.orchestrator.catalog.ImportedModel;
import dev.baton.orchestrator.catalog.ModelCatalog;
import dev.baton.orchestrator.catalog.ModelImport;
import dev.baton.orchestrator.catalog.PackageStore;
import dev.baton.orchestrator.fleet.EdgeReport;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetSettings;
import dev.baton.orchestrator.fleet.Pressure;
import dev.baton.orchestrator.fleet.Shards;
import dev.baton.orchestrator.inference.EngineDivider;
import dev.baton.orchestrator.planning.CatalogProfiles;
import dev.baton.orchestrator.planning.Plan;
import dev.baton.orchestrator.planning.Planner;
import dev.baton.orchestrator.planning.PlanningListener;
import dev.baton.orchestrator.planning.Steering;
import dev.baton.orchestrator.planning.SteeringChange;
import dev.baton.orchestrator.planning.SteeringTooLargeException;
import dev.baton.orchestrator.service.Awaiting;
import dev.baton.orchestrator.service.TestingModels;
import dev.baton.partitioning.divide.ModelDescription;
import dev.baton.planning.Constraints;
import dev.baton.planning.EdgeObservation;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Objective;
import dev.baton.planning.Predictor;
import dev.baton.planning.Preferences;
import dev.baton.planning.change.ChangeSettings;
import dev.baton.planning.device.DeviceCatalog;
import dev.baton.schemas.records.CatalogModel;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one run of the orchestrator wrote, the next one reads back. */
@Timeout(120)
final class ControlTopicsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /** One run of the orchestrator, as far as the control topics reach. */
    private final class Run implements AutoCloseable {
        final BrokerTopics topics;
        final ControlLog log;
        final ModelCatalog catalog;
        final Planner planner;
        final ControlTables tables;
        final Fleet fleet;
        final CompactedTable<CatalogModel> readers;
        final BlockingQueue<CatalogModel> read = new LinkedBlockingQueue<>();

        Run(KafkaConnection kafka, String url) throws Exception {
            topics = new BrokerTopics(kafka, Duration.ofMillis(200), TIMEOUT);
            log = new ControlLog(kafka, topics, TIMEOUT, InstantSource.system());
            PackageStore packages = PackageStore.in(directory.resolve("data"));
            catalog = new ModelCatalog(
                    new CatalogSettings(1 << 20, 2, 1),
                    packages,
                    new EngineDivider(EngineSettings.defaults()),
                    log,
                    () -> URI.create(url),
                    InstantSource.system());
            fleet = new Fleet(
                    new FleetSettings(Duration.ofSeconds(5), Duration.ofHours(1), 10), InstantSource.system());
            Steering steering = new Steering(new Preferences(new Objective.Latency(), Constraints.USUAL));
            CatalogProfiles profiles = new CatalogProfiles(catalog, packages, steering, DeviceCatalog.builtIn());
            Shards shards = new Shards((edge, partitions) -> 0);
            shards.gained(List.of(0), 1);
            planner = new Planner(
                    new Planner.Surroundings(profiles, profiles, fleet, shards, steering, log, log, log),
                    new Planner.Settings(
                            "planner-1",
                            new Predictor(Predictor.Settings.USUAL),
                            ChangeSettings.USUAL,
                            Duration.ofSeconds(5)),
                    PlanningListener.NONE,
                    InstantSource.system(),
                    () -> System.nanoTime() / 1_000);
            fleet.listen(planner);
            tables = new ControlTables(kafka, catalog, planner);
            topics.start();
            tables.start();
            readers = CompactedTable.start(
                    kafka,
                    "reader",
                    Topics.MODELS,
                    CatalogModel::parseFrom,
                    (name, model) -> model.ifPresent(read::add));
            readers.caughtUp().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        }

        /** An imported model once the past is read. */
        ImportedModel importModel() throws Exception {
            Path onnx = Files.write(directory.resolve("gauge.onnx"), TestingModels.convolutional());
            Awaiting.until(
                    "the past to be read", () -> tables.missing().isEmpty() ? Optional.of(true) : Optional.empty());
            return catalog.importModel(
                    new ModelImport("gauge", onnx, List.of(), ModelDescription.none(), Optional.empty()));
        }

        void heard(String version) {
            fleet.accept(new EdgeReport(
                    "edge-1",
                    LinkObservation.UNKNOWN,
                    0,
                    Pressure.UNKNOWN,
                    "",
                    List.of(new EdgeReport.ModelReport(
                            new ModelVersion("gauge", version),
                            EdgeObservation.builder().build()))));
            planner.replan("edge-1", "gauge");
        }

        @Override
        public void close() {
            readers.close();
            tables.close();
            log.close();
            topics.close();
        }
    }

    @Test
    void catalogEpochsAndPinsSurviveARestartUnderAnotherAddress() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(directory.resolve("kafka")))) {
            KafkaConnection kafka = new KafkaConnection(broker.bootstrapServers(), 1 << 20, Map.of());
            String version;
            try (Run first = new Run(kafka, "http://first")) {
                ImportedModel imported = first.importModel();
                version = imported.entry().version();
                assertThat(imported.isNew()).isTrue();
                first.heard(version);
                first.planner.pin("edge-1", "gauge", "split:1", Optional.of("raw"));
                String large = "{}" + " ".repeat(1 << 20);
                assertThatThrownBy(() -> first.planner.steer(
                                new SteeringChange.OfPreferences("edge-1", "gauge", Optional.of(large))))
                        .isInstanceOf(SteeringTooLargeException.class)
                        .hasMessageContaining("at most 1048576 are kept");
            }
            try (Run second = new Run(kafka, "http://second")) {
                ImportedModel again = second.importModel();
                assertThat(again.isNew()).as("the package is remembered").isFalse();
                assertThat(again.entry().version()).isEqualTo(version);
                assertThat(newest(second.read).getPackageUrl()).isEqualTo("http://second/packages/" + version);

                second.heard(version);
                Plan plan = second.planner.standing("edge-1", "gauge").plan();
                assertThat(plan.pinned()).isTrue();
                assertThat(plan.epoch()).isEqualTo(2);
                assertThat(plan.choice().toString()).isEqualTo("split:1 with raw");
            }
        }
    }

    private static CatalogModel newest(BlockingQueue<CatalogModel> read) throws InterruptedException {
        while (true) {
            CatalogModel model = read.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            assertThat(model).as("an entry under the second address").isNotNull();
            if (model != null && model.getPackageUrl().startsWith("http://second/")) {
                return model;
            }
        }
    }
}
