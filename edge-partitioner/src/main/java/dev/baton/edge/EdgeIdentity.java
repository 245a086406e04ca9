package dev.baton.edge;

import dev.baton.messaging.Topics;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Who this edge node is to the rest of the fleet.
 *
 * @param replyPartition of the results topic
 */
record EdgeIdentity(String id, int replyPartition) {

    EdgeIdentity {
        if (!id.matches("[a-zA-Z0-9._-]{1,200}")) {
            throw new IllegalArgumentException(
                    "baton.edge.id '%s': expected 1 to 200 letters, digits, '.', '_' or '-'".formatted(id));
        }
        if (replyPartition < 0 || replyPartition >= Topics.RESULT_PARTITIONS) {
            throw new IllegalArgumentException("baton.edge.reply-partition %d: expected 0 to %d"
                    .formatted(replyPartition, Topics.RESULT_PARTITIONS - 1));
        }
    }

    static EdgeIdentity of(EdgeConfig config) {
        String id = config.id().orElseGet(EdgeIdentity::hostName);
        return new EdgeIdentity(
                id, config.replyPartition().orElse(Math.floorMod(id.hashCode(), Topics.RESULT_PARTITIONS)));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("this host has no name: set baton.edge.id", e);
        }
    }
}
