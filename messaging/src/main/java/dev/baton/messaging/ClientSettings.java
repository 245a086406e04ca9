package dev.baton.messaging;

import java.util.Map;

/** Settings of Kafka clients for each use that Baton makes of them. Keys are strings, values are byte arrays. */
@SuppressWarnings("DoNotCallSuggester")
public final class ClientSettings {
    private ClientSettings() {}

    /** For activations, results, measurements and probes: sent at once, acknowledged by the leader. */
    public static Map<String, Object> lowLatencyProducer(KafkaConnection connection, String clientId) {
        throw new UnsupportedOperationException(connection + clientId);
    }

    /** For plans and the catalog: acknowledged by all replicas, in order, without duplicates. */
    public static Map<String, Object> controlProducer(KafkaConnection connection, String clientId) {
        throw new UnsupportedOperationException(connection + clientId);
    }

    /** For tails: a member of a consumer group (KIP-848) that commits by itself, after its results. */
    public static Map<String, Object> lowLatencyConsumer(
            KafkaConnection connection, String clientId, String groupId, int maxPollRecords) {
        throw new UnsupportedOperationException(connection + clientId + groupId + maxPollRecords);
    }

    /** For an edge node's results: assigned partitions, from the end, no group. */
    public static Map<String, Object> replyConsumer(KafkaConnection connection, String clientId) {
        throw new UnsupportedOperationException(connection + clientId);
    }

    /** For compacted topics: assigned partitions, from the beginning, no group. */
    public static Map<String, Object> tableConsumer(KafkaConnection connection, String clientId) {
        throw new UnsupportedOperationException(connection + clientId);
    }

    /** For creating topics. */
    public static Map<String, Object> admin(KafkaConnection connection, String clientId) {
        throw new UnsupportedOperationException(connection + clientId);
    }
}
