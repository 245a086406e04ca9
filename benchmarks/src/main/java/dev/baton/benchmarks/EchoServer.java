package dev.baton.benchmarks;

import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** A gRPC server that answers every request with the same response: what requests and responses of these bytes take by themselves. */
final class EchoServer implements AutoCloseable {

    private final Server server;
    private volatile ModelInferResponse response = ModelInferResponse.getDefaultInstance();

    EchoServer() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .maxInboundMessageSize(64 << 20)
                .addService(new GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase() {
                    @Override
                    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
                        observer.onNext(response);
                        observer.onCompleted();
                    }
                })
                .build()
                .start();
    }

    /** From now on this is the answer. */
    void answer(ModelInferResponse answer) {
        response = answer;
    }

    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
