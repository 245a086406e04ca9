package dev.baton.openinference.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelInferResponse.InferOutputTensor;
import java.io.IOException;
import java.util.Map;

/** Makes an HTTP body of a {@code ModelInferResponse}: JSON, and behind it the outputs that are wanted as binary. */
final class InferBodyWriter {

    static final String BINARY_BY_DEFAULT = "binary_data_output";
    private static final String BINARY = "binary_data";

    private final ModelInferRequest request;
    private final ModelInferResponse response;
    private ByteString binary = ByteString.EMPTY;
    private boolean hasBinary;

    private InferBodyWriter(ModelInferRequest request, ModelInferResponse response) {
        this.request = request;
        this.response = response;
    }

    static RestResponse write(ModelInferRequest request, ModelInferResponse response) {
        InferBodyWriter writer = new InferBodyWriter(request, response);
        ByteString json = Json.write(writer::writeJson);
        return writer.hasBinary
                ? new RestResponse(
                        200,
                        Map.of(
                                RestResponse.CONTENT_TYPE,
                                RestResponse.BINARY,
                                RestApi.JSON_LENGTH,
                                Integer.toString(json.size())),
                        json.concat(writer.binary))
                : RestResponse.json(200, json);
    }

    private void writeJson(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", response.getId());
        json.writeStringField("model_name", response.getModelName());
        json.writeStringField("model_version", response.getModelVersion());
        if (response.getParametersCount() > 0) {
            json.writeObjectFieldStart("parameters");
            for (Map.Entry<String, InferParameter> parameter :
                    response.getParametersMap().entrySet()) {
                json.writeFieldName(parameter.getKey());
                writeParameter(json, parameter.getValue());
            }
            json.writeEndObject();
        }
        json.writeArrayFieldStart("outputs");
        for (int i = 0; i < response.getOutputsCount(); i++) {
            writeOutput(json, response.getOutputs(i), response.getRawOutputContents(i));
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeOutput(JsonGenerator json, InferOutputTensor output, ByteString contents) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", output.getName());
        json.writeStringField("datatype", output.getDatatype());
        json.writeArrayFieldStart("shape");
        for (long dimension : output.getShapeList()) {
            json.writeNumber(dimension);
        }
        json.writeEndArray();
        if (isBinary(output.getName())) {
            json.writeObjectFieldStart("parameters");
            json.writeNumberField(InferBodyReader.BINARY_SIZE, contents.size());
            json.writeEndObject();
            binary = binary.concat(contents);
            hasBinary = true;
        } else {
            json.writeFieldName("data");
            JsonTensors.write(json, output.getDatatype(), contents);
        }
        json.writeEndObject();
    }

    /** As the output says, or else the request. */
    private boolean isBinary(String output) {
        return request.getOutputsList().stream()
                .filter(wanted -> wanted.getName().equals(output) && wanted.containsParameters(BINARY))
                .map(wanted -> wanted.getParametersOrThrow(BINARY).getBoolParam())
                .findFirst()
                .orElseGet(() -> request.getParametersOrDefault(BINARY_BY_DEFAULT, InferParameter.getDefaultInstance())
                        .getBoolParam());
    }

    private static void writeParameter(JsonGenerator json, InferParameter parameter) throws IOException {
        switch (parameter.getParameterChoiceCase()) {
            case BOOL_PARAM -> json.writeBoolean(parameter.getBoolParam());
            case INT64_PARAM -> json.writeNumber(parameter.getInt64Param());
            case STRING_PARAM -> json.writeString(parameter.getStringParam());
            case DOUBLE_PARAM -> json.writeNumber(parameter.getDoubleParam());
            case UINT64_PARAM -> json.writeString(Long.toUnsignedString(parameter.getUint64Param()));
            case PARAMETERCHOICE_NOT_SET -> json.writeNull();
        }
    }
}
