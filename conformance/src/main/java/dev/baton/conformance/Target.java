package dev.baton.conformance;

import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import io.grpc.Channel;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The server that is asked.
 *
 * @param rest            its HTTP address, such as {@code http://host:8000}; empty: only gRPC is looked at
 * @param model           a model that is ready, whose inputs take zeros
 * @param details         whether {@code google.rpc} details are expected, which not every server gives
 * @param maxMessageBytes the largest request it takes; more is to be refused
 * @param notReadyModels  models that it knows and that are not ready
 * @param patience        for one answer
 */
public record Target(
        Channel channel,
        Optional<URI> rest,
        String model,
        boolean details,
        int maxMessageBytes,
        Set<String> notReadyModels,
        Duration patience) {

    public Target {
        notReadyModels = Set.copyOf(notReadyModels);
    }

    GRPCInferenceServiceBlockingStub stub() {
        return GRPCInferenceServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    GRPCInferenceServiceStub streamingStub() {
        return GRPCInferenceServiceGrpc.newStub(channel).withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS);
    }
}
