package dev.baton.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelInferResponse.InferOutputTensor;
import dev.baton.schemas.inference.ModelMetadataRequest;
import dev.baton.schemas.inference.ModelMetadataResponse;
import dev.baton.schemas.inference.ModelMetadataResponse.TensorMetadata;
import dev.baton.schemas.inference.ModelReadyRequest;
import dev.baton.schemas.inference.ModelReadyResponse;
import dev.baton.schemas.inference.ModelStreamInferResponse;
import dev.baton.schemas.inference.RepositoryIndexRequest;
import dev.baton.schemas.inference.RepositoryIndexResponse;
import dev.baton.schemas.inference.RepositoryIndexResponse.ModelIndex;
import dev.baton.schemas.inference.ServerLiveRequest;
import dev.baton.schemas.inference.ServerLiveResponse;
import dev.baton.schemas.inference.ServerMetadataRequest;
import dev.baton.schemas.inference.ServerMetadataResponse;
import dev.baton.schemas.inference.ServerReadyRequest;
import dev.baton.schemas.inference.ServerReadyResponse;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server of the protocol on this machine that does as it is told; without a word it answers with what it was asked. */
final class TestingServer extends GRPCInferenceServiceImplBase implements ServerInterceptor, AutoCloseable {

    static final String MODEL = "echo";

    /** What a server does with a request. */
    interface Behaviour {
        void infer(ModelInferRequest request, StreamObserver<ModelInferResponse> answer);
    }

    /** What a server does with a stream. */
    interface StreamBehaviour {
        void infer(ModelInferRequest request, StreamObserver<ModelStreamInferResponse> answers);
    }

    final LinkedBlockingQueue<ModelInferRequest> requests = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<Metadata> headers = new LinkedBlockingQueue<>();
    final CountDownLatch cancelled = new CountDownLatch(1);
    volatile boolean live = true;
    volatile Behaviour behaviour = TestingServer::echo;
    volatile StreamBehaviour streamBehaviour =
            (request, answers) -> answers.onNext(ModelStreamInferResponse.newBuilder()
                    .setInferResponse(echoOf(request))
                    .build());
    volatile ModelMetadataResponse metadata = metadata("image", "FP32", 1, 3, -1, -1);
    private final Server server;

    private TestingServer(int port, ServerCredentials credentials) {
        try {
            server = NettyServerBuilder.forAddress(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), credentials)
                    .maxInboundMessageSize(64 * 1024 * 1024)
                    .addService(this)
                    .intercept(this)
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static TestingServer start() {
        return new TestingServer(0, InsecureServerCredentials.create());
    }

    static TestingServer start(int port) {
        return new TestingServer(port, InsecureServerCredentials.create());
    }

    static TestingServer start(ServerCredentials credentials) {
        return new TestingServer(0, credentials);
    }

    /** An address that nobody listens at. */
    static String deadAddress() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return "127.0.0.1:" + socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getPort();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    /** Fails every request with this. */
    void fail(StatusRuntimeException status) {
        behaviour = (request, answer) -> answer.onError(status);
    }

    static StatusRuntimeException status(Code code, String message, Message... details) {
        com.google.rpc.Status.Builder status =
                com.google.rpc.Status.newBuilder().setCode(code.getNumber()).setMessage(message);
        for (Message detail : details) {
            status.addDetails(Any.pack(detail));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }

    static RetryInfo retryAfter(Duration wait) {
        return RetryInfo.newBuilder()
                .setRetryDelay(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(wait.getSeconds())
                        .setNanos(wait.getNano()))
                .build();
    }

    static ErrorInfo reason(String reason) {
        return ErrorInfo.newBuilder().setReason(reason).setDomain("baton.dev").build();
    }

    static ModelMetadataResponse metadata(String input, String datatype, long... shape) {
        TensorMetadata.Builder tensor =
                TensorMetadata.newBuilder().setName(input).setDatatype(datatype);
        for (long length : shape) {
            tensor.addShape(length);
        }
        return ModelMetadataResponse.newBuilder()
                .setName(MODEL)
                .addVersions("1")
                .setPlatform("testing")
                .addInputs(tensor)
                .addOutputs(tensor.build())
                .build();
    }

    static void echo(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
        answer.onNext(echoOf(request));
        answer.onCompleted();
    }

    static ModelInferResponse echoOf(ModelInferRequest request) {
        ModelInferResponse.Builder response = ModelInferResponse.newBuilder()
                .setModelName(request.getModelName())
                .setModelVersion("1")
                .setId(request.getId())
                .addAllRawOutputContents(request.getRawInputContentsList());
        request.getInputsList()
                .forEach(input -> response.addOutputs(InferOutputTensor.newBuilder()
                        .setName(input.getName())
                        .setDatatype(input.getDatatype())
                        .addAllShape(input.getShapeList())));
        request.getParametersMap().forEach((name, value) -> response.putParameters(name, value));
        return response.build();
    }

    static InferParameter text(String value) {
        return InferParameter.newBuilder().setStringParam(value).build();
    }

    /** Answers nothing. */
    static void stall(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {}

    ModelInferRequest awaitRequest() throws InterruptedException {
        ModelInferRequest request = requests.poll(20, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no request within 20 s");
        }
        return request;
    }

    /** Ends connections at once, as a process that was killed. */
    void kill() throws InterruptedException {
        server.shutdownNow();
        if (!server.awaitTermination(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the server did not end within 20 s");
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata given, ServerCallHandler<Q, R> next) {
        headers.add(given);
        return next.startCall(call, given);
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
        ((ServerCallStreamObserver<ModelInferResponse>) answer).setOnCancelHandler(cancelled::countDown);
        requests.add(request);
        behaviour.infer(request, answer);
    }

    @Override
    public StreamObserver<ModelInferRequest> modelStreamInfer(StreamObserver<ModelStreamInferResponse> answers) {
        ((ServerCallStreamObserver<ModelStreamInferResponse>) answers).setOnCancelHandler(cancelled::countDown);
        return new StreamObserver<>() {
            @Override
            public void onNext(ModelInferRequest request) {
                requests.add(request);
                streamBehaviour.infer(request, answers);
            }

            @Override
            public void onError(Throwable gone) {
                cancelled.countDown();
            }

            @Override
            public void onCompleted() {
                answers.onCompleted();
            }
        };
    }

    @Override
    public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> answer) {
        give(answer, ServerLiveResponse.newBuilder().setLive(live).build());
    }

    @Override
    public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> answer) {
        give(answer, ServerReadyResponse.newBuilder().setReady(true).build());
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> answer) {
        if (request.getName().equals(MODEL)) {
            give(answer, ModelReadyResponse.newBuilder().setReady(true).build());
        } else {
            answer.onError(status(Code.NOT_FOUND, "no model '%s'".formatted(request.getName())));
        }
    }

    @Override
    public void serverMetadata(ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> answer) {
        give(
                answer,
                ServerMetadataResponse.newBuilder()
                        .setName("testing")
                        .setVersion("7")
                        .addAllExtensions(List.of("statistics"))
                        .build());
    }

    @Override
    public void modelMetadata(ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> answer) {
        give(answer, metadata);
    }

    @Override
    public void repositoryIndex(RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> answer) {
        give(
                answer,
                RepositoryIndexResponse.newBuilder()
                        .addModels(ModelIndex.newBuilder()
                                .setName(MODEL)
                                .setVersion("1")
                                .setState("READY"))
                        .addModels(ModelIndex.newBuilder()
                                .setName("large")
                                .setState("LOADING")
                                .setReason("40 of 90 MB"))
                        .build());
    }

    private static <T> void give(StreamObserver<T> answer, T message) {
        answer.onNext(message);
        answer.onCompleted();
    }
}
