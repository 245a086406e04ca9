package dev.baton.conformance;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelInferRequest.InferRequestedOutputTensor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A server's HTTP side, and the protocol's messages as JSON with binary tensors behind it. */
final class HttpTarget {

    static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String address;
    private final Duration patience;

    HttpTarget(URI address, Duration patience) {
        this.address = address.toString().replaceAll("/+$", "");
        this.patience = patience;
    }

    /** One answer; headers by lower-case name. */
    @SuppressWarnings("ArrayRecordComponent")
    record Answer(int status, Map<String, String> headers, byte[] body) {

        /** The JSON, without binary tensors behind it. */
        JsonNode json() throws IOException {
            String length = header(JSON_LENGTH);
            return JSON.readTree(length.isEmpty() ? body : Arrays.copyOf(body, Integer.parseInt(length)));
        }

        /** What lies behind the JSON. */
        byte[] binary() {
            String length = header(JSON_LENGTH);
            return length.isEmpty() ? new byte[0] : Arrays.copyOfRange(body, Integer.parseInt(length), body.length);
        }

        /** Empty where it is absent. */
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        String text() {
            String text = new String(body, StandardCharsets.UTF_8);
            return text.length() > 300 ? text.substring(0, 300) + "…" : text;
        }
    }

    Answer ask(String method, String path, Map<String, String> headers, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(patience)
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
        Map<String, String> answered = new HashMap<>();
        response.headers().map().forEach((name, values) -> answered.put(name, values.getFirst()));
        return new Answer(response.statusCode(), answered, response.body());
    }

    Answer get(String path) throws IOException, InterruptedException {
        return ask("GET", path, Map.of(), new byte[0]);
    }

    /** Sends {@code request} with all its contents as binary. */
    Answer infer(ModelInferRequest request) throws IOException, InterruptedException {
        byte[] json = JSON.writeValueAsBytes(json(request));
        ByteString body = ByteString.copyFrom(json);
        for (ByteString contents : request.getRawInputContentsList()) {
            body = body.concat(contents);
        }
        return ask("POST", path(request), Map.of(JSON_LENGTH, Integer.toString(json.length)), body.toByteArray());
    }

    static String path(ModelInferRequest request) {
        String version = request.getModelVersion().isEmpty() ? "" : "/versions/" + request.getModelVersion();
        return "/v2/models/" + request.getModelName() + version + "/infer";
    }

    private static ObjectNode json(ModelInferRequest request) {
        ObjectNode json = JSON.createObjectNode();
        if (!request.getId().isEmpty()) {
            json.put("id", request.getId());
        }
        put(json, request.getParametersMap());
        ArrayNode inputs = json.putArray("inputs");
        for (int i = 0; i < request.getInputsCount(); i++) {
            InferInputTensor input = request.getInputs(i);
            ObjectNode node = inputs.addObject().put("name", input.getName()).put("datatype", input.getDatatype());
            ArrayNode shape = node.putArray("shape");
            input.getShapeList().forEach(shape::add);
            put(node, input.getParametersMap());
            node.withObject("/parameters")
                    .put("binary_data_size", request.getRawInputContents(i).size());
        }
        if (request.getOutputsCount() > 0) {
            ArrayNode outputs = json.putArray("outputs");
            for (InferRequestedOutputTensor output : request.getOutputsList()) {
                put(outputs.addObject().put("name", output.getName()), output.getParametersMap());
            }
        }
        return json;
    }

    private static void put(ObjectNode json, Map<String, InferParameter> parameters) {
        if (parameters.isEmpty()) {
            return;
        }
        ObjectNode node = json.putObject("parameters");
        parameters.forEach((name, value) -> {
            switch (value.getParameterChoiceCase()) {
                case BOOL_PARAM -> node.put(name, value.getBoolParam());
                case INT64_PARAM -> node.put(name, value.getInt64Param());
                case UINT64_PARAM -> node.put(name, value.getUint64Param());
                case DOUBLE_PARAM -> node.put(name, value.getDoubleParam());
                case STRING_PARAM, PARAMETERCHOICE_NOT_SET -> node.put(name, value.getStringParam());
            }
        });
    }
}
