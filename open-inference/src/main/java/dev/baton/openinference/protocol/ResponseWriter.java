package dev.baton.openinference.protocol;

import com.google.protobuf.UnsafeByteOperations;
import dev.baton.openinference.ModelAnswer;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelInferResponse.InferOutputTensor;
import dev.baton.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Makes a {@code ModelInferResponse} of an answer: outputs always raw, as Triton does, remarks in the parameters. */
final class ResponseWriter {

    private ResponseWriter() {}

    /**
     * {@code id} is echoed.
     *
     * @param classifications by output
     * @param labels          by output
     */
    static ModelInferResponse write(
            ModelAnswer answer,
            String id,
            Map<String, Classification> classifications,
            Map<String, List<String>> labels) {
        ModelInferResponse.Builder response = ModelInferResponse.newBuilder()
                .setModelName(answer.model())
                .setModelVersion(answer.version())
                .setId(id);
        answer.outputs().forEach((name, tensor) -> {
            Classification classification = classifications.get(name);
            if (classification == null) {
                addOutput(response, name, tensor);
            } else {
                addTexts(response, name, classification.of(tensor, labels.getOrDefault(name, List.of())));
            }
        });
        answer.remarks().forEach((name, value) -> response.putParameters(name, parameter(value)));
        return response.build();
    }

    private static void addOutput(ModelInferResponse.Builder response, String name, Tensor tensor) {
        response.addOutputs(InferOutputTensor.newBuilder()
                .setName(name)
                .setDatatype(tensor.type().name())
                .addAllShape(tensor.shape().dimensions()));
        response.addRawOutputContents(UnsafeByteOperations.unsafeWrap(tensor.data()));
    }

    private static void addTexts(ModelInferResponse.Builder response, String name, Classification.Texts texts) {
        response.addOutputs(InferOutputTensor.newBuilder()
                .setName(name)
                .setDatatype("BYTES")
                .addAllShape(texts.shape().dimensions()));
        response.addRawOutputContents(texts.raw());
    }

    private static InferParameter parameter(Object value) {
        InferParameter.Builder parameter = InferParameter.newBuilder();
        switch (value) {
            case Long number -> parameter.setInt64Param(number);
            case Boolean flag -> parameter.setBoolParam(flag);
            default -> parameter.setStringParam(value.toString());
        }
        return parameter.build();
    }
}
