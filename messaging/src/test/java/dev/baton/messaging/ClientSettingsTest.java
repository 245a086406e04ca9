package dev.baton.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class ClientSettingsTest {
    private static final KafkaConnection CONNECTION = TestingBroker.connection("broker:9092");

    @Test
    void activationsLeaveAtOnceAndAreAcknowledgedByTheLeader() {
        assertThat(ClientSettings.lowLatencyProducer(CONNECTION, "edge-1"))
                .containsEntry("bootstrap.servers", "broker:9092")
                .containsEntry("client.id", "edge-1")
                .containsEntry("linger.ms", 0)
                .containsEntry("acks", "1")
                .containsEntry("enable.idempotence", false)
                .containsEntry("max.request.size", TestingBroker.MAX_RECORD_BYTES);
    }

    @Test
    void controlRecordsAreAcknowledgedByAll() {
        assertThat(ClientSettings.controlProducer(CONNECTION, "orchestrator"))
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", true);
    }

    @Test
    void tailsUseTheNewGroupProtocolAndSetNothingThatItForbids() {
        assertThat(ClientSettings.lowLatencyConsumer(CONNECTION, "tail-1", "baton-tails", 8))
                .containsEntry("group.protocol", "consumer")
                .containsEntry("group.id", "baton-tails")
                .containsEntry("max.poll.records", 8)
                .containsEntry("fetch.min.bytes", 1)
                .containsEntry("enable.auto.commit", false)
                .doesNotContainKeys("session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientSettings.lowLatencyConsumer(CONNECTION, "tail-1", "baton-tails", 0))
                .withMessageContaining("max poll records 0");
    }

    @Test
    void aDeployersSettingsOverrideAll() {
        KafkaConnection secured = new KafkaConnection(
                "broker:9092", TestingBroker.MAX_RECORD_BYTES, Map.of("security.protocol", "SSL", "linger.ms", "3"));
        for (Map<String, Object> settings : List.of(
                ClientSettings.lowLatencyProducer(secured, "x"),
                ClientSettings.controlProducer(secured, "x"),
                ClientSettings.lowLatencyConsumer(secured, "x", "g", 1),
                ClientSettings.replyConsumer(secured, "x"),
                ClientSettings.tableConsumer(secured, "x"),
                ClientSettings.admin(secured, "x"))) {
            assertThat(settings).containsEntry("security.protocol", "SSL").containsEntry("linger.ms", "3");
        }
    }

    @Test
    void aConnectionIsChecked() {
        assertThatIllegalArgumentException().isThrownBy(() -> new KafkaConnection(" ", 1 << 20, Map.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KafkaConnection("broker:9092", 1000, Map.of()))
                .withMessageContaining("max record bytes 1000");
    }

    @Test
    void theLargestRecordPassesProducerTopicAndConsumersAndALargerOneIsRefusedAtHome(@TempDir Path directory)
            throws Exception {
        try (TestingBroker broker = TestingBroker.start(directory, 0)) {
            broker.create(Topics.activationsOf("gauge", TestingBroker.MAX_RECORD_BYTES));
            KafkaConnection connection = broker.connection();
            String topic = Topics.activations("gauge");
            byte[] largest = new byte[TestingBroker.MAX_RECORD_BYTES - 256];
            largest[largest.length - 1] = 42;
            TopicPartition partition;
            try (Producer<String, byte[]> producer =
                    new KafkaProducer<>(ClientSettings.lowLatencyProducer(connection, "edge"))) {
                partition = new TopicPartition(
                        topic,
                        producer.send(new ProducerRecord<>(topic, "request", largest))
                                .get(60, TimeUnit.SECONDS)
                                .partition());
                assertThatExceptionOfType(ExecutionException.class)
                        .isThrownBy(() -> producer.send(new ProducerRecord<>(
                                        topic, "request", new byte[TestingBroker.MAX_RECORD_BYTES]))
                                .get(60, TimeUnit.SECONDS))
                        .withCauseInstanceOf(RecordTooLargeException.class);
            }
            try (Consumer<String, byte[]> group =
                    new KafkaConsumer<>(ClientSettings.lowLatencyConsumer(connection, "tail", "baton-tails", 8))) {
                group.subscribe(List.of(topic));
                assertThat(firstOf(group).value()).isEqualTo(largest);
            }
            for (Map<String, Object> settings : List.of(
                    ClientSettings.replyConsumer(connection, "edge"),
                    ClientSettings.tableConsumer(connection, "table"))) {
                try (Consumer<String, byte[]> assigned = new KafkaConsumer<>(settings)) {
                    assigned.assign(List.of(partition));
                    assigned.seekToBeginning(List.of(partition));
                    ConsumerRecord<String, byte[]> record = firstOf(assigned);
                    assertThat(record.key()).isEqualTo("request");
                    assertThat(record.value()).isEqualTo(largest);
                }
            }
        }
    }

    private static ConsumerRecord<String, byte[]> firstOf(Consumer<String, byte[]> consumer) {
        for (int attempt = 0; attempt < 60; attempt++) {
            ConsumerRecords<String, byte[]> records = consumer.poll(Duration.ofSeconds(1));
            if (!records.isEmpty()) {
                return records.iterator().next();
            }
        }
        throw new AssertionError("no record within a minute");
    }
}
