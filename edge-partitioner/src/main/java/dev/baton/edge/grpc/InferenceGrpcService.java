package dev.baton.edge.grpc;

import dev.baton.edge.EdgeConfig;
import dev.baton.openinference.grpc.OpenInferenceGrpc;
import dev.baton.openinference.grpc.StreamSettings;
import dev.baton.openinference.protocol.ErrorContract;
import dev.baton.openinference.protocol.InferenceCalls;
import dev.baton.openinference.protocol.OpenInference;
import io.quarkus.grpc.GrpcService;

/** The Open Inference Protocol on the edge node's gRPC port. */
@GrpcService
public class InferenceGrpcService extends OpenInferenceGrpc {

    InferenceGrpcService(OpenInference protocol, InferenceCalls calls, ErrorContract errors, EdgeConfig config) {
        super(protocol, calls, errors, streams(config.serving()), System::nanoTime);
    }

    private static StreamSettings streams(EdgeConfig.Serving config) {
        return new StreamSettings(config.streamWindow(), config.streamOrder(), config.streamWhenFull());
    }
}
