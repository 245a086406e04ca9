package dev.baton.messaging;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Settings of Kafka clients for each use that Baton makes of them. Keys are strings, values are byte arrays. Each call
 * returns a new map, which its caller may change; {@link KafkaConnection#extra()} has overridden what it names.
 */
public final class ClientSettings {
    /*
     * Kafka's defaults serve throughput. What differs here differs for a request that somebody waits for:
     *
     *   linger.ms=0                  a record leaves at once; since Kafka 4 the default waits 5 ms for company
     *   acks=1, no idempotence       the leader has it; waiting for replicas buys nothing that the edge node, which can
     *                                finish the request on its own, needs. A retry may duplicate: readers drop by id.
     *   compression none             the codec has already compressed what can be
     *   delivery.timeout.ms=30 s     two minutes later nobody waits any more, and the record fills the buffer
     *   fetch.min.bytes=1            the broker answers a fetch with the first record
     *   check.crcs=false             the broker has checked on arrival; measurable at 1 MB. Control records are checked.
     *   socket buffers -1            the operating system sizes them; Kafka's 64 and 128 KiB cap a link of 50 ms round
     *                                trip at 10 to 20 Mbit/s
     *
     * Consumer groups use KIP-848's protocol (group.protocol=consumer): the broker assigns, and a join or a death moves
     * only the partitions concerned. With it session timeout, heartbeat interval and assignor are the broker's settings,
     * and a client that sets them does not start. A broker refuses session timeouts under 45 s with it unless it is set
     * up for less, so a group that must notice a death within seconds uses the classic protocol, where the client says.
     * Consumers with assigned partitions have no group and keep the classic
     * consumer, whose poll runs on the caller's thread.
     *
     * Every limit on sizes follows from maxRecordBytes, here and in Topics: a record that a producer accepts is one that
     * the topic takes and a consumer can fetch.
     */
    private static final int DELIVERY_TIMEOUT_MILLIS = 30_000;

    /** How long a send may wait for a topic's metadata or for buffer space: less than anyone waits for an answer. */
    private static final int LOW_LATENCY_MAX_BLOCK_MILLIS = 5_000;

    private static final long DEFAULT_BUFFER_BYTES = 32L << 20;

    /** Latest values are small, and a table reads many at its start. */
    private static final int TABLE_MAX_POLL_RECORDS = 500;

    private static final int REPLY_MAX_POLL_RECORDS = 50;

    private static final int OS_SIZED = -1;

    /** The least that brokers allow by default (group.min.session.timeout.ms). */
    public static final Duration SHARE_SESSION_TIMEOUT = Duration.ofSeconds(6);

    /** With every heartbeat a member learns whether the group shares out anew: this much is added to the timeout. */
    private static final Duration SHARE_HEARTBEAT = Duration.ofSeconds(1);

    private ClientSettings() {}

    /** For activations, results, measurements and probes: sent at once, acknowledged by the leader. */
    public static Map<String, Object> lowLatencyProducer(KafkaConnection connection, String clientId) {
        Map<String, Object> settings = producer(connection, clientId);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.ACKS_CONFIG, "1");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, LOW_LATENCY_MAX_BLOCK_MILLIS);
        settings.putAll(connection.extra());
        return settings;
    }

    /** For plans and the catalog: acknowledged by all replicas, in order, without duplicates. */
    public static Map<String, Object> controlProducer(KafkaConnection connection, String clientId) {
        Map<String, Object> settings = producer(connection, clientId);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.putAll(connection.extra());
        return settings;
    }

    private static Map<String, Object> producer(KafkaConnection connection, String clientId) {
        Map<String, Object> settings = common(connection, clientId);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, connection.maxRecordBytes());
        settings.put(
                ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(DEFAULT_BUFFER_BYTES, 2L * connection.maxRecordBytes()));
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MILLIS);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MILLIS);
        return settings;
    }

    /**
     * For tails: a member of a consumer group (KIP-848) that commits by itself, after its results. A group that has never
     * committed starts at the beginning, so that what came before its first member is not lost.
     *
     * @param maxPollRecords small: what one poll returned is taken from the group's other members
     */
    public static Map<String, Object> lowLatencyConsumer(
            KafkaConnection connection, String clientId, String groupId, int maxPollRecords) {
        Map<String, Object> settings = consumer(connection, clientId, maxPollRecords);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
        settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.CHECK_CRCS_CONFIG, false);
        settings.putAll(connection.extra());
        return settings;
    }

    /**
     * For replicas that share work by partition and must take over quickly: a member of a group that begins at the end, and
     * whose partitions go to others when it was silent for {@link #SHARE_SESSION_TIMEOUT}. Nothing is committed.
     */
    public static Map<String, Object> sharingConsumer(
            KafkaConnection connection, String clientId, String groupId, int maxPollRecords) {
        Map<String, Object> settings = consumer(connection, clientId, maxPollRecords);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
        settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, Math.toIntExact(SHARE_SESSION_TIMEOUT.toMillis()));
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, Math.toIntExact(SHARE_HEARTBEAT.toMillis()));
        settings.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        settings.putAll(connection.extra());
        return settings;
    }

    /** For an edge node's results: assigned partitions, from the end, no group. */
    public static Map<String, Object> replyConsumer(KafkaConnection connection, String clientId) {
        Map<String, Object> settings = consumer(connection, clientId, REPLY_MAX_POLL_RECORDS);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        settings.put(ConsumerConfig.CHECK_CRCS_CONFIG, false);
        settings.putAll(connection.extra());
        return settings;
    }

    /**
     * For compacted topics: assigned partitions, no group. Its user seeks the beginning; a position that the topic no
     * longer has is an error, as the topic is then another one.
     */
    public static Map<String, Object> tableConsumer(KafkaConnection connection, String clientId) {
        Map<String, Object> settings = consumer(connection, clientId, TABLE_MAX_POLL_RECORDS);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.CHECK_CRCS_CONFIG, true);
        settings.putAll(connection.extra());
        return settings;
    }

    private static Map<String, Object> consumer(KafkaConnection connection, String clientId, int maxPollRecords) {
        if (maxPollRecords < 1) {
            throw new IllegalArgumentException("max poll records %d: expected at least 1".formatted(maxPollRecords));
        }
        Map<String, Object> settings = common(connection, clientId);
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxPollRecords);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, connection.maxRecordBytes());
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, connection.maxRecordBytes());
        // A reader that came first would make the topic with the wrong partitions and retention.
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return settings;
    }

    /** For creating topics. */
    public static Map<String, Object> admin(KafkaConnection connection, String clientId) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, connection.bootstrapServers());
        settings.put(AdminClientConfig.CLIENT_ID_CONFIG, clientId);
        settings.put(AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        settings.putAll(connection.extra());
        return settings;
    }

    private static Map<String, Object> common(KafkaConnection connection, String clientId) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, connection.bootstrapServers());
        settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
        settings.put(CommonClientConfigs.SEND_BUFFER_CONFIG, OS_SIZED);
        settings.put(CommonClientConfigs.RECEIVE_BUFFER_CONFIG, OS_SIZED);
        // Client telemetry would share an edge node's link with its requests.
        settings.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        return settings;
    }
}
