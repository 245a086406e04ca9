package dev.baton.messaging;

import dev.baton.embedded.BrokerSettings;
import dev.baton.embedded.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A real broker for a test, and the few things that tests do with it. */
final class TestingBroker implements AutoCloseable {
    static final int MAX_RECORD_BYTES = 4 << 20;

    static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final EmbeddedBroker broker;
    private final KafkaConnection connection;
    private final Producer<String, byte[]> producer;

    private TestingBroker(EmbeddedBroker broker) {
        this.broker = broker;
        this.connection = connection(broker.bootstrapServers());
        this.producer = new KafkaProducer<>(ClientSettings.controlProducer(connection, "testing"));
    }

    /** On {@code port}, or on any free one for 0. */
    static TestingBroker start(Path directory, int port) {
        return new TestingBroker(
                EmbeddedBroker.start(new BrokerSettings(directory, port, List.of(), MAX_RECORD_BYTES)));
    }

    static KafkaConnection connection(String bootstrapServers) {
        return new KafkaConnection(bootstrapServers, MAX_RECORD_BYTES, Map.of());
    }

    KafkaConnection connection() {
        return connection;
    }

    void create(NewTopic... topics) throws InterruptedException {
        create(List.of(topics));
    }

    void create(Collection<NewTopic> topics) throws InterruptedException {
        try (Admin admin = Admin.create(ClientSettings.admin(connection, "testing-admin"))) {
            Topics.ensure(admin, topics, TIMEOUT);
        }
    }

    /** Returns when the broker has the record; a null value removes the key. */
    void send(String topic, @Nullable String key, byte @Nullable [] value) throws Exception {
        producer.send(new ProducerRecord<>(topic, key, value)).get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(1));
        broker.close();
    }
}
