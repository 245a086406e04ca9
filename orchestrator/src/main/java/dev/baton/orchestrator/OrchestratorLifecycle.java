package dev.baton.orchestrator;

import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.kafka.BrokerTopics;
import dev.baton.orchestrator.kafka.ControlLog;
import dev.baton.orchestrator.kafka.ControlTables;
import dev.baton.orchestrator.kafka.MeasurementConsumer;
import dev.baton.orchestrator.planning.Planner;
import dev.baton.orchestrator.planning.PlanningLoop;
import dev.baton.orchestrator.redis.RedisFleetViews;
import dev.baton.orchestrator.redis.RedisPlanRows;
import dev.baton.orchestrator.redis.RedisWriter;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Starts what runs by itself, and stops it in the opposite order. Nothing here waits for the broker or for Redis. */
@Singleton
final class OrchestratorLifecycle {
    private final BrokerTopics topics;
    private final ControlLog log;
    private final ControlTables tables;
    private final MeasurementConsumer measurements;
    private final PlanningLoop planning;
    private final RedisWriter redis;

    OrchestratorLifecycle(
            BrokerTopics topics,
            ControlLog log,
            ControlTables tables,
            Fleet fleet,
            Planner planner,
            RedisFleetViews views,
            RedisPlanRows rows,
            MeasurementConsumer measurements,
            PlanningLoop planning,
            RedisWriter redis) {
        this.topics = topics;
        this.log = log;
        this.tables = tables;
        this.measurements = measurements;
        this.planning = planning;
        this.redis = redis;
        fleet.listen(planner); // first: the others look at what it has taken in
        fleet.listen(planning);
        fleet.listen(views);
        fleet.listen(rows);
    }

    void start(@Observes StartupEvent event) {
        redis.start();
        topics.start();
        tables.start();
        planning.start();
        measurements.start();
    }

    void stop(@Observes ShutdownEvent event) {
        measurements.close();
        planning.close();
        tables.close();
        log.close();
        topics.close();
        redis.close();
    }
}
