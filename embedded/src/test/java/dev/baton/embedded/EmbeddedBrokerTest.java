package dev.baton.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class EmbeddedBrokerTest {

    private static final String TOPIC = "activations";
    private static final int ONE_MIB = 1 << 20;

    @TempDir
    Path directory;

    @Test
    void keepsItsDataOverARestartAndLeavesNoThread() throws Exception {
        Set<String> before = threads();
        byte[] record = randomBytes(1000);
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(directory))) {
            createTopic(broker.bootstrapServers(), 2);
            send(broker.bootstrapServers(), record);
        }

        try (EmbeddedBroker again = EmbeddedBroker.start(BrokerSettings.in(directory))) {
            assertThat(readOne(again.bootstrapServers())).isEqualTo(record);
        }
        // the broker's metrics library keeps two daemon threads for the life of the process
        assertThat(threads())
                .filteredOn(name -> !name.startsWith("metrics-meter-tick-thread"))
                .isSubsetOf(before);
    }

    @Test
    void recordsUpToTheConfiguredSizePass() throws Exception {
        BrokerSettings settings = new BrokerSettings(directory, 0, List.of(), 4 * ONE_MIB);
        try (EmbeddedBroker broker = EmbeddedBroker.start(settings)) {
            createTopic(broker.bootstrapServers(), 1);
            byte[] fits = randomBytes(4 * ONE_MIB - 1000);

            send(broker.bootstrapServers(), fits);

            assertThat(readOne(broker.bootstrapServers())).isEqualTo(fits);
            assertThatThrownBy(() -> send(broker.bootstrapServers(), randomBytes(4 * ONE_MIB)))
                    .hasCauseInstanceOf(RecordTooLargeException.class);
        }
    }

    @Test
    void topicsAreNotCreatedByUsingThem() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(directory));
                Admin admin = admin(broker.bootstrapServers())) {
            assertThatThrownBy(() -> admin.describeTopics(List.of("missing"))
                            .allTopicNames()
                            .get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
            assertThat(admin.listTopics().names().get(20, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Test
    void groupOfTheNewProtocolSharesPartitionsAndCommits() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(directory))) {
            createTopic(broker.bootstrapServers(), 4);
            Map<String, Object> group = Map.of(
                    "group.id",
                    "tails",
                    "group.protocol",
                    "consumer",
                    "auto.offset.reset",
                    "earliest",
                    "enable.auto.commit",
                    false);
            try (KafkaConsumer<byte[], byte[]> first = consumer(broker.bootstrapServers(), group);
                    KafkaConsumer<byte[], byte[]> second = consumer(broker.bootstrapServers(), group)) {
                first.subscribe(List.of(TOPIC));
                second.subscribe(List.of(TOPIC));
                while (first.assignment().size() != 2 || second.assignment().size() != 2) {
                    first.poll(Duration.ofMillis(50));
                    second.poll(Duration.ofMillis(50));
                }
                send(broker.bootstrapServers(), randomBytes(10));

                ConsumerRecords<byte[], byte[]> records = ConsumerRecords.empty();
                while (records.isEmpty()) {
                    records = first.poll(Duration.ofMillis(50));
                    first.commitSync();
                    if (records.isEmpty()) {
                        records = second.poll(Duration.ofMillis(50));
                        second.commitSync();
                    }
                }
            }
            try (Admin admin = admin(broker.bootstrapServers())) {
                long committed = admin
                        .listConsumerGroupOffsets("tails")
                        .partitionsToOffsetAndMetadata()
                        .get(20, TimeUnit.SECONDS)
                        .values()
                        .stream()
                        .mapToLong(offset -> offset.offset())
                        .sum();
                assertThat(committed).isEqualTo(1);
            }
        }
    }

    @Test
    void edgeClientsCrossTheirOwnLinkWithEverything() throws Exception {
        List<Integer> ports = FreePorts.find(4);
        int brokerSide = ports.get(0);
        int linkSide = ports.get(1);
        BrokerSettings settings = BrokerSettings.in(directory)
                .withEdgeListener(new EdgeListener(brokerSide, linkSide))
                .withEdgeListener(new EdgeListener(ports.get(2), ports.get(3)));
        try (EmbeddedBroker broker = EmbeddedBroker.start(settings);
                LinkEmulator link =
                        LinkEmulator.start(linkSide, FreePorts.local(brokerSide), LinkConditions.UNLIMITED);
                LinkEmulator other =
                        LinkEmulator.start(ports.get(3), FreePorts.local(ports.get(2)), LinkConditions.UNLIMITED)) {
            createTopic(broker.bootstrapServers(), 1);
            assertThat(broker.edgeBootstrapServers()).isEqualTo("127.0.0.1:" + linkSide);
            byte[] record = randomBytes(100_000);
            try (KafkaProducer<byte[], byte[]> edge = producer(broker.edgeBootstrapServers())) {
                for (int warmUp = 0; warmUp < 20; warmUp++) {
                    timeToSend(edge, record);
                }
                Duration fast = timeToSend(edge, record);
                link.set(LinkConditions.parse("8mbit"));
                Duration slow = timeToSend(edge, record);

                assertThat(slow).isGreaterThan(Duration.ofMillis(97)); // 800,000 bits at 8 Mbit/s are 100 ms
                assertThat(fast).isLessThan(slow.dividedBy(2));
            }
            assertThat(link.bytesUp()).isGreaterThan(22 * 100_000);
            assertThat(other.bytesUp()).isZero();
        }
    }

    @Test
    void brokerWithoutEdgeListenerHasNoEdgeAddress() {
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(directory))) {
            assertThatThrownBy(broker::edgeBootstrapServers).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void takenPortIsNamed() throws Exception {
        try (ServerSocket holder = new ServerSocket()) {
            holder.bind(FreePorts.local(0));
            int port = holder.getLocalPort();

            assertThatThrownBy(() ->
                            EmbeddedBroker.start(BrokerSettings.in(directory).withPort(port)))
                    .isInstanceOf(PortTakenException.class)
                    .hasMessageContaining("port " + port + " on 127.0.0.1, wanted for the Kafka broker, is taken")
                    .hasMessageContaining("set another port");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void dataDirectoryInUseIsNamed() {
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(directory))) {
            assertThat(broker.bootstrapServers()).startsWith("127.0.0.1:");
            assertThatThrownBy(() -> EmbeddedBroker.start(BrokerSettings.in(directory)))
                    .isInstanceOf(StartFailedException.class)
                    .hasMessageContaining(directory.toString());
        }
    }

    private static Duration timeToSend(KafkaProducer<byte[], byte[]> producer, byte[] record) throws Exception {
        long begin = System.nanoTime();
        producer.send(new ProducerRecord<>(TOPIC, record)).get(30, TimeUnit.SECONDS);
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static void createTopic(String bootstrapServers, int partitions) throws Exception {
        try (Admin admin = admin(bootstrapServers)) {
            admin.createTopics(List.of(new NewTopic(TOPIC, partitions, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static void send(String bootstrapServers, byte[] record) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer(bootstrapServers)) {
            producer.send(new ProducerRecord<>(TOPIC, 0, null, record)).get(30, TimeUnit.SECONDS);
        }
    }

    private static byte[] readOne(String bootstrapServers) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrapServers, Map.of())) {
            TopicPartition partition = new TopicPartition(TOPIC, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    return record.value();
                }
            }
        }
    }

    private static Admin admin(String bootstrapServers) {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    }

    private static KafkaProducer<byte[], byte[]> producer(String bootstrapServers) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 0, "max.request.size", 16 * ONE_MIB),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers, Map<String, Object> more) {
        Map<String, Object> settings = new java.util.HashMap<>(more);
        settings.put("bootstrap.servers", bootstrapServers);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(thread -> thread.getName() + "#" + thread.threadId())
                .collect(Collectors.toSet());
    }
}
