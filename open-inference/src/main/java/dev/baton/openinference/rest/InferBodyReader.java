package dev.baton.openinference.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@code ModelInferRequest} of an HTTP body: JSON, behind which binary tensors may lie. All contents become raw ones.
 *
 * <p>Data may stand in the JSON before the datatype and shape that it is of. So the JSON is read twice: once for everything
 * else, passing over data, then each data with what is known of it. Nothing is allocated that the body does not hold.
 */
final class InferBodyReader {

    static final String BINARY_SIZE = "binary_data_size";
    private static final String CONTENT_TYPE = "content_type";
    private static final String BASE64 = "base64";

    private final ByteBuffer json;
    private final ByteBuffer binary;
    private final ModelInferRequest.Builder request = ModelInferRequest.newBuilder();

    /** One input of the JSON, with where its data lies there. */
    private static final class Input {
        private final InferInputTensor.Builder tensor = InferInputTensor.newBuilder();
        private @Nullable ByteBuffer data;
    }

    private InferBodyReader(ByteBuffer json, ByteBuffer binary) {
        this.json = json;
        this.binary = binary;
    }

    /** @param jsonBytes how much of the body is JSON; the rest is binary */
    static ModelInferRequest.Builder read(ByteBuffer body, int jsonBytes) {
        if (jsonBytes > body.remaining()) {
            throw RequestRefusedException.invalid(
                    RestApi.JSON_LENGTH,
                    "%s is %d, the body has %d bytes".formatted(RestApi.JSON_LENGTH, jsonBytes, body.remaining()));
        }
        InferBodyReader reader = new InferBodyReader(
                body.slice(body.position(), jsonBytes),
                body.slice(body.position() + jsonBytes, body.remaining() - jsonBytes));
        try {
            return reader.read();
        } catch (JsonProcessingException e) {
            throw new RequestRefusedException(
                    Reason.INVALID_INPUT, "the body is not JSON as expected: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    private ModelInferRequest.Builder read() throws IOException {
        List<Input> inputs = new ArrayList<>();
        try (JsonParser parser = Json.parser(json)) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "the body", "an object", parser);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "id" -> request.setId(text(parser, "id"));
                    case "parameters" -> parameters(parser, "parameters", request::putParameters);
                    case "inputs" -> elements(parser, "inputs", path -> inputs.add(input(parser, path)));
                    case "outputs" -> elements(parser, "outputs", path -> request.addOutputs(output(parser, path)));
                    default -> parser.skipChildren();
                }
            }
            require(parser.nextToken() == null, "the body", "nothing after the object", parser);
        }
        for (int i = 0; i < inputs.size(); i++) {
            request.addRawInputContents(contents(inputs.get(i), "inputs[%d]".formatted(i)));
            request.addInputs(inputs.get(i).tensor);
        }
        if (binary.hasRemaining()) {
            throw RequestRefusedException.invalid(
                    "body",
                    "%d bytes of binary data belong to no input; expected the sum of '%s'"
                            .formatted(binary.remaining(), BINARY_SIZE));
        }
        return request;
    }

    private Input input(JsonParser parser, String path) throws IOException {
        Input input = new Input();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "name" -> input.tensor.setName(text(parser, path + ".name"));
                case "datatype" -> input.tensor.setDatatype(text(parser, path + ".datatype"));
                case "shape" -> shape(parser, path + ".shape", input.tensor);
                case "parameters" -> parameters(parser, path + ".parameters", input.tensor::putParameters);
                case "data" -> input.data = passOver(parser, path + ".data");
                default -> parser.skipChildren();
            }
        }
        return input;
    }

    private static InferRequestedOutputTensor output(JsonParser parser, String path) throws IOException {
        InferRequestedOutputTensor.Builder output = InferRequestedOutputTensor.newBuilder();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "name" -> output.setName(text(parser, path + ".name"));
                case "parameters" -> parameters(parser, path + ".parameters", output::putParameters);
                default -> parser.skipChildren();
            }
        }
        return output.build();
    }

    /** Where the array lies in the JSON. */
    private ByteBuffer passOver(JsonParser parser, String path) throws IOException {
        require(parser.currentToken() == JsonToken.START_ARRAY, path, "an array", parser);
        int from = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
        parser.skipChildren();
        int to = Math.toIntExact(parser.currentLocation().getByteOffset());
        return json.slice(from, to - from);
    }

    private ByteString contents(Input input, String path) throws IOException {
        InferInputTensor.Builder tensor = input.tensor;
        InferParameter size = tensor.getParametersMap().get(BINARY_SIZE);
        if (size != null) {
            if (input.data != null) {
                throw RequestRefusedException.invalid(
                        path + ".data",
                        "input '%s' has data and '%s'; expected one of the two"
                                .formatted(tensor.getName(), BINARY_SIZE));
            }
            return binary(size, tensor.getName(), path);
        }
        if (input.data == null) {
            throw RequestRefusedException.invalid(
                    path + ".data", "input '%s' has neither data nor '%s'".formatted(tensor.getName(), BINARY_SIZE));
        }
        try {
            Shape shape = new Shape(tensor.getShapeList());
            return tensor.getDatatype().equals(JsonTensors.BYTES)
                    ? JsonTensors.readTexts(shape, input.data, isBase64(tensor))
                    : JsonTensors.read(ElementType.ofName(tensor.getDatatype()), shape, input.data);
        } catch (IllegalArgumentException e) {
            throw RequestRefusedException.invalid(
                    path + ".data", "input '%s': %s".formatted(tensor.getName(), e.getMessage()));
        }
    }

    private ByteString binary(InferParameter size, String name, String path) {
        long bytes = size.hasInt64Param() ? size.getInt64Param() : -1;
        if (bytes < 0 || bytes > binary.remaining()) {
            throw RequestRefusedException.invalid(
                    path + ".parameters." + BINARY_SIZE,
                    "input '%s' has %s as '%s'; %d bytes of binary data are left"
                            .formatted(
                                    name,
                                    size.hasInt64Param() ? Long.toString(bytes) : "no whole number",
                                    BINARY_SIZE,
                                    binary.remaining()));
        }
        ByteBuffer own = binary.slice(binary.position(), (int) bytes);
        binary.position(binary.position() + (int) bytes);
        return UnsafeByteOperations.unsafeWrap(own);
    }

    /** As MLServer's clients say it: JSON has no other way to hold a picture. */
    private static boolean isBase64(InferInputTensor.Builder tensor) {
        return Optional.ofNullable(tensor.getParametersMap().get(CONTENT_TYPE))
                .filter(type -> type.getStringParam().equals(BASE64))
                .isPresent();
    }

    private interface ElementReader {
        void read(String path) throws IOException;
    }

    private static void elements(JsonParser parser, String path, ElementReader reader) throws IOException {
        require(parser.currentToken() == JsonToken.START_ARRAY, path, "an array", parser);
        int index = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String element = "%s[%d]".formatted(path, index);
            require(parser.currentToken() == JsonToken.START_OBJECT, element, "an object", parser);
            reader.read(element);
            index++;
        }
    }

    private static void shape(JsonParser parser, String path, InferInputTensor.Builder tensor) throws IOException {
        require(parser.currentToken() == JsonToken.START_ARRAY, path, "an array", parser);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, path, "whole numbers", parser);
            require(tensor.getShapeCount() < Shape.MAX_RANK, path, "fewer dimensions", parser);
            tensor.addShape(parser.getLongValue());
        }
    }

    private interface ParameterSink {
        void put(String name, InferParameter value);
    }

    private static void parameters(JsonParser parser, String path, ParameterSink sink) throws IOException {
        require(parser.currentToken() == JsonToken.START_OBJECT, path, "an object", parser);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            InferParameter.Builder parameter = InferParameter.newBuilder();
            switch (value) {
                case VALUE_STRING -> parameter.setStringParam(parser.getText());
                case VALUE_NUMBER_INT -> parameter.setInt64Param(parser.getLongValue());
                case VALUE_NUMBER_FLOAT -> parameter.setDoubleParam(parser.getDoubleValue());
                case VALUE_TRUE, VALUE_FALSE -> parameter.setBoolParam(parser.getBooleanValue());
                default -> require(false, path + "." + name, "a text, a number, true or false", parser);
            }
            sink.put(name, parameter.build());
        }
    }

    private static String text(JsonParser parser, String path) throws IOException {
        require(parser.currentToken() == JsonToken.VALUE_STRING, path, "a text", parser);
        return parser.getText();
    }

    private static void require(boolean holds, String path, String expected, JsonParser parser) throws IOException {
        if (!holds) {
            throw RequestRefusedException.invalid(
                    path, "%s is %s; expected %s".formatted(path, what(parser), expected));
        }
    }

    private static String what(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        return token == null ? "missing" : token.isScalarValue() ? "'" + parser.getText() + "'" : token.asString();
    }
}
