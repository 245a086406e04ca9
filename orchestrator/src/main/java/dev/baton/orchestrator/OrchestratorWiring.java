package dev.baton.orchestrator;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.inference.Device;
import dev.baton.inference.EngineSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.orchestrator.catalog.CatalogLog;
import dev.baton.orchestrator.catalog.CatalogSettings;
import dev.baton.orchestrator.catalog.Divider;
import dev.baton.orchestrator.catalog.ModelCatalog;
import dev.baton.orchestrator.catalog.PackageStore;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetSettings;
import dev.baton.orchestrator.inference.EngineDivider;
import dev.baton.orchestrator.kafka.BrokerReadiness;
import dev.baton.orchestrator.kafka.BrokerTopics;
import dev.baton.orchestrator.kafka.ControlLog;
import dev.baton.orchestrator.kafka.ControlTables;
import dev.baton.orchestrator.kafka.MeasurementConsumer;
import dev.baton.orchestrator.planning.CatalogProfiles;
import dev.baton.orchestrator.planning.Constraints;
import dev.baton.orchestrator.planning.Hysteresis;
import dev.baton.orchestrator.planning.ModelProfiles;
import dev.baton.orchestrator.planning.PlacementRanker;
import dev.baton.orchestrator.planning.PlanHistory;
import dev.baton.orchestrator.planning.PlanLog;
import dev.baton.orchestrator.planning.Planner;
import dev.baton.orchestrator.planning.PlanningLoop;
import dev.baton.orchestrator.redis.RedisFleetViews;
import dev.baton.orchestrator.redis.RedisPlanHistory;
import dev.baton.orchestrator.redis.RedisReadiness;
import dev.baton.orchestrator.redis.RedisWriter;
import io.quarkus.redis.datasource.RedisDataSource;
import io.quarkus.vertx.http.HttpServer;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
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
    ControlLog controlLog(KafkaConnection kafka, BrokerTopics topics, OrchestratorConfig config) {
        return new ControlLog(kafka, topics, config.kafka().timeout());
    }

    @Produces
    @Singleton
    ModelCatalog catalog(
            PackageStore packages,
            Divider divider,
            CatalogLog log,
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

    @Produces
    @Singleton
    MeasurementConsumer measurements(KafkaConnection kafka, Fleet fleet, OrchestratorConfig config) {
        return new MeasurementConsumer(kafka, fleet, config.kafka().retryInterval());
    }

    @Produces
    @Singleton
    RedisWriter redisWriter(RedisDataSource redis) {
        return new RedisWriter(redis);
    }

    @Produces
    @Singleton
    RedisFleetViews fleetViews(RedisWriter writer, Fleet fleet, ObjectMapper json, InstantSource clock) {
        return new RedisFleetViews(writer, fleet, json, clock);
    }

    // Planning: situation, ranking, choice, plan.

    @Produces
    @Singleton
    ModelProfiles profiles(ModelCatalog catalog, PackageStore packages) {
        return new CatalogProfiles(catalog, packages);
    }

    @Produces
    @Singleton
    PlanHistory history(RedisWriter writer, RedisDataSource redis, ObjectMapper json) {
        return new RedisPlanHistory(writer, redis, json);
    }

    @Produces
    @Singleton
    Planner planner(
            ModelProfiles profiles,
            Fleet fleet,
            PlanLog log,
            PlanHistory history,
            OrchestratorConfig config,
            InstantSource clock) {
        OrchestratorConfig.Planning planning = config.planning();
        return new Planner(
                profiles,
                fleet,
                new PlacementRanker(
                        new Constraints(planning.maxCodecError(), config.kafka().maxRecordBytes()),
                        planning.brokerPrior()),
                new Hysteresis(planning.hysteresisRelative(), planning.hysteresisAbsolute()),
                log,
                history,
                clock);
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
