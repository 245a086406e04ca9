package dev.baton.clients;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelMetadataRequest;
import dev.baton.schemas.inference.ModelMetadataResponse;
import dev.baton.schemas.inference.ModelReadyRequest;
import dev.baton.schemas.inference.ServerLiveRequest;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A plain client of the Open Inference Protocol, as anybody could write it. */
public final class EdgeClient implements AutoCloseable {

    private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

    private final String address;
    private final ManagedChannel channel;
    private final Duration limit;

    /**
     * @param address {@code host:port}
     * @param limit   for each request
     */
    public EdgeClient(String address, Duration limit) {
        if (!address.matches(".+:\\d{1,5}")) {
            throw new IllegalArgumentException("edge node '%s': expected host:port".formatted(address));
        }
        this.address = address;
        this.limit = limit;
        this.channel = NettyChannelBuilder.forTarget("dns:///" + address)
                .usePlaintext()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
    }

    public boolean isLive() {
        return ask(
                () -> stub().serverLive(ServerLiveRequest.getDefaultInstance()).getLive());
    }

    /** Whether the model's sessions are open and warm. */
    public boolean isReady(String model) {
        return ask(() -> stub().modelReady(
                        ModelReadyRequest.newBuilder().setName(model).build())
                .getReady());
    }

    /** The name of the model's first input. */
    public String firstInput(String model) {
        ModelMetadataResponse metadata = ask(() -> stub().modelMetadata(
                        ModelMetadataRequest.newBuilder().setName(model).build()));
        if (metadata.getInputsCount() == 0) {
            throw new ServiceRefusedException("the edge node names no inputs of model " + model);
        }
        return metadata.getInputs(0).getName();
    }

    /** Sends an encoded picture. */
    public Answer infer(String model, String input, byte[] picture) {
        ByteBuffer element = ByteBuffer.allocate(Integer.BYTES + picture.length).order(ByteOrder.LITTLE_ENDIAN);
        element.putInt(picture.length).put(picture).flip();
        return infer(ModelInferRequest.newBuilder()
                .setModelName(model)
                .addInputs(InferInputTensor.newBuilder()
                        .setName(input)
                        .setDatatype("BYTES")
                        .addShape(1))
                .addRawInputContents(UnsafeByteOperations.unsafeWrap(element))
                .build());
    }

    /** Sends tensors. */
    public Answer infer(String model, Map<String, Tensor> inputs) {
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(model);
        inputs.forEach((name, tensor) -> request.addInputs(InferInputTensor.newBuilder()
                        .setName(name)
                        .setDatatype(tensor.type().name())
                        .addAllShape(tensor.shape().dimensions()))
                .addRawInputContents(UnsafeByteOperations.unsafeWrap(tensor.data())));
        return infer(request.build());
    }

    private Answer infer(ModelInferRequest request) {
        long start = System.nanoTime();
        ModelInferResponse response = ask(() -> stub().modelInfer(request));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        return new Answer(outputs(response), Provenance.of(response.getParametersMap()), took);
    }

    private static Map<String, Tensor> outputs(ModelInferResponse response) {
        List<ByteString> raw = response.getRawOutputContentsList();
        if (raw.size() != response.getOutputsCount()) {
            throw new ServiceRefusedException("the edge node answered %d outputs with %d contents"
                    .formatted(response.getOutputsCount(), raw.size()));
        }
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (int i = 0; i < raw.size(); i++) {
            var output = response.getOutputs(i);
            outputs.put(
                    output.getName(),
                    Tensor.of(
                            ElementType.ofName(output.getDatatype()),
                            new Shape(output.getShapeList()),
                            raw.get(i).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN)));
        }
        return outputs;
    }

    private GRPCInferenceServiceBlockingStub stub() {
        return GRPCInferenceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(limit);
    }

    private interface Question<T> {
        T ask();
    }

    private <T> T ask(Question<T> question) {
        try {
            return question.ask();
        } catch (StatusRuntimeException e) {
            Status status = e.getStatus();
            if (status.getCode() == Status.Code.UNAVAILABLE && status.getCause() instanceof java.io.IOException) {
                throw new ServiceUnreachableException(
                        "the edge node does not answer at %s: start a stack with './baton up', or name another with --edge"
                                .formatted(address),
                        e);
            }
            throw new ServiceRefusedException(
                    "the edge node at %s says %s: %s".formatted(address, status.getCode(), status.getDescription()), e);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            if (!channel.awaitTermination(2, TimeUnit.SECONDS)) {
                System.getLogger(EdgeClient.class.getName())
                        .log(System.Logger.Level.DEBUG, "the channel to {0} is still closing", address);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
