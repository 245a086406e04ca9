package dev.baton.tail.serving;

import dev.baton.openinference.grpc.OpenInferenceGrpc;
import dev.baton.openinference.grpc.StreamSettings;
import dev.baton.openinference.protocol.ErrorContract;
import dev.baton.openinference.protocol.InferenceCalls;
import dev.baton.openinference.protocol.OpenInference;
import dev.baton.tail.TailConfig;
import io.quarkus.grpc.GrpcService;

/** The Open Inference Protocol over gRPC, on the tail's one port. */
@GrpcService
public final class InferenceGrpcService extends OpenInferenceGrpc {

    InferenceGrpcService(OpenInference protocol, InferenceCalls calls, ErrorContract errors, TailConfig config) {
        super(protocol, calls, errors, StreamSettings.ofWindow(config.serving().streamWindow()), System::nanoTime);
    }
}
