package dev.baton.openinference.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import dev.baton.openinference.ModelInput;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.openinference.TestingModelServer;
import dev.baton.openinference.protocol.DeadlineWatch;
import dev.baton.openinference.protocol.ErrorContract;
import dev.baton.openinference.protocol.InferenceCalls;
import dev.baton.openinference.protocol.OpenInference;
import dev.baton.openinference.protocol.RequestThreads;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol over HTTP, without HTTP. */
final class RestApiTest {

    private static final int LIMIT = 1 << 16;
    private static final String ECHO = "/v2/models/echo/infer";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final TestingModelServer models = new TestingModelServer();
    private final RequestThreads threads = new RequestThreads(Duration.ofSeconds(1));
    private final DeadlineWatch deadlines = new DeadlineWatch();
    private final RestApi api = new RestApi(
            new OpenInference(models, InstantSource.system(), System::nanoTime),
            new InferenceCalls(threads, deadlines, System::nanoTime),
            new ErrorContract(false),
            new RestLimits(LIMIT),
            System::nanoTime);

    @AfterEach
    void stop() {
        models.letGo.release(100);
        threads.close();
        deadlines.close();
    }

    @Test
    void flatAndNestedDataAreTheSame() throws Exception {
        JsonNode flat = json(post(ECHO, """
                {"id": "mine", "inputs": [{"name": "x", "shape": [2, 4], "datatype": "FP32",
                 "data": [1, 2.5, -3e2, 4, 5, 6, 7, 8]}]}"""));
        assertThat(flat.at("/id").asText()).isEqualTo("mine");
        assertThat(flat.at("/model_name").asText()).isEqualTo("echo");
        assertThat(flat.at("/model_version").asText()).isEqualTo("7");
        assertThat(flat.at("/parameters/seen").asText()).isEqualTo("here");
        assertThat(flat.at("/parameters/number").asInt()).isEqualTo(3);
        assertThat(flat.at("/parameters/flag").isBoolean()).isTrue();
        assertThat(flat.at("/outputs/0").toString())
                .isEqualTo("{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[2,4],"
                        + "\"data\":[1.0,2.5,-300.0,4.0,5.0,6.0,7.0,8.0]}");
        JsonNode nested = json(post(ECHO, """
                {"inputs": [{"data": [[1, 2.5, -3e2, 4], [5, 6, 7, 8]], "name": "x", "shape": [2, 4],
                 "datatype": "FP32"}], "unknown": {"things": ["are", "passed over"]}}"""));
        assertThat(nested.at("/outputs")).isEqualTo(flat.at("/outputs"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INT8   | -128, 127, 0, 1",
                "INT16  | -32768, 32767, 0, 1",
                "INT32  | -2147483648, 2147483647, 0, 1",
                "INT64  | -9223372036854775808, 9223372036854775807, 0, 1",
                "UINT8  | 255, 0, 1, 2",
                "UINT16 | 65535, 0, 1, 2",
                "UINT32 | 4294967295, 0, 1, 2",
                "UINT64 | 18446744073709551615, 9223372036854775808, 0, 1",
                "FP32   | 1.5, -0.1, 3.4028235E38, 1.4E-45",
                "FP64   | 1.5, -0.1, 1.7976931348623157E308, 4.9E-324",
                "BOOL   | true, false, false, true"
            })
    void everyDatatypeGoesThereAndBackExactly(String type, String values) throws Exception {
        RestResponse response = post("/v2/models/any-" + type + "/infer", body(type, values));
        assertThat(json(response).at("/outputs/0/data").toString()).isEqualTo("[" + values.replace(" ", "") + "]");
    }

    @Test
    void nanAndInfinityAreTritons() throws Exception {
        RestResponse response = post(ECHO, body("FP32", "NaN, Infinity, -Infinity, 0"));
        assertThat(text(response)).contains("[NaN,Infinity,-Infinity,0.0]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INT8   | 128, 0, 0, 0   | 128",
                "UINT8  | -1, 0, 0, 0    | -1",
                "UINT32 | 4294967296,0,0,0 | 4294967296",
                "UINT64 | 18446744073709551616, 0, 0, 0 | 18446744073709551616",
                "INT64  | 9223372036854775808, 0, 0, 0 | 9223372036854775808",
                "INT32  | 1.5, 0, 0, 0   | 1.5",
                "INT32  | true, 0, 0, 0  | true",
                "FP32   | 1e39, 0, 0, 0  | 1e39",
                "FP64   | 1e999, 0, 0, 0 | 1e999",
                "FP32   | null, 0, 0, 0  | null",
                "BOOL   | 2, 0, 0, 0     | 2",
                "FP16   | 1, 2, 3, 4     | binary",
                "BF16   | 1, 2, 3, 4     | binary",
                "FP32   | 1, 2, 3        | 3 elements",
                "FP32   | 1, 2, 3, 4, 5  | 5 elements",
                "FP32   | [1, 2, 3, 4], [5, 6, 7, 8] | 2 elements",
                "FP32   | [1, 2], [3, 4] | 2 elements",
                "FP32   | [[1, 2, 3, 4]] | nested deeper",
            })
    void whatDoesNotFitIsRefusedWithItsPlace(String type, String values, String part) throws Exception {
        RestResponse response = post("/v2/models/any-" + type + "/infer", body(type, values));
        assertThat(response.status()).isEqualTo(400);
        JsonNode json = json(response);
        assertThat(json.at("/error").asText()).contains(part);
        assertThat(json.at("/code").asText()).isEqualTo("INVALID_ARGUMENT");
        assertThat(json.at("/details/1/value/field_violations/0/field").asText())
                .isEqualTo("inputs[0].data");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{} {}",
                "{\"inputs\": 3}",
                "{\"inputs\": [3]}",
                "{\"inputs\": [{\"name\": \"x\"}]}",
                "{\"inputs\": [{\"name\": 3}]}",
                "{\"inputs\": [{\"shape\": [\"1\"]}]}",
                "{\"inputs\": [{\"shape\": [99999999999999999999]}]}",
                "{\"parameters\": {\"a\": []}}",
                "{\"id\": 3}",
                "{\"inputs\": [{\"name\": \"x\", \"shape\": [-1, 4], \"datatype\": \"FP32\", \"data\": []}]}",
                "{\"inputs\": [{\"name\": \"x\", \"shape\": [1000000000, 4], \"datatype\": \"FP32\", \"data\": [1]}]}",
                "{\"inputs\": [{\"name\": \"x\", \"shape\": [1, 4], \"datatype\": \"FP99\", \"data\": [1]}]}",
                "{\"inputs\": [{\"name\": \"x\", \"shape\": [1, 4], \"datatype\": \"FP32\"}]}",
                "{\"inputs\": [{\"name\": \"x\", \"shape\": [1, 4], \"datatype\": \"FP32\","
                        + " \"parameters\": {\"binary_data_size\": 16}}]}",
                "\u0000",
            })
    void whatIsNotARequestIsRefused(String body) throws Exception {
        RestResponse response = post(ECHO, body);
        assertThat(response.status()).as(text(response)).isEqualTo(400);
        assertThat(json(response).at("/error").asText()).isNotEmpty();
    }

    @Test
    void binaryTensorsFollowTheJson() throws Exception {
        Tensor x = Tensor.ofFloats(Shape.of(1, 4), 1, 2, 3, 4);
        RestResponse response = post(ECHO, """
                {"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32",
                 "parameters": {"binary_data_size": 16}}],
                 "outputs": [{"name": "y", "parameters": {"binary_data": true}}]}""", bytes(x));
        assertThat(response.headers())
                .containsEntry("Content-Type", "application/octet-stream")
                .containsKey("Inference-Header-Content-Length");
        int length = Integer.parseInt(Objects.requireNonNull(response.headers().get(RestApi.JSON_LENGTH)));
        JsonNode json = JSON.readTree(response.body().substring(0, length).toByteArray());
        assertThat(json.at("/outputs/0/parameters/binary_data_size").asInt()).isEqualTo(16);
        assertThat(json.at("/outputs/0/data").isMissingNode()).isTrue();
        assertThat(response.body().substring(length).toByteArray()).isEqualTo(bytes(x));
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void everyDatatypeTravelsInBinary(ElementType type) throws Exception {
        byte[] elements = new byte[4 * type.bytes()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (byte) (i % 2);
        }
        RestResponse response =
                post("/v2/models/any-" + type + "/infer", """
                {"parameters": {"binary_data_output": true}, "inputs": [{"name": "x", "shape": [1, 4],
                 "datatype": "%s", "parameters": {"binary_data_size": %d}}]}""".formatted(type, elements.length), elements);
        int length = Integer.parseInt(Objects.requireNonNull(response.headers().get(RestApi.JSON_LENGTH)));
        assertThat(response.body().substring(length).toByteArray()).isEqualTo(elements);
    }

    @Test
    void anOutputsOwnWishGoesBeforeTheRequests() throws Exception {
        RestResponse response = post(ECHO, """
                {"parameters": {"binary_data_output": true},
                 "inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4]}],
                 "outputs": [{"name": "y", "parameters": {"binary_data": false}}]}""");
        assertThat(json(response).at("/outputs/0/data")).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({"15, 16 bytes", "17, belong to no input"})
    void binaryDataOfAnotherLengthIsRefused(int bytes, String part) throws Exception {
        RestResponse response = post(ECHO, """
                {"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32",
                 "parameters": {"binary_data_size": 16}}]}""", new byte[bytes]);
        assertThat(response.status()).isEqualTo(400);
        assertThat(text(response)).contains(part.replace("16 bytes", "has 16 as 'binary_data_size'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "x", "99999", "99999999999"})
    void aWrongLengthOfTheJsonIsRefused(String length) throws Exception {
        RestResponse response = ask("POST", ECHO, Map.of("inference-header-content-length", length), new byte[3]);
        assertThat(response.status()).isEqualTo(400);
        assertThat(text(response)).contains("Inference-Header-Content-Length is");
    }

    @Test
    void aRawRequestIsTheTensorAlone() throws Exception {
        byte[] x = bytes(Tensor.ofFloats(Shape.of(2, 4), 1, 2, 3, 4, 5, 6, 7, 8));
        RestResponse response = ask("POST", ECHO, Map.of("inference-header-content-length", "0"), x);
        assertThat(response.status()).as(text(response)).isEqualTo(200);
        int length = Integer.parseInt(Objects.requireNonNull(response.headers().get(RestApi.JSON_LENGTH)));
        assertThat(JSON.readTree(response.body().substring(0, length).toByteArray())
                        .at("/outputs/0/shape")
                        .toString())
                .isEqualTo("[2,4]");
        assertThat(response.body().substring(length).toByteArray()).isEqualTo(x);
        assertThat(ask("POST", ECHO, Map.of("inference-header-content-length", "0"), new byte[17])
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aRawRequestMayBeThePictureAlone() throws Exception {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 1, 2, 3, 4, 5};
        RestResponse response = ask("POST", ECHO, Map.of("inference-header-content-length", "0"), png);
        assertThat(response.status()).as(text(response)).isEqualTo(200);
        assertThat(Objects.requireNonNull(models.requests.take().inputs().get("x")))
                .isInstanceOfSatisfying(ModelInput.OfPicture.class, picture -> assertThat(picture.encoded())
                        .isEqualTo(png));
    }

    @Test
    void aPictureMayBeBase64InTheJson() throws Exception {
        RestResponse response = post(ECHO, """
                {"inputs": [{"name": "x", "shape": [1], "datatype": "BYTES",
                 "parameters": {"content_type": "base64"}, "data": ["%s"]}]}""".formatted(Base64.getEncoder().encodeToString(new byte[] {1, -2, 3})));
        assertThat(response.status()).as(text(response)).isEqualTo(200);
        assertThat(Objects.requireNonNull(models.requests.take().inputs().get("x")))
                .isInstanceOfSatisfying(ModelInput.OfPicture.class, picture -> assertThat(picture.encoded())
                        .containsExactly(1, -2, 3));
    }

    @Test
    void classificationIsText() throws Exception {
        JsonNode json = json(post(ECHO, """
                {"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 4, 2, 3]}],
                 "outputs": [{"name": "y", "parameters": {"classification": 2}}]}"""));
        assertThat(json.at("/outputs/0/data").toString()).isEqualTo("[\"4.000000:1:one\",\"3.000000:3\"]");
    }

    @Test
    void bodiesMayBeCompressedBothWays() throws Exception {
        byte[] body = body("FP32", "1, 2, 3, 4").getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream gzipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(gzipped)) {
            gzip.write(body);
        }
        RestResponse response = ask(
                "POST",
                ECHO,
                Map.of("content-encoding", "gzip", "accept-encoding", "br, gzip;q=0, deflate"),
                gzipped.toByteArray());
        assertThat(response.headers()).containsEntry("Content-Encoding", "deflate");
        byte[] inflated = new InflaterInputStream(response.body().newInput()).readAllBytes();
        assertThat(JSON.readTree(inflated).at("/outputs/0/data")).hasSize(4);

        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflate = new DeflaterOutputStream(deflated)) {
            deflate.write(body);
        }
        response = ask(
                "POST", ECHO, Map.of("content-encoding", "deflate", "accept-encoding", "gzip"), deflated.toByteArray());
        assertThat(response.headers()).containsEntry("Content-Encoding", "gzip");
        byte[] unzipped = new GZIPInputStream(response.body().newInput()).readAllBytes();
        assertThat(JSON.readTree(unzipped).at("/outputs/0/data")).hasSize(4);
    }

    @Test
    void aBodyThatBlowsUpIsTooLarge() throws Exception {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            gzip.write(new byte[LIMIT + 1]);
        }
        RestResponse response = ask("POST", ECHO, Map.of("content-encoding", "gzip"), bomb.toByteArray());
        assertThat(response.status()).isEqualTo(413);
        assertThat(text(response)).contains("65536 bytes");
        assertThat(ask("POST", ECHO, Map.of("content-encoding", "br"), new byte[1])
                        .status())
                .isEqualTo(400);
        assertThat(ask("POST", ECHO, Map.of("content-encoding", "gzip"), new byte[9])
                        .status())
                .isEqualTo(400);
    }

    @Test
    void tellsWhatItIsAndHowModelsStand() throws Exception {
        assertThat(json(get("/v2")).at("/name").asText()).isEqualTo("testing");
        assertThat(json(get("/v2")).at("/extensions").toString()).contains("binary_tensor_data");
        assertThat(text(get("/v2/health/live"))).isEqualTo("{\"live\":true}");
        assertThat(get("/v2/health/ready").status()).isEqualTo(503);
        assertThat(text(get("/v2/models"))).isEqualTo("{\"models\":[\"echo\",\"loading\",\"slow\"]}");
        assertThat(get("/v2/models/echo/ready").status()).isEqualTo(200);
        assertThat(get("/v2/models/echo/versions/7/ready").status()).isEqualTo(200);
        assertThat(get("/v2/models/echo/versions/8/ready").status()).isEqualTo(503);
        assertThat(get("/v2/models/loading/ready").status()).isEqualTo(503);
        assertThat(text(get("/v2/models/echo/versions/7")))
                .isEqualTo("{\"name\":\"echo\",\"versions\":[\"7\"],\"platform\":\"onnxruntime_onnx\","
                        + "\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,4]}],"
                        + "\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[-1,4]}]}");
        JsonNode config = json(get("/v2/models/echo/config"));
        assertThat(config.at("/max_batch_size").isInt()).isTrue();
        assertThat(config.at("/input/0/data_type").asText()).isEqualTo("TYPE_FP32");
        assertThat(config.at("/input/0/dims").toString()).isEqualTo("[-1,4]");
        JsonNode index = json(ask("POST", "/v2/repository/index", Map.of(), new byte[0]));
        assertThat(index.at("/1").toString())
                .isEqualTo("{\"name\":\"loading\",\"version\":\"\",\"state\":\"LOADING\","
                        + "\"reason\":\"fetching its package\"}");
        assertThat(json(post("/v2/repository/index", "{\"ready\": true}"))).hasSize(2);
    }

    @Test
    void statisticsAreNumbers() throws Exception {
        post(ECHO, body("FP32", "1, 2, 3, 4"));
        JsonNode echo = json(get("/v2/models/echo/stats")).at("/model_stats/0");
        assertThat(echo.at("/inference_count").isIntegralNumber()).isTrue();
        assertThat(echo.at("/inference_count").asInt()).isEqualTo(1);
        assertThat(echo.at("/inference_stats/success/count").asInt()).isEqualTo(1);
        assertThat(echo.at("/inference_stats/compute_infer/ns").asInt()).isEqualTo(3);
        assertThat(echo.at("/batch_stats/0/batch_size").asInt()).isEqualTo(1);
        assertThat(json(get("/v2/models/stats")).at("/model_stats")).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  /v1,                              404",
        "GET,  /v2/nothing,                      404",
        "GET,  /v2/models/nobody,                404",
        "GET,  /v2/models/echo/versions/8,       404",
        "GET,  /v2/models/loading,               503",
        "GET,  /v2/models/echo/infer,            405",
        "POST, /v2/health/live,                  405",
        "POST, /v2/models/nobody/infer,          400",
        "POST, /v2/models/echo/generate,         501",
        "POST, /v2/repository/models/new/load,   501",
        "POST, /v2/repository/models/echo/load,  200",
        "POST, /v2/repository/models/echo/unload, 501",
        "POST, /v2/systemsharedmemory/region/r/register, 501",
        "GET,  /v2/trace/setting,                501",
        "GET,  /v2/models/%zz,                   400"
    })
    void everyPathHasItsStatus(String method, String path, int status) throws Exception {
        RestResponse response = ask(method, path, Map.of(), new byte[0]);
        assertThat(response.status()).as(text(response)).isEqualTo(status);
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyRefusalSaysWhyAndWhetherToTryAgain(Reason reason) throws Exception {
        models.failure = new RequestRefusedException(reason, "because");
        RestResponse response = post(ECHO, body("FP32", "1, 2, 3, 4"));
        assertThat(response.status()).isEqualTo(new ErrorContract(false).httpStatus(reason));
        assertThat(json(response).at("/error").asText()).isEqualTo("because");
        assertThat(json(response).at("/details/0/value/reason").asText()).isEqualTo(reason.name());
        assertThat(response.headers().containsKey("Retry-After"))
                .isEqualTo(reason.retryAfter().isPresent());
    }

    @Test
    void aTimeoutIsKept() throws Exception {
        RestResponse response = post("/v2/models/slow/infer", """
                {"parameters": {"timeout": 20000},
                 "inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4]}]}""");
        assertThat(response.status()).isEqualTo(504);
    }

    @Test
    void theWorkForAClientThatIsGoneIsStopped() throws Exception {
        CompletableFuture<RestResponse> answer = new CompletableFuture<>();
        byte[] body = body("FP32", "1, 2, 3, 4").getBytes(StandardCharsets.UTF_8);
        InferenceCalls.Call call = api.handle(
                new RestRequest("POST", "/v2/models/slow/infer", Map.of(), ByteBuffer.wrap(body)), answer::complete);
        assertThat(models.requests.poll(10, TimeUnit.SECONDS)).isNotNull();
        call.cancel();
        assertThat(models.interrupted.poll(10, TimeUnit.SECONDS)).isEqualTo("slow");
        assertThat(answer.get(10, TimeUnit.SECONDS).status()).isEqualTo(499);
        call.cancel();
    }

    private static String body(String type, String values) {
        return """
                {"inputs": [{"name": "x", "shape": [1, 4], "datatype": "%s", "data": [%s]}]}""".formatted(type, values);
    }

    private RestResponse get(String path) throws Exception {
        return ask("GET", path, Map.of(), new byte[0]);
    }

    private RestResponse post(String path, String json) throws Exception {
        return ask("POST", path, Map.of(), json.getBytes(StandardCharsets.UTF_8));
    }

    private RestResponse post(String path, String json, byte[] binary) throws Exception {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return ask(
                "POST",
                path,
                Map.of("inference-header-content-length", Integer.toString(text.length)),
                ByteBuffer.allocate(text.length + binary.length)
                        .put(text)
                        .put(binary)
                        .array());
    }

    private RestResponse ask(String method, String path, Map<String, String> headers, byte[] body) throws Exception {
        CompletableFuture<RestResponse> answer = new CompletableFuture<>();
        api.handle(new RestRequest(method, path, new HashMap<>(headers), ByteBuffer.wrap(body)), answer::complete);
        return answer.get(20, TimeUnit.SECONDS);
    }

    private static byte[] bytes(Tensor tensor) {
        return ByteString.copyFrom(tensor.data()).toByteArray();
    }

    private static JsonNode json(RestResponse response) throws IOException {
        return JSON.readTree(response.body().toByteArray());
    }

    private static String text(RestResponse response) {
        return response.body().toStringUtf8();
    }
}
