package dev.baton.messaging;

import java.util.Map;

/**
 * Where the broker is and how large a record may be.
 *
 * @param bootstrapServers {@code host:port}, several separated by commas
 * @param maxRecordBytes the one size from which the limits of producers, consumers and topics follow
 * @param extra Kafka client settings that override Baton's, such as those for TLS and SASL
 */
public record KafkaConnection(String bootstrapServers, int maxRecordBytes, Map<String, String> extra) {
    /** A record smaller than this cannot carry even a plan. */
    private static final int SMALLEST_MAX_RECORD_BYTES = 64 * 1024;

    public KafkaConnection {
        extra = Map.copyOf(extra);
        if (bootstrapServers.isBlank()) {
            throw new IllegalArgumentException("bootstrap servers are empty: expected host:port[,host:port...]");
        }
        if (maxRecordBytes < SMALLEST_MAX_RECORD_BYTES || maxRecordBytes > Integer.MAX_VALUE / 2) {
            throw new IllegalArgumentException("max record bytes %d: expected %d to %d"
                    .formatted(maxRecordBytes, SMALLEST_MAX_RECORD_BYTES, Integer.MAX_VALUE / 2));
        }
    }
}
