package dev.baton.edge.service;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** A foreign client: nothing but the protocol. */
final class EdgeClient implements AutoCloseable {

    private final ManagedChannel channel;

    EdgeClient(int port) {
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .maxInboundMessageSize(64 << 20)
                .build();
    }

    ManagedChannel channel() {
        return channel;
    }

    GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub() {
        return GRPCInferenceServiceGrpc.newBlockingStub(channel);
    }

    static ModelInferRequest.Builder pictureRequest(byte[] jpeg) {
        ByteBuffer element = ByteBuffer.allocate(4 + jpeg.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(jpeg.length)
                .put(jpeg)
                .flip();
        return ModelInferRequest.newBuilder()
                .setModelName(TinyModel.NAME)
                .addInputs(InferInputTensor.newBuilder()
                        .setName("picture")
                        .setDatatype("BYTES")
                        .addShape(1))
                .addRawInputContents(UnsafeByteOperations.unsafeWrap(element));
    }

    static ModelInferRequest.Builder tensorRequest(Tensor tensor) {
        return ModelInferRequest.newBuilder()
                .setModelName(TinyModel.NAME)
                .addInputs(InferInputTensor.newBuilder()
                        .setName("picture")
                        .setDatatype(tensor.type().name())
                        .addAllShape(tensor.shape().dimensions()))
                .addRawInputContents(ByteString.copyFrom(tensor.data()));
    }

    static Tensor output(ModelInferResponse response, int index) {
        ModelInferResponse.InferOutputTensor output = response.getOutputs(index);
        return Tensor.of(
                ElementType.ofName(output.getDatatype()),
                new Shape(output.getShapeList()),
                response.getRawOutputContents(index).asReadOnlyByteBuffer());
    }

    static String text(ModelInferResponse response, String parameter) {
        return Objects.requireNonNull(response.getParametersMap().get(parameter), parameter)
                .getStringParam();
    }

    static long number(ModelInferResponse response, String parameter) {
        return Objects.requireNonNull(response.getParametersMap().get(parameter), parameter)
                .getInt64Param();
    }

    static BigDecimal millis(ModelInferResponse response, String parameter) {
        return new BigDecimal(text(response, parameter));
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
