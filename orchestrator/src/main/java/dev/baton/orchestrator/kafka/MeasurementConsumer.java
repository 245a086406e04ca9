package dev.baton.orchestrator.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetFullException;
import dev.baton.schemas.records.MeasurementWindow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads measurement windows into the fleet, from the moment it joins: what was measured before says nothing about now. The
 * partitions that the group assigns are the edge nodes that this replica plans for.
 */
public final class MeasurementConsumer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(MeasurementConsumer.class);
    private static final String GROUP = "baton-orchestrator";
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    private static final int MAX_POLL_RECORDS = 500;

    private final KafkaConnection connection;
    private final Fleet fleet;
    private final Duration retryInterval;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Consumer<String, byte[]> consumer;
    private volatile boolean assigned;
    private @Nullable Thread thread;

    public MeasurementConsumer(KafkaConnection connection, Fleet fleet, Duration retryInterval) {
        this.connection = connection;
        this.fleet = fleet;
        this.retryInterval = retryInterval;
    }

    /** Starts to read. */
    public void start() {
        thread = Thread.ofPlatform().name("measurements").daemon().start(this::run);
    }

    /** Whether windows arrive here when there are any. */
    public boolean isAssigned() {
        return assigned;
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
                assigned = false;
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
        Map<String, Object> settings =
                ClientSettings.lowLatencyConsumer(connection, "baton-orchestrator", GROUP, MAX_POLL_RECORDS);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        // Nothing is committed, so every start begins at the end.
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return settings;
    }

    private void read(Consumer<String, byte[]> opened) {
        opened.subscribe(List.of(Topics.MEASUREMENTS));
        while (closed.getCount() > 0) {
            for (ConsumerRecord<String, byte[]> record : opened.poll(Duration.ofMillis(500))) {
                accept(record);
            }
            assigned = !opened.assignment().isEmpty();
        }
    }

    private void accept(ConsumerRecord<String, byte[]> record) {
        try {
            MeasurementWindow window = MeasurementWindow.parseFrom(record.value());
            switch (window.getSourceCase()) {
                case EDGE -> fleet.accept(MeasurementRecords.report(window.getEdge()));
                case TAIL -> fleet.accept(MeasurementRecords.report(window.getTail()));
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
