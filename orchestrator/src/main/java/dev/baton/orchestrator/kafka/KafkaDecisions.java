package dev.baton.orchestrator.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.orchestrator.planning.DecisionLog;
import dev.baton.orchestrator.planning.DecisionSource;
import dev.baton.orchestrator.planning.DecisionView;
import dev.baton.orchestrator.planning.HistoryUnavailableException;
import dev.baton.orchestrator.planning.PlanDecision;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Decisions as the log of record has them. Reading is for when the faster place has lost them: it goes through the end of the
 * one partition that an edge node and model share with others, for a bounded time.
 */
public final class KafkaDecisions implements DecisionSource {
    private static final Logger LOG = Logger.getLogger(KafkaDecisions.class);

    /** Records from the end of the partition that are gone through at most. */
    private static final long RECORDS = 20_000;

    private static final Duration TIME = Duration.ofSeconds(5);

    /** Readings at a time: each has a consumer of its own. */
    private final Semaphore readings = new Semaphore(4);

    private final KafkaConnection connection;
    private final DecisionLog log;

    public KafkaDecisions(KafkaConnection connection, DecisionLog log) {
        this.connection = connection;
        this.log = log;
    }

    @Override
    public void record(PlanDecision decision) {
        log.record(decision);
    }

    @Override
    public List<DecisionView> latest(String edgeNode, String model, int limit) {
        if (!readings.tryAcquire()) {
            throw new HistoryUnavailableException("too many read earlier decisions at the moment: try again");
        }
        try {
            return read(edgeNode + "/" + model, limit);
        } catch (KafkaException failure) {
            throw new HistoryUnavailableException(
                    "earlier decisions cannot be read, as the broker does not answer; plans in force are not affected",
                    failure);
        } finally {
            readings.release();
        }
    }

    private List<DecisionView> read(String key, int limit) {
        Map<String, Object> settings = ClientSettings.tableConsumer(connection, "baton-orchestrator-decisions");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings);
        try {
            int partitions = consumer.partitionsFor(Topics.PLAN_DECISIONS, TIME).size();
            if (partitions == 0) {
                return List.of();
            }
            TopicPartition partition = new TopicPartition(Topics.PLAN_DECISIONS, KeyPartitions.of(key, partitions));
            return read(consumer, partition, key, limit);
        } finally {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        }
    }

    private static List<DecisionView> read(
            KafkaConsumer<String, byte[]> consumer, TopicPartition partition, String key, int limit) {
        List<TopicPartition> one = List.of(partition);
        consumer.assign(one);
        long end = consumer.endOffsets(one, TIME).getOrDefault(partition, 0L);
        long begin = consumer.beginningOffsets(one, TIME).getOrDefault(partition, 0L);
        consumer.seek(partition, Math.max(begin, end - RECORDS));
        ArrayDeque<DecisionView> newestFirst = new ArrayDeque<>();
        long until = System.nanoTime() + TIME.toNanos();
        while (consumer.position(partition) < end) {
            if (System.nanoTime() - until > 0) {
                throw new HistoryUnavailableException(
                        "earlier decisions could not be read within %d s; plans in force are not affected: try again"
                                .formatted(TIME.toSeconds()));
            }
            for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                if (key.equals(record.key())) {
                    decision(record).ifPresent(newestFirst::addFirst);
                    if (newestFirst.size() > limit) {
                        newestFirst.removeLast();
                    }
                }
            }
        }
        return List.copyOf(newestFirst);
    }

    private static Optional<DecisionView> decision(ConsumerRecord<String, byte[]> record) {
        try {
            return Optional.of(DecisionView.of(
                    PlanRecords.fromRecord(dev.baton.schemas.records.PlanDecision.parseFrom(record.value()))));
        } catch (InvalidProtocolBufferException | IllegalArgumentException unreadable) {
            LOG.warnf(
                    "skipped the decision of \"%s\" at offset %d: %s",
                    record.key(), record.offset(), unreadable.getMessage());
            return Optional.empty();
        }
    }
}
