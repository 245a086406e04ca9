package dev.baton.edge.grpc;

import io.quarkus.grpc.runtime.GrpcServerRecorder;

/** The port that clients call. */
public final class GrpcPort {

    private GrpcPort() {}

    /**
     * Quarkus logs that its gRPC port is taken, and goes on. An edge node that nobody can call had better not start.
     *
     * @throws IllegalStateException when no gRPC server listens
     */
    public static void requireListening(int port) {
        if (GrpcServerRecorder.getVerticleCount() == 0) {
            throw new IllegalStateException(
                    "gRPC port %d is taken or cannot be used: free it, or set quarkus.grpc.server.port"
                            .formatted(port));
        }
    }
}
