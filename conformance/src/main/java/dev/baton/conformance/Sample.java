package dev.baton.conformance;

import com.google.protobuf.ByteString;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelMetadataRequest;
import dev.baton.schemas.inference.ModelMetadataResponse;
import dev.baton.schemas.inference.ModelMetadataResponse.TensorMetadata;
import java.util.List;

/** A request that the model takes: zeros everywhere, each variable dimension 1. */
record Sample(ModelMetadataResponse metadata) {

    static Sample of(Target target) {
        return new Sample(target.stub()
                .modelMetadata(ModelMetadataRequest.newBuilder()
                        .setName(target.model())
                        .build()));
    }

    ModelInferRequest.Builder request() {
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(metadata.getName());
        for (TensorMetadata input : metadata.getInputsList()) {
            List<Long> shape = shape(input);
            request.addInputs(InferInputTensor.newBuilder()
                            .setName(input.getName())
                            .setDatatype(input.getDatatype())
                            .addAllShape(shape))
                    .addRawInputContents(zeros(input.getDatatype(), elements(shape)));
        }
        return request;
    }

    String version() {
        return metadata.getVersionsCount() == 0 ? "" : metadata.getVersions(0);
    }

    TensorMetadata input() {
        return metadata.getInputs(0);
    }

    TensorMetadata output() {
        return metadata.getOutputs(0);
    }

    static List<Long> shape(TensorMetadata input) {
        return input.getShapeList().stream()
                .map(dimension -> dimension < 0 ? 1 : dimension)
                .toList();
    }

    static int elements(List<Long> shape) {
        return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    }

    static ByteString zeros(String datatype, int elements) {
        return ByteString.copyFrom(new byte[elements * bytes(datatype)]);
    }

    /** Bytes of one element. A text that is empty takes the four of its length. */
    static int bytes(String datatype) {
        return switch (datatype) {
            case "BOOL", "UINT8", "INT8" -> 1;
            case "UINT16", "INT16", "FP16", "BF16" -> 2;
            case "UINT64", "INT64", "FP64" -> 8;
            default -> 4;
        };
    }
}
