package dev.baton.orchestrator.kafka;

import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.orchestrator.catalog.CatalogEntry;
import dev.baton.orchestrator.catalog.CatalogLog;
import dev.baton.orchestrator.catalog.CatalogUnavailableException;
import dev.baton.orchestrator.planning.DecisionLog;
import dev.baton.orchestrator.planning.Plan;
import dev.baton.orchestrator.planning.PlanDecision;
import dev.baton.orchestrator.planning.PlanLog;
import dev.baton.orchestrator.planning.SteeringChange;
import dev.baton.orchestrator.planning.SteeringLog;
import dev.baton.orchestrator.planning.SteeringTooLargeException;
import dev.baton.orchestrator.planning.SteeringUnavailableException;
import dev.baton.schemas.records.Steering;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Writes plans, decisions, what people ask of the planner, and the catalog. Thread-safe. */
public final class ControlLog implements PlanLog, DecisionLog, SteeringLog, CatalogLog, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ControlLog.class);

    /** Planning goes on while a broker is away: a plan waits this long for the broker to be found, and is retried later. */
    private static final Duration MAX_BLOCK = Duration.ofSeconds(1);

    private final KafkaConnection connection;
    private final BrokerTopics topics;
    private final Duration timeout;
    private final InstantSource clock;
    private @Nullable Producer<String, byte[]> producer;
    private boolean closed;
    private volatile boolean failing;

    public ControlLog(KafkaConnection connection, BrokerTopics topics, Duration timeout, InstantSource clock) {
        this.connection = connection;
        this.topics = topics;
        this.timeout = timeout;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Void> publish(Plan plan) {
        CompletableFuture<Void> sent = send(
                Topics.PLANS,
                PlanRecords.key(plan),
                PlanRecords.toRecord(plan.brief()).toByteArray()); // all alternatives would fill an edge node's link
        return sent.whenComplete((done, failure) -> {
            if (failure == null) {
                failing = false;
                LOG.infof(
                        "plan %d for %s on %s: %s", plan.epoch(), plan.model().model(), plan.edgeNode(), plan.reason());
            } else {
                LOG.logf(
                        failing ? Logger.Level.DEBUG : Logger.Level.WARN, // once, not at every attempt
                        "plan %d for %s on %s did not reach the broker and will be sent again: %s",
                        plan.epoch(),
                        plan.model().model(),
                        plan.edgeNode(),
                        failure.getMessage());
                failing = true;
            }
        });
    }

    @Override
    public void record(PlanDecision decision) {
        CompletableFuture<Void> unused = send(
                        Topics.PLAN_DECISIONS,
                        PlanRecords.key(decision.plan()),
                        PlanRecords.toRecord(decision).toByteArray())
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOG.debugf(
                                "the decision behind plan %d for %s on %s is not kept: %s",
                                decision.plan().epoch(),
                                decision.plan().model().model(),
                                decision.plan().edgeNode(),
                                failure.getMessage());
                    }
                });
    }

    @Override
    public void keep(SteeringChange change) {
        byte @Nullable [] value = SteeringRecords.toRecord(change, clock.instant())
                .map(Steering::toByteArray)
                .orElse(null);
        if (value != null && value.length > connection.maxRecordBytes()) {
            throw new SteeringTooLargeException(value.length, connection.maxRecordBytes());
        }
        try {
            send(Topics.STEERING, change.key(), value).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw unavailable(interrupted);
        } catch (ExecutionException failure) {
            throw unavailable(failure.getCause() == null ? failure : failure.getCause());
        } catch (TimeoutException | KafkaException failure) {
            throw unavailable(failure);
        }
    }

    private SteeringUnavailableException unavailable(Throwable cause) {
        return new SteeringUnavailableException(
                "the broker at %s does not take what was asked for: ask again when it is there"
                        .formatted(connection.bootstrapServers()),
                cause);
    }

    @Override
    public void publish(CatalogEntry entry) {
        try {
            topics.ensure(List.of(Topics.activationsOf(entry.name(), connection.maxRecordBytes())), timeout);
            send(Topics.MODELS, entry.name(), CatalogRecords.toRecord(entry).toByteArray())
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw unavailable(entry, interrupted);
        } catch (ExecutionException failure) {
            throw unavailable(entry, failure.getCause() == null ? failure : failure.getCause());
        } catch (TimeoutException | KafkaException failure) {
            throw unavailable(entry, failure);
        }
    }

    private CatalogUnavailableException unavailable(CatalogEntry entry, Throwable cause) {
        return new CatalogUnavailableException(
                "%s is divided, but the broker at %s does not take it into the catalog: import it again when the broker is there"
                        .formatted(entry.name(), connection.bootstrapServers()),
                cause);
    }

    private CompletableFuture<Void> send(String topic, String key, byte @Nullable [] value) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            Future<RecordMetadata> unused = producer()
                    .send(new ProducerRecord<>(topic, key, value), (metadata, failure) -> {
                        if (failure == null) {
                            done.complete(null);
                        } else {
                            done.completeExceptionally(failure);
                        }
                    });
        } catch (KafkaException | IllegalStateException failure) {
            done.completeExceptionally(failure);
        }
        return done;
    }

    /** Made when first needed: its constructor fails while the broker's name cannot be resolved. */
    private synchronized Producer<String, byte[]> producer() {
        if (closed) {
            throw new IllegalStateException("the service is stopping");
        }
        if (producer == null) {
            Map<String, Object> settings = ClientSettings.controlProducer(connection, "baton-orchestrator");
            settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK.toMillis());
            // Decisions carry all alternatives, and plans travel over the edge nodes' links.
            settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
            producer = new KafkaProducer<>(settings);
        }
        return producer;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (producer != null) {
            producer.close(Duration.ofSeconds(2));
        }
    }
}
