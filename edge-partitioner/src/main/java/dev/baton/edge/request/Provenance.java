package dev.baton.edge.request;

import dev.baton.edge.measure.Energy;
import dev.baton.partitioning.Placement;
import java.util.Optional;

/**
 * How an answer came about.
 *
 * @param splitPoint index of the placement: 0 for {@code CloudOnly}, the last for {@code EdgeOnly}
 * @param sentAs     the codec of the tensors sent, or the media type of the picture; empty when nothing was to be sent
 * @param bytesSent  of the record handed to the broker, 0 when none was
 * @param reason     why this placement; for a local completion, why not in the cloud
 * @param device     of this edge node
 * @param energy     what the request cost this edge node; empty where its power is not known
 */
public record Provenance(
        Placement placement,
        int splitPoint,
        Optional<String> sentAs,
        long planEpoch,
        long bytesSent,
        CompletedBy completedBy,
        String reason,
        Optional<String> tail,
        String device,
        StageTimes times,
        Optional<Energy> energy) {

    /** Who ran the last operator. */
    public enum CompletedBy {
        EDGE,
        CLOUD
    }
}
