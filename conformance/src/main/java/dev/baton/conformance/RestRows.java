package dev.baton.conformance;

import static dev.baton.conformance.NotAsExpectedException.unless;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.baton.conformance.HttpTarget.Answer;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import io.grpc.Status.Code;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** The table's rows over REST. */
final class RestRows {

    private static final String CARRIER = "REST";
    private static final byte[] NOTHING = {};

    private final Target target;
    private final HttpTarget http;
    private final Sample sample;
    private final String model;
    private final List<Row> rows = new ArrayList<>();

    RestRows(Target target, URI address, Sample sample) {
        this.target = target;
        this.http = new HttpTarget(address, target.patience());
        this.sample = sample;
        this.model = "/v2/models/" + target.model();
    }

    List<Row> rows() {
        questions();
        inference();
        InferRow.everywhere(sample, target.notReadyModels()).forEach(this::refusedInference);
        wrongBodies();
        wrongPaths();
        return rows;
    }

    private void questions() {
        answered("the server is live", "/v2/health/live", "");
        answered("the server names itself", "/v2", "/name");
        answered("the model is ready", model + "/ready", "");
        answered("the model's version is ready", model + "/versions/" + sample.version() + "/ready", "");
        answered("metadata names inputs and outputs", model, "/inputs/0/datatype");
        answered("the configuration is the model's", model + "/config", "/input/0/data_type");
        answered("statistics count and sum", model + "/stats", "/model_stats/0/inference_stats/success/count");
        answered("statistics of all models", "/v2/models/stats", "/model_stats/0/name");
        row("the index lists the model as ready", () -> {
            JsonNode index =
                    http.ask("POST", "/v2/repository/index", Map.of(), NOTHING).json();
            boolean listed = false;
            for (JsonNode entry : index) {
                listed |= entry.at("/name").asText().equals(target.model())
                        && entry.at("/state").asText().equals("READY");
            }
            unless(listed, "it is %s", index);
        });
    }

    private void answered(String name, String path, String pointer) {
        row(name, () -> {
            Answer answer = http.get(path);
            unless(answer.status() == 200, "status %d: %s", answer.status(), answer.text());
            unless(
                    pointer.isEmpty() || !answer.json().at(pointer).isMissingNode(),
                    "%s is missing in %s",
                    pointer,
                    answer.text());
        });
    }

    private void inference() {
        row("JSON answers what gRPC answers", () -> {
            JsonNode data = inferred(sample.request().setId("mine").build()).json();
            unless(data.at("/id").asText().equals("mine"), "id is %s", data.at("/id"));
            unless(data.at("/model_name").asText().equals(target.model()), "model_name is %s", data.at("/model_name"));
            unless(data.at("/outputs/0/data").isArray(), "no data in %s", data.at("/outputs/0"));
        });
        row("binary outputs are gRPC's, byte for byte", () -> {
            ByteString expected = ByteString.EMPTY;
            for (ByteString contents :
                    target.stub().modelInfer(sample.request().build()).getRawOutputContentsList()) {
                expected = expected.concat(contents);
            }
            Answer answer = inferred(binary().build());
            unless(
                    ByteString.copyFrom(answer.binary()).equals(expected),
                    "%d bytes differ from gRPC's %d",
                    answer.binary().length,
                    expected.size());
        });
        if (sample.metadata().getInputsCount() == 1) {
            row("a raw body is the input alone", () -> {
                byte[] body = sample.request().getRawInputContents(0).toByteArray();
                Answer answer = http.ask("POST", model + "/infer", Map.of(HttpTarget.JSON_LENGTH, "0"), body);
                unless(answer.status() == 200, "status %d: %s", answer.status(), answer.text());
                unless(answer.binary().length > 0, "no binary output");
            });
        }
        row("a gzip body is read", () -> compressed("gzip"));
        row("a deflate body is read", () -> compressed("deflate"));
        row("the answer is compressed where the client takes that", () -> {
            Answer answer = http.ask("GET", model, Map.of("Accept-Encoding", "gzip"), NOTHING);
            unless(
                    answer.header("Content-Encoding").equals("gzip"),
                    "Content-Encoding is '%s'",
                    answer.header("Content-Encoding"));
            new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes();
        });
    }

    private ModelInferRequest.Builder binary() {
        return sample.request()
                .putParameters(
                        "binary_data_output",
                        InferParameter.newBuilder().setBoolParam(true).build());
    }

    private Answer inferred(ModelInferRequest request)
            throws NotAsExpectedException, IOException, InterruptedException {
        Answer answer = http.infer(request);
        unless(answer.status() == 200, "status %d: %s", answer.status(), answer.text());
        return answer;
    }

    private void compressed(String encoding) throws NotAsExpectedException, IOException, InterruptedException {
        byte[] wrong = "{\"inputs\": []}".getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var out = encoding.equals("gzip") ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            out.write(wrong);
        }
        Answer answer = http.ask("POST", model + "/infer", Map.of("Content-Encoding", encoding), bytes.toByteArray());
        unless(answer.status() == 400, "status %d: %s", answer.status(), answer.text());
        unless(answer.text().contains(sample.input().getName()), "the missing input is not named: %s", answer.text());
    }

    private void refusedInference(InferRow wrong) {
        row("refused: " + wrong.name(), () -> {
            ModelInferRequest.Builder request = sample.request();
            wrong.change().accept(request);
            Answer answer = http.infer(request.build());
            refused(answer, status(wrong.code()), wrong.message());
            if (target.details()) {
                unless(
                        answer.json().at("/details/0/value/reason").asText().equals(wrong.reason()),
                        "the reason is %s, expected %s",
                        answer.json().at("/details/0/value/reason"),
                        wrong.reason());
                unless(
                        answer.header("Retry-After").isEmpty() != wrong.reason().equals("NOT_READY"),
                        "Retry-After is '%s'",
                        answer.header("Retry-After"));
            }
        });
    }

    private static int status(Code code) {
        return switch (code) {
            case INVALID_ARGUMENT -> 400;
            case NOT_FOUND -> 404;
            case UNAVAILABLE -> 503;
            case DEADLINE_EXCEEDED -> 504;
            case UNIMPLEMENTED -> 501;
            default -> throw new IllegalArgumentException("no row has the status " + code);
        };
    }

    private static void refused(Answer answer, int status, String message) throws NotAsExpectedException, IOException {
        unless(answer.status() == status, "expected %d, was %d: %s", status, answer.status(), answer.text());
        String error = answer.json().at("/error").asText();
        unless(!error.isEmpty(), "no 'error' in %s", answer.text());
        unless(error.contains(message), "the message '%s' does not name '%s'", error, message);
    }

    private void wrongBodies() {
        wrong("a body that is not JSON", "{", Map.of(), 400, "JSON");
        wrong("a body that is no object", "[]", Map.of(), 400, "object");
        wrong("inputs that are no array", "{\"inputs\": 3}", Map.of(), 400, "inputs");
        wrong("an input without data", "{\"inputs\": [{\"name\": \"x\"}]}", Map.of(), 400, "data");
        wrong("a length of the JSON beyond the body", "{}", Map.of(HttpTarget.JSON_LENGTH, "99"), 400, "99");
        wrong("a length of the JSON that is no number", "{}", Map.of(HttpTarget.JSON_LENGTH, "x"), 400, "x");
        wrong("binary data that belongs to no input", "{}rest", Map.of(HttpTarget.JSON_LENGTH, "2"), 400, "4 bytes");
        wrong("an unknown compression", "{}", Map.of("Content-Encoding", "br"), 400, "br");
        wrong("a body that is not compressed as it says", "{}", Map.of("Content-Encoding", "gzip"), 400, "gzip");
        row("refused: a body that is too large", () -> {
            byte[] body = new byte[target.maxMessageBytes() + 1];
            refused(http.ask("POST", model + "/infer", Map.of(), body), 413, "");
        });
        row("refused: a body that is too large once decompressed", () -> {
            ByteArrayOutputStream bomb = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
                byte[] zeros = new byte[1 << 20];
                for (long sent = 0; sent <= target.maxMessageBytes(); sent += zeros.length) {
                    gzip.write(zeros);
                }
            }
            refused(
                    http.ask("POST", model + "/infer", Map.of("Content-Encoding", "gzip"), bomb.toByteArray()),
                    413,
                    "");
        });
    }

    private void wrong(String name, String body, Map<String, String> headers, int status, String message) {
        row(
                "refused: " + name,
                () -> refused(
                        http.ask("POST", model + "/infer", headers, body.getBytes(StandardCharsets.UTF_8)),
                        status,
                        message));
    }

    private void wrongPaths() {
        path("a path that does not exist", "GET", "/v2/no-such-path", 404);
        path("metadata of an unknown model", "GET", "/v2/models/no-such-model", 404);
        path("an unknown version", "GET", model + "/versions/no-such-version", 404);
        path("an inference by GET", "GET", model + "/infer", 405);
        path("metadata by POST", "POST", model, 405);
        path("loading a model", "POST", "/v2/repository/models/no-such-model/load", 501);
        path("unloading the model", "POST", "/v2/repository/models/" + target.model() + "/unload", 501);
        path("shared memory", "POST", "/v2/systemsharedmemory/region/r/register", 501);
        row("an unknown model is not ready", () -> {
            int status = http.get("/v2/models/no-such-model/ready").status();
            unless(status != 200, "status %d", status);
        });
    }

    private void path(String name, String method, String path, int status) {
        row("refused: " + name, () -> refused(http.ask(method, path, Map.of(), NOTHING), status, ""));
    }

    private void row(String name, Row.Check check) {
        rows.add(new Row(name, CARRIER, check));
    }
}
