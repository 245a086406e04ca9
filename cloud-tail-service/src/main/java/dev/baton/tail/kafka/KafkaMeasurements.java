package dev.baton.tail.kafka;

import dev.baton.messaging.Topics;
import dev.baton.tail.measurement.TailMeasurements;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/** Publishes each window of measurements when it ends. A window that cannot be sent is lost: the next one replaces it. */
public final class KafkaMeasurements implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(KafkaMeasurements.class);

    private final String tailId;
    private final TailMeasurements measurements;
    private final Duration window;
    private final Supplier<Producer<String, byte[]>> producer;
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
            producer.get().send(new ProducerRecord<>(Topics.MEASUREMENTS, tailId, ended), (sent, failure) -> {
                if (failure != null) {
                    LOG.debugf(failure, "a window of measurements was not sent");
                }
            });
        } catch (KafkaException | IllegalStateException e) {
            LOG.debugf(e, "a window of measurements was not sent");
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
