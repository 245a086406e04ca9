package dev.baton.tail.kafka;

import dev.baton.messaging.Topics;
import dev.baton.tail.measurement.TailMeasurements;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes each window of measurements when it ends, to every partition: the orchestrator's replicas share edge nodes by
 * partition, and each plans with all tails. A window that cannot be sent is lost: the next one replaces it.
 */
public final class KafkaMeasurements implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(KafkaMeasurements.class);

    private final String tailId;
    private final TailMeasurements measurements;
    private final Duration window;
    private final Supplier<Producer<String, byte[]>> producer;
    private final AtomicBoolean failing = new AtomicBoolean();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("measurements").factory());

    public KafkaMeasurements(
            String tailId,
            TailMeasurements measurements,
            Duration window,
            Supplier<Producer<String, byte[]>> producer) {
        this.tailId = tailId;
        this.measurements = measurements;
        this.window = window;
        this.producer = producer;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // ends with the executor; publish() never throws
    public void start() {
        clock.scheduleWithFixedDelay(this::publish, window.toNanos(), window.toNanos(), TimeUnit.NANOSECONDS);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback is told the same
    private void publish() {
        byte[] ended = measurements.endWindow().toByteArray();
        try {
            Producer<String, byte[]> connected = producer.get();
            for (PartitionInfo partition : connected.partitionsFor(Topics.MEASUREMENTS)) {
                connected.send(
                        new ProducerRecord<>(Topics.MEASUREMENTS, partition.partition(), tailId, ended),
                        (sent, failure) -> noteDelivery(failure));
            }
        } catch (KafkaException | IllegalStateException e) {
            noteDelivery(e);
        }
    }

    /** Sent every second, windows are the first to find that the broker is away: said once, not every second. */
    private void noteDelivery(@Nullable Exception failure) {
        if (failure != null && !failing.getAndSet(true)) {
            LOG.warnf("the broker takes no measurements: %s", failure.getMessage());
        } else if (failure == null && failing.getAndSet(false)) {
            LOG.info("the broker takes measurements again");
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
