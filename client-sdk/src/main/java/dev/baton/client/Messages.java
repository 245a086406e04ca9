package dev.baton.client;

import com.google.protobuf.ByteString;
import dev.baton.client.AttemptedCall.Answer;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.InferTensorContents;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelInferResponse.InferOutputTensor;
import dev.baton.schemas.inference.ModelMetadataResponse;
import dev.baton.schemas.inference.RepositoryIndexResponse;
import dev.baton.schemas.inference.ServerMetadataResponse;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The protocol's messages from and to this client's types. Requests are raw; answers may be raw or typed. */
final class Messages {

    private Messages() {}

    static ModelInferRequest write(InferenceRequest request, String id) {
        ModelInferRequest.Builder message = ModelInferRequest.newBuilder()
                .setModelName(request.model())
                .setModelVersion(request.version())
                .setId(id);
        for (InferenceInput input : request.inputs()) {
            message.addInputs(InferInputTensor.newBuilder()
                    .setName(input.name())
                    .setDatatype(input.datatype().name())
                    .addAllShape(input.shape().dimensions()));
            message.addRawInputContents(input.contents());
        }
        for (String output : request.outputs()) {
            message.addOutputs(InferRequestedOutputTensor.newBuilder().setName(output));
        }
        request.parameters().forEach((name, value) -> message.putParameters(name, parameter(value)));
        return message.build();
    }

    private static InferParameter parameter(Object value) {
        InferParameter.Builder parameter = InferParameter.newBuilder();
        if (value instanceof Boolean truth) {
            parameter.setBoolParam(truth);
        } else if (value instanceof Long number) {
            parameter.setInt64Param(number);
        } else if (value instanceof Double number) {
            parameter.setDoubleParam(number);
        } else {
            parameter.setStringParam(value.toString());
        }
        return parameter.build();
    }

    static InferenceResult read(Answer<ModelInferResponse> answer) {
        ModelInferResponse message = answer.message();
        Map<String, Object> parameters = parameters(message.getParametersMap());
        return new InferenceResult(
                message.getModelName(),
                message.getModelVersion(),
                message.getId(),
                outputs(message),
                parameters,
                Provenance.of(parameters),
                answer.edge(),
                answer.attempts(),
                answer.took());
    }

    static Map<String, Object> parameters(Map<String, InferParameter> message) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        message.forEach((name, parameter) -> {
            switch (parameter.getParameterChoiceCase()) {
                case BOOL_PARAM -> parameters.put(name, parameter.getBoolParam());
                case INT64_PARAM -> parameters.put(name, parameter.getInt64Param());
                case UINT64_PARAM -> parameters.put(name, parameter.getUint64Param());
                case DOUBLE_PARAM -> parameters.put(name, parameter.getDoubleParam());
                case STRING_PARAM -> parameters.put(name, parameter.getStringParam());
                case PARAMETERCHOICE_NOT_SET -> parameters.put(name, "");
            }
        });
        return parameters;
    }

    private static Map<String, OutputTensor> outputs(ModelInferResponse message) {
        List<ByteString> raw = message.getRawOutputContentsList();
        if (!raw.isEmpty() && raw.size() != message.getOutputsCount()) {
            throw new MalformedAnswerProblem(
                    "%d outputs with %d raw contents".formatted(message.getOutputsCount(), raw.size()));
        }
        Map<String, OutputTensor> outputs = new LinkedHashMap<>();
        for (int i = 0; i < message.getOutputsCount(); i++) {
            InferOutputTensor output = message.getOutputs(i);
            OutputTensor tensor = raw.isEmpty() ? typed(output) : raw(output, raw.get(i));
            if (outputs.putIfAbsent(output.getName(), tensor) != null) {
                throw new MalformedAnswerProblem("output '%s' twice".formatted(output.getName()));
            }
        }
        return outputs;
    }

    private static OutputTensor raw(InferOutputTensor output, ByteString contents) {
        Datatype datatype = datatype(output.getName(), output.getDatatype());
        Shape shape = shape(output);
        if (datatype == Datatype.BYTES) {
            List<ByteString> elements = Packing.unpackBytes(
                    contents,
                    why -> new MalformedAnswerProblem("output '%s' BYTES: %s".formatted(output.getName(), why)));
            requireElements(output, shape, elements.size());
        } else if (contents.size() % datatype.bytes() == 0) {
            requireElements(output, shape, contents.size() / datatype.bytes());
        } else {
            throw new MalformedAnswerProblem(
                    "output '%s' %s has %d bytes".formatted(output.getName(), datatype, contents.size()));
        }
        return new OutputTensor(output.getName(), datatype, shape, contents);
    }

    private static OutputTensor typed(InferOutputTensor output) {
        Datatype datatype = datatype(output.getName(), output.getDatatype());
        Shape shape = shape(output);
        InferTensorContents contents = output.getContents();
        int elements =
                switch (datatype) {
                    case BOOL -> contents.getBoolContentsCount();
                    case INT8, INT16, INT32 -> contents.getIntContentsCount();
                    case INT64 -> contents.getInt64ContentsCount();
                    case UINT8, UINT16, UINT32 -> contents.getUintContentsCount();
                    case UINT64 -> contents.getUint64ContentsCount();
                    case FP32 -> contents.getFp32ContentsCount();
                    case FP64 -> contents.getFp64ContentsCount();
                    case BYTES -> contents.getBytesContentsCount();
                    case FP16, BF16 ->
                        throw new MalformedAnswerProblem(
                                "output '%s' %s in typed contents, which that type does not have"
                                        .formatted(output.getName(), datatype));
                };
        requireElements(output, shape, elements);
        return new OutputTensor(output.getName(), datatype, shape, packed(datatype, contents, elements));
    }

    private static ByteString packed(Datatype datatype, InferTensorContents contents, int elements) {
        if (datatype == Datatype.BYTES) {
            return Packing.bytes(contents.getBytesContentsList());
        }
        ByteBuffer packed = Packing.room(datatype, elements);
        for (int i = 0; i < elements; i++) {
            switch (datatype) {
                case BOOL -> packed.put((byte) (contents.getBoolContents(i) ? 1 : 0));
                case INT8 -> packed.put((byte) contents.getIntContents(i));
                case INT16 -> packed.putShort((short) contents.getIntContents(i));
                case INT32 -> packed.putInt(contents.getIntContents(i));
                case INT64 -> packed.putLong(contents.getInt64Contents(i));
                case UINT8 -> packed.put((byte) contents.getUintContents(i));
                case UINT16 -> packed.putShort((short) contents.getUintContents(i));
                case UINT32 -> packed.putInt(contents.getUintContents(i));
                case UINT64 -> packed.putLong(contents.getUint64Contents(i));
                case FP32 -> packed.putFloat(contents.getFp32Contents(i));
                case FP64 -> packed.putDouble(contents.getFp64Contents(i));
                case FP16, BF16, BYTES -> throw new IllegalStateException(datatype + " was dealt with before");
            }
        }
        return Packing.wrapped(packed.rewind());
    }

    private static void requireElements(InferOutputTensor output, Shape shape, long elements) {
        if (shape.elementCount() != elements) {
            throw new MalformedAnswerProblem("output '%s' %s %s has %d elements"
                    .formatted(output.getName(), output.getDatatype(), shape, elements));
        }
    }

    private static Shape shape(InferOutputTensor output) {
        try {
            Shape shape = new Shape(output.getShapeList());
            if (shape.isFixed() && shape.elementCount() <= Integer.MAX_VALUE) {
                return shape;
            }
        } catch (IllegalArgumentException | ArithmeticException impossible) {
            throw new MalformedAnswerProblem("output '%s': %s".formatted(output.getName(), impossible.getMessage()));
        }
        throw new MalformedAnswerProblem(
                "output '%s' has the shape %s".formatted(output.getName(), output.getShapeList()));
    }

    private static Datatype datatype(String tensor, String name) {
        try {
            return Datatype.ofName(name);
        } catch (IllegalArgumentException unknown) {
            throw new MalformedAnswerProblem("'%s': %s".formatted(tensor, unknown.getMessage()));
        }
    }

    static ModelMetadata metadata(ModelMetadataResponse message) {
        return new ModelMetadata(
                message.getName(),
                message.getVersionsList(),
                message.getPlatform(),
                message.getInputsList().stream().map(Messages::metadata).toList(),
                message.getOutputsList().stream().map(Messages::metadata).toList());
    }

    private static TensorMetadata metadata(ModelMetadataResponse.TensorMetadata tensor) {
        try {
            return new TensorMetadata(
                    tensor.getName(),
                    datatype(tensor.getName(), tensor.getDatatype()),
                    new Shape(tensor.getShapeList()));
        } catch (IllegalArgumentException impossible) {
            throw new MalformedAnswerProblem("'%s': %s".formatted(tensor.getName(), impossible.getMessage()));
        }
    }

    static ServerMetadata metadata(ServerMetadataResponse message) {
        return new ServerMetadata(message.getName(), message.getVersion(), message.getExtensionsList());
    }

    static List<ListedModel> models(RepositoryIndexResponse message) {
        return message.getModelsList().stream()
                .map(model -> new ListedModel(model.getName(), model.getVersion(), model.getState(), model.getReason()))
                .toList();
    }
}
