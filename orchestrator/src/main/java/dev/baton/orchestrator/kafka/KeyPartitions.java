package dev.baton.orchestrator.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/** Where Kafka's producers put a record with a key, unless they are told otherwise. */
public final class KeyPartitions {
    private KeyPartitions() {}

    /** The partition, of {@code partitions}, of records with {@code key}. */
    public static int of(String key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions;
    }
}
