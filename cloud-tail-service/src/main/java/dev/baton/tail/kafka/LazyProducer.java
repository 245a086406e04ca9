package dev.baton.tail.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** The producer of this tail, made when first needed: the broker's name need not resolve when the tail starts. */
public final class LazyProducer implements Supplier<Producer<String, byte[]>>, AutoCloseable {

    private final Map<String, Object> settings;
    private final Duration closeTimeout;
    private @Nullable Producer<String, byte[]> producer;
    private boolean closed;

    public LazyProducer(Map<String, Object> settings, Duration closeTimeout) {
        this.settings = Map.copyOf(settings);
        this.closeTimeout = closeTimeout;
    }

    /**
     * The producer, made at the first call.
     *
     * @throws org.apache.kafka.common.KafkaException when it cannot be made now
     */
    @Override
    public synchronized Producer<String, byte[]> get() {
        if (closed) {
            throw new IllegalStateException("the producer is closed");
        }
        if (producer == null) {
            producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
        }
        return producer;
    }

    /** Sends what it holds, but waits no longer than the close timeout. */
    @Override
    public synchronized void close() {
        closed = true;
        if (producer != null) {
            producer.close(closeTimeout);
        }
    }
}
