package dev.baton.orchestrator;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.inference.Device;
import dev.baton.inference.EngineSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.orchestrator.catalog.CatalogSettings;
import dev.baton.orchestrator.catalog.Divider;
import dev.baton.orchestrator.catalog.ModelCatalog;
import dev.baton.orchestrator.catalog.PackageStore;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetSettings;
import dev.baton.orchestrator.fleet.Shards;
import dev.baton.orchestrator.inference.EngineDivider;
import dev.baton.orchestrator.kafka.BrokerReadiness;
import dev.baton.orchestrator.kafka.BrokerTopics;
import dev.baton.orchestrator.kafka.ControlLog;
import dev.baton.orchestrator.kafka.ControlTables;
import dev.baton.orchestrator.kafka.KafkaDecisions;
import dev.baton.orchestrator.kafka.KeyPartitions;
import dev.baton.orchestrator.kafka.MeasurementConsumer;
import dev.baton.orchestrator.metrics.PlanningMetrics;
import dev.baton.orchestrator.planning.CatalogProfiles;
import dev.baton.orchestrator.planning.DecisionHistory;
import dev.baton.orchestrator.planning.PlanRows;
import dev.baton.orchestrator.planning.Planner;
import dev.baton.orchestrator.planning.PlanningLoop;
import dev.baton.orchestrator.planning.Steering;
import dev.baton.orchestrator.redis.RedisDecisions;
import dev.baton.orchestrator.redis.RedisFleetViews;
import dev.baton.orchestrator.redis.RedisPlanRows;
import dev.baton.orchestrator.redis.RedisReadiness;
import dev.baton.orchestrator.redis.RedisWriter;
import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.planning.CloudPrice;
import dev.baton.planning.Constraints;
import dev.baton.planning.Objective;
import dev.baton.planning.Predictor;
import dev.baton.planning.Preferences;
import dev.baton.planning.change.ChangeSettings;
import dev.baton.planning.device.DeviceCatalog;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.redis.datasource.RedisDataSource;
import io.quarkus.vertx.http.HttpServer;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.InstantSource;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;

/** The whole service: what there is, in the order of the main path, and what it is made of. */
final class OrchestratorWiring {
    @Produces
    @Singleton
    InstantSource clock() {
        return InstantSource.system();
    }

    @Produces
    @Singleton
    KafkaConnection kafka(OrchestratorConfig config) {
        return new KafkaConnection(
                config.kafka().bootstrapServers(),
                config.kafka().maxRecordBytes(),
                config.kafka().extra());
    }

    @Produces
    @Singleton
    BrokerTopics topics(KafkaConnection kafka, OrchestratorConfig config) {
        return new BrokerTopics(
                kafka, config.kafka().retryInterval(), config.kafka().timeout());
    }

    // Models: import, division, package, catalog.

    @Produces
    @Singleton
    Divider divider(OrchestratorConfig config) {
        return new EngineDivider(EngineSettings.defaults()
                .withDevice(Device.parse(config.inference().device()))
                .withIntraOpThreads(config.inference().intraOpThreads()));
    }

    @Produces
    @Singleton
    PackageStore packages(OrchestratorConfig config) {
        return PackageStore.in(config.dataDirectory().toAbsolutePath());
    }

    @Produces
    @Singleton
    ControlLog controlLog(KafkaConnection kafka, BrokerTopics topics, OrchestratorConfig config, InstantSource clock) {
        return new ControlLog(kafka, topics, config.kafka().timeout(), clock);
    }

    @Produces
    @Singleton
    ModelCatalog catalog(
            PackageStore packages,
            Divider divider,
            ControlLog log,
            OrchestratorConfig config,
            HttpServer server,
            InstantSource clock) {
        CatalogSettings settings = new CatalogSettings(
                config.imports().maxBytes(),
                config.imports().maxSplitPoints(),
                config.imports().concurrent());
        return new ModelCatalog(
                settings,
                packages,
                divider,
                log,
                () -> config.advertisedUrl().orElseGet(() -> URI.create("http://127.0.0.1:" + server.getPort())),
                clock);
    }

    // Measurements: windows, fleet, its views.

    @Produces
    @Singleton
    Fleet fleet(OrchestratorConfig config, InstantSource clock) {
        return new Fleet(
                new FleetSettings(
                        config.fleet().staleAfter(),
                        config.fleet().forgetAfter(),
                        config.fleet().maxNodes()),
                clock);
    }

    /** As a producer's default partitioner places keys: an edge node's windows and its shard must be the same. */
    @Produces
    @Singleton
    Shards shards() {
        return new Shards(KeyPartitions::of);
    }

    @Produces
    @Singleton
    MeasurementConsumer measurements(KafkaConnection kafka, Fleet fleet, Shards shards, OrchestratorConfig config) {
        return new MeasurementConsumer(kafka, fleet, shards, config.kafka().retryInterval());
    }

    @Produces
    @Singleton
    RedisWriter redisWriter(RedisDataSource redis) {
        return new RedisWriter(redis);
    }

    @Produces
    @Singleton
    RedisFleetViews fleetViews(
            RedisWriter writer, RedisDataSource redis, Fleet fleet, ObjectMapper json, InstantSource clock) {
        return new RedisFleetViews(writer, redis, fleet, json, clock);
    }

    // Planning: what was asked for, situation, prediction, choice, plan, decision.

    @Produces
    @Singleton
    Steering steering(OrchestratorConfig config) {
        OrchestratorConfig.Planning planning = config.planning();
        return new Steering(new Preferences(
                new Objective.Latency(),
                Constraints.USUAL
                        .withAccuracy(new AccuracyBudget(planning.leastAgreement(), planning.maxCodecError()))
                        .withMaxRecordBytes(config.kafka().maxRecordBytes())));
    }

    @Produces
    @Singleton
    DeviceCatalog devices(OrchestratorConfig config) throws IOException {
        DeviceCatalog builtIn = DeviceCatalog.builtIn();
        return config.planning().devices().isPresent()
                ? builtIn.with(config.planning().devices().get())
                : builtIn;
    }

    @Produces
    @Singleton
    CatalogProfiles profiles(ModelCatalog catalog, PackageStore packages, Steering steering, DeviceCatalog devices) {
        return new CatalogProfiles(catalog, packages, steering, devices);
    }

    @Produces
    @Singleton
    DecisionHistory decisions(
            RedisWriter writer, RedisDataSource redis, ObjectMapper json, KafkaConnection kafka, ControlLog log) {
        return new DecisionHistory(new RedisDecisions(writer, redis, json), new KafkaDecisions(kafka, log));
    }

    @Produces
    @Singleton
    Planner planner(
            CatalogProfiles profiles,
            Fleet fleet,
            Shards shards,
            Steering steering,
            ControlLog log,
            DecisionHistory decisions,
            PlanningMetrics metrics,
            OrchestratorConfig config,
            InstantSource clock) {
        OrchestratorConfig.Planning planning = config.planning();
        return new Planner(
                new Planner.Surroundings(profiles, profiles, fleet, shards, steering, log, log, decisions),
                new Planner.Settings(
                        config.replica().orElseGet(OrchestratorWiring::thisProcess),
                        new Predictor(new Predictor.Settings(
                                planning.brokerPrior().toNanos() / 1e3,
                                new CloudPrice(planning.pricePerTailSecond(), planning.currency()))),
                        ChangeSettings.USUAL
                                .withSwitchesPerMinute(planning.switchesPerMinute())
                                .withLargeGain(
                                        planning.largeGainRelative(),
                                        planning.largeGainAbsolute().toNanos() / 1e3),
                        config.fleet().staleAfter()),
                metrics,
                clock,
                () -> System.nanoTime() / 1_000);
    }

    private static String thisProcess() {
        String process = "-" + ProcessHandle.current().pid();
        try {
            return InetAddress.getLocalHost().getHostName() + process;
        } catch (UnknownHostException nameless) {
            return "orchestrator" + process;
        }
    }

    @Produces
    @Singleton
    PlanningMetrics planningMetrics(OpenTelemetry telemetry) {
        return new PlanningMetrics(telemetry.getMeter("dev.baton.orchestrator"));
    }

    @Produces
    @Singleton
    RedisPlanRows planRowViews(RedisWriter writer, RedisDataSource redis, Planner planner, ObjectMapper json) {
        return new RedisPlanRows(writer, redis, planner, json);
    }

    @Produces
    @Singleton
    PlanRows planRows(Planner planner, RedisPlanRows shown) {
        return new PlanRows(planner, shown);
    }

    @Produces
    @Singleton
    PlanningLoop planningLoop(Planner planner, Fleet fleet, OrchestratorConfig config) {
        return new PlanningLoop(planner, fleet, config.planning().period());
    }

    @Produces
    @Singleton
    ControlTables tables(KafkaConnection kafka, ModelCatalog catalog, Planner planner) {
        return new ControlTables(kafka, catalog, planner);
    }

    // Health.

    @Produces
    @Singleton
    @Readiness
    HealthCheck brokerReadiness(BrokerTopics topics, ControlTables tables, MeasurementConsumer measurements) {
        return new BrokerReadiness(topics, tables, measurements);
    }

    @Produces
    @Singleton
    @Readiness
    HealthCheck redisReadiness(RedisWriter writer) {
        return new RedisReadiness(writer);
    }
}
