package dev.baton.edge.cloud;

import dev.baton.openinference.Claim;
import dev.baton.tensor.codec.EncodedTensor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Work for a tail: the baton.
 *
 * @param requestId  unique among all requests of all edge nodes
 * @param splitPoint 0 where nothing ran on the edge node
 * @param tensors    what crosses, by name
 * @param picture    sent instead of the input it becomes
 * @param outputs    wanted of the tail; empty means all
 * @param budget     time left for an answer that is still of use
 * @param claim      of the client
 */
public record Activation(
        String requestId,
        String model,
        String version,
        int splitPoint,
        long planEpoch,
        Map<String, EncodedTensor> tensors,
        Optional<Picture> picture,
        List<String> outputs,
        Duration budget,
        Claim claim) {}
