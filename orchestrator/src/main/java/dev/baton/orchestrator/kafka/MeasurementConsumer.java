package dev.baton.orchestrator.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetFullException;
import dev.baton.orchestrator.fleet.Shards;
import dev.baton.schemas.records.MeasurementWindow;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads measurement windows into the fleet, from the moment it joins: what was measured before says nothing about now, and a
 * window repeats what its edge node knows. The partitions that the group assigns are the edge nodes that this replica plans for.
 */
public final class MeasurementConsumer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(MeasurementConsumer.class);
    /** The group of all replicas. */
    public static final String GROUP = "baton-orchestrator";

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    static final int MAX_POLL_RECORDS = 500;

    private final KafkaConnection connection;
    private final Fleet fleet;
    private final Shards shards;
    private final TailSequences tailSequences = new TailSequences();
    private final Duration retryInterval;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Consumer<String, byte[]> consumer;
    private @Nullable Thread thread;

    public MeasurementConsumer(KafkaConnection connection, Fleet fleet, Shards shards, Duration retryInterval) {
        this.connection = connection;
        this.fleet = fleet;
        this.shards = shards;
        this.retryInterval = retryInterval;
    }

    /** Starts to read. */
    public void start() {
        thread = Thread.ofPlatform().name("measurements").daemon().start(this::run);
    }

    /** Whether windows arrive here when there are any. */
    public boolean isAssigned() {
        return !shards.held().isEmpty();
    }

    private void run() {
        try {
            do {
                try {
                    open();
                } catch (WakeupException stopped) {
                    LOG.debug("stopped reading measurements");
                } catch (KafkaException failure) {
                    LOG.warnf("reading measurements failed, trying again: %s", failure.getMessage());
                }
                shards.lost(shards.held());
            } while (!closed.await(retryInterval.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void open() {
        Consumer<String, byte[]> opened = new KafkaConsumer<>(settings());
        try {
            consumer = opened;
            read(opened);
        } finally {
            consumer = null;
            opened.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        }
    }

    private Map<String, Object> settings() {
        return ClientSettings.sharingConsumer(connection, "baton-orchestrator", GROUP, MAX_POLL_RECORDS);
    }

    private void read(Consumer<String, byte[]> opened) {
        opened.subscribe(List.of(Topics.MEASUREMENTS), new Handover(opened));
        Backlog backlog = new Backlog();
        while (closed.getCount() > 0) {
            ConsumerRecords<String, byte[]> records = opened.poll(Duration.ofMillis(500));
            if (!backlog.holds(records.count(), System.nanoTime())) {
                records.forEach(this::accept);
            }
        }
    }

    /**
     * What waited while this replica was cut off from the broker. It says nothing about now, and others may plan for its edge nodes
     * since: a plan made from it would be fenced by its epoch, but not if it is not made.
     */
    static final class Backlog {
        private OptionalLong heardNanos = OptionalLong.empty();
        private boolean behind;

        /** Whether the records of a poll belong to it. */
        boolean holds(int records, long nowNanos) {
            if (records == 0) {
                return false;
            }
            long silence = nowNanos - heardNanos.orElse(nowNanos);
            heardNanos = OptionalLong.of(nowNanos);
            boolean held = behind || silence >= ClientSettings.SHARE_SESSION_TIMEOUT.toNanos();
            behind = held && records >= MAX_POLL_RECORDS;
            return held;
        }
    }

    /** Takes shards over and gives them away as the group decides; called within poll. */
    private final class Handover implements ConsumerRebalanceListener {
        private final Consumer<String, byte[]> opened;

        Handover(Consumer<String, byte[]> opened) {
            this.opened = opened;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> gained) {
            shards.gained(
                    numbers(gained), opened.partitionsFor(Topics.MEASUREMENTS).size());
            LOG.infof(
                    "plans for the edge nodes of %d partitions of measurements",
                    shards.held().size());
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            shards.lost(numbers(revoked));
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            shards.lost(numbers(lost));
            LOG.warnf("was silent for too long: others plan for the edge nodes of %d partitions now", lost.size());
        }

        private static List<Integer> numbers(Collection<TopicPartition> partitions) {
            return partitions.stream().map(TopicPartition::partition).toList();
        }
    }

    private void accept(ConsumerRecord<String, byte[]> record) {
        try {
            MeasurementWindow window = MeasurementWindow.parseFrom(record.value());
            switch (window.getSourceCase()) {
                case EDGE -> fleet.accept(MeasurementRecords.edge(window));
                case TAIL -> {
                    if (tailSequences.isNew(window.getTail().getTail(), window.getSequence(), record.value())) {
                        fleet.accept(MeasurementRecords.tail(window), MeasurementRecords.pressure(window));
                    }
                }
                case SOURCE_NOT_SET -> throw new IllegalArgumentException("neither edge node nor tail is set");
            }
        } catch (InvalidProtocolBufferException | IllegalArgumentException | FleetFullException refused) {
            LOG.warnf(
                    "dropped a measurement window of \"%s\" (partition %d, offset %d): %s",
                    record.key(), record.partition(), record.offset(), refused.getMessage());
        }
    }

    @Override
    public void close() {
        closed.countDown();
        Consumer<String, byte[]> open = consumer;
        if (open != null) {
            open.wakeup();
        }
        if (thread == null) {
            return;
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
