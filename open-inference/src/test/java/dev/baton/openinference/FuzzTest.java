package dev.baton.openinference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.openinference.protocol.DeadlineWatch;
import dev.baton.openinference.protocol.ErrorContract;
import dev.baton.openinference.protocol.InferenceCalls;
import dev.baton.openinference.protocol.OpenInference;
import dev.baton.openinference.protocol.RequestThreads;
import dev.baton.openinference.rest.RestApi;
import dev.baton.openinference.rest.RestLimits;
import dev.baton.openinference.rest.RestRequest;
import dev.baton.openinference.rest.RestResponse;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.InferTensorContents;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.baton.schemas.inference.ModelInferResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Spoilt requests, by seed: each is answered with what it asked for, or refused for a reason that is the client's. A model
 * that echoes its input makes a wrong answer visible. {@code -Dbaton.fuzz.requests=N} asks for more of them, {@code
 * -Dbaton.fuzz.seed=S} repeats one finding.
 */
final class FuzzTest {

    private static final int REQUESTS = Integer.getInteger("baton.fuzz.requests", 20_000);
    private static final Optional<Long> ONLY = Optional.ofNullable(Long.getLong("baton.fuzz.seed"));
    private static final int LIMIT = 1 << 16;
    private static final Set<Reason> CLIENTS_FAULT = Set.of(
            Reason.INVALID_INPUT,
            Reason.UNKNOWN_MODEL,
            Reason.NOT_READY,
            Reason.NOT_SUPPORTED,
            Reason.TOO_LARGE,
            Reason.DEADLINE_PASSED);
    private static final Set<Integer> CLIENTS_STATUS = Set.of(400, 404, 405, 413, 501, 503, 504);
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private static final List<String> DATATYPES = List.of(
            "FP32", "FP32", "FP32", "FP64", "FP16", "BF16", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16",
            "UINT32", "UINT64", "BOOL", "BYTES", "", "fp32", "FP31");
    private static final List<String> MODELS =
            List.of("echo", "echo", "echo", "loading", "nobody", "", "any-INT8", "any-BOOL");
    private static final long[] DIMENSIONS = {
        0, 1, 1, 1, 2, 3, 4, 4, 4, 4, 5, -1, -2, 1 << 20, 1L << 31, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE
    };
    private static final List<String> TOKENS = List.of(
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "\"",
            "null",
            "true",
            "false",
            "NaN",
            "-Infinity",
            "1e309",
            "-1",
            "0",
            "1.5",
            "9223372036854775808",
            "\"\\u0000\"",
            "\"FP32\"",
            "\"BYTES\"",
            "\"data\"",
            "\"shape\"",
            "\"x\"",
            "[[[[",
            "\"binary_data_size\"",
            "\"parameters\"",
            "\"classification\"",
            "\\",
            "\u0000",
            "\u00ff",
            "/*");

    private final TestingModelServer models = new TestingModelServer();
    private final OpenInference protocol = new OpenInference(models, InstantSource.system(), System::nanoTime);

    @Test
    void spoiltMessagesAreAnsweredRightlyOrRefused() throws Exception {
        int answered = 0;
        for (long seed : seeds()) {
            SplittableRandom random = new SplittableRandom(seed);
            ModelInferRequest request = random.nextBoolean() ? made(random) : spoilt(random);
            try {
                ModelInferResponse response = protocol.infer(request, Optional.empty(), System.nanoTime(), _ -> {});
                assertEchoed(seed, request, response);
                answered++;
            } catch (RequestRefusedException refused) {
                assertThat(CLIENTS_FAULT).as("seed %d: %s", seed, refused).contains(refused.reason());
                assertThat(refused.text()).as("seed %d", seed).isNotBlank().doesNotContain("Exception");
            } catch (RuntimeException | Error unexpected) {
                throw new AssertionError("seed %d: %s".formatted(seed, request), unexpected);
            }
            models.requests.clear();
        }
        assertThat(answered).as("answered").isGreaterThan(REQUESTS / 100);
    }

    @Test
    void spoiltBodiesAreAnsweredRightlyOrRefused() throws Exception {
        int answered = 0;
        try (RequestThreads threads = new RequestThreads(Duration.ofSeconds(1));
                DeadlineWatch deadlines = new DeadlineWatch()) {
            RestApi api = new RestApi(
                    protocol,
                    new InferenceCalls(threads, deadlines, System::nanoTime),
                    new ErrorContract(false),
                    new RestLimits(LIMIT),
                    System::nanoTime);
            for (long seed : seeds()) {
                SplittableRandom random = new SplittableRandom(seed);
                RestRequest request = http(random);
                CompletableFuture<RestResponse> answer = new CompletableFuture<>();
                api.handle(request, answer::complete);
                RestResponse response = answer.get(20, TimeUnit.SECONDS);
                if (response.status() == 200) {
                    assertEchoed(seed, request, response);
                    answered++;
                } else {
                    assertThat(CLIENTS_STATUS)
                            .as("seed %d: %s", seed, response.body().toStringUtf8())
                            .contains(response.status());
                    assertThat(JSON.readTree(response.body().toByteArray())
                                    .at("/error")
                                    .asText())
                            .as("seed %d", seed)
                            .isNotBlank();
                }
                models.requests.clear();
            }
        }
        assertThat(answered).as("answered").isGreaterThan(REQUESTS / 100);
    }

    private static List<Long> seeds() {
        List<Long> seeds = new ArrayList<>();
        ONLY.ifPresentOrElse(seeds::add, () -> {
            for (long seed = 0; seed < REQUESTS; seed++) {
                seeds.add(seed);
            }
        });
        return seeds;
    }

    /** Put together of parts, most of which fit. */
    private static ModelInferRequest made(SplittableRandom random) {
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(one(random, MODELS));
        if (random.nextInt(8) == 0) {
            request.setModelVersion(random.nextBoolean() ? TestingModelServer.VERSION : "8");
        }
        if (random.nextInt(6) == 0) {
            request.putParameters(random.nextBoolean() ? "timeout" : "other", parameter(random));
        }
        int inputs = random.nextInt(8) == 0 ? random.nextInt(4) : 1;
        boolean raw = random.nextBoolean();
        for (int i = 0; i < inputs; i++) {
            InferInputTensor.Builder input = InferInputTensor.newBuilder()
                    .setName(random.nextInt(10) == 0 ? "z" : "x")
                    .setDatatype(random.nextInt(4) == 0 ? one(random, DATATYPES) : fitting(request.getModelName()));
            int rank = random.nextInt(4) == 0 ? random.nextInt(5) : 2;
            for (int axis = 0; axis < rank; axis++) {
                input.addShape(dimension(random, axis == rank - 1));
            }
            if (raw) {
                request.addRawInputContents(ByteString.copyFrom(bytes(random, length(random, input))));
            }
            if (!raw || random.nextInt(20) == 0) {
                input.setContents(contents(random, input));
            }
            if (random.nextInt(20) == 0) {
                input.putParameters("shared_memory_region", parameter(random));
            }
            request.addInputs(input);
        }
        if (random.nextInt(5) == 0) {
            InferRequestedOutputTensor.Builder output =
                    InferRequestedOutputTensor.newBuilder().setName(random.nextInt(4) == 0 ? "w" : "y");
            if (random.nextBoolean()) {
                output.putParameters("classification", parameter(random));
            }
            request.addOutputs(output);
        }
        return request.build();
    }

    private static String fitting(String model) {
        return model.startsWith("any-") ? model.substring(4) : "FP32";
    }

    private static long dimension(SplittableRandom random, boolean last) {
        if (random.nextInt(5) == 0) {
            return DIMENSIONS[random.nextInt(DIMENSIONS.length)];
        }
        return last ? 4 : 1 + random.nextInt(3);
    }

    private static int length(SplittableRandom random, InferInputTensor.Builder input) {
        long elements = 1;
        for (long dimension : input.getShapeList()) {
            elements = Math.clamp(elements * Math.clamp(dimension, 0, 64), 0, 64);
        }
        int each = input.getDatatype().endsWith("8") || input.getDatatype().equals("BOOL") ? 1 : 4;
        return Math.max(0, (int) elements * each + (random.nextInt(8) == 0 ? random.nextInt(-3, 4) : 0));
    }

    private static InferTensorContents contents(SplittableRandom random, InferInputTensor.Builder input) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        int count = length(random, input) / (fitting("").equals(input.getDatatype()) ? 4 : 1);
        for (int i = 0; i < count; i++) {
            switch (random.nextInt(12) == 0 ? "" : input.getDatatype()) {
                case "FP64" -> contents.addFp64Contents(random.nextDouble());
                case "INT8", "INT16", "INT32" -> contents.addIntContents(random.nextInt(-130, 131));
                case "INT64" -> contents.addInt64Contents(random.nextLong());
                case "UINT8", "UINT16", "UINT32" -> contents.addUintContents(random.nextInt(-1, 260));
                case "UINT64" -> contents.addUint64Contents(random.nextLong());
                case "BOOL" -> contents.addBoolContents(random.nextBoolean());
                case "BYTES" -> contents.addBytesContents(ByteString.copyFrom(bytes(random, random.nextInt(20))));
                default -> contents.addFp32Contents(Float.intBitsToFloat(random.nextInt()));
            }
        }
        return contents.build();
    }

    private static InferParameter parameter(SplittableRandom random) {
        InferParameter.Builder parameter = InferParameter.newBuilder();
        switch (random.nextInt(6)) {
            case 0 -> parameter.setBoolParam(true);
            case 1 -> parameter.setStringParam("text");
            case 2 -> parameter.setDoubleParam(1.5);
            case 3 -> parameter.setUint64Param(random.nextLong());
            case 4 -> parameter.setInt64Param(random.nextLong());
            default -> parameter.setInt64Param(random.nextInt(3_000_000));
        }
        return parameter.build();
    }

    /** A message as it came over a bad line. */
    private static ModelInferRequest spoilt(SplittableRandom random) {
        byte[] bytes = made(random).toByteArray();
        for (int attempt = 0; attempt < 100; attempt++) {
            Optional<ModelInferRequest> readable = parsed(spoilt(random, bytes));
            if (readable.isPresent()) {
                return readable.get();
            }
        }
        return ModelInferRequest.getDefaultInstance();
    }

    /** Empty where gRPC refuses the message before the server sees it. */
    private static Optional<ModelInferRequest> parsed(byte[] bytes) {
        try {
            return Optional.of(ModelInferRequest.parseFrom(bytes));
        } catch (InvalidProtocolBufferException unreadable) {
            return Optional.empty();
        }
    }

    private static byte[] spoilt(SplittableRandom random, byte[] bytes) {
        byte[] spoilt = bytes.clone();
        if (spoilt.length == 0) {
            return spoilt;
        }
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(spoilt.length);
            switch (random.nextInt(3)) {
                case 0 -> spoilt[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> spoilt[at] = (byte) random.nextInt(256);
                default -> spoilt = Arrays.copyOf(spoilt, Math.max(1, at));
            }
        }
        return spoilt;
    }

    private static RestRequest http(SplittableRandom random) {
        Map<String, String> headers = new HashMap<>();
        String element = random.nextInt(4) == 0 ? "%.3f, 1e3, -0.5".formatted(random.nextDouble()) : "1, 2, 3";
        String json = """
                {"id": "a", "inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [%s, 4]}],
                 "outputs": [{"name": "y", "parameters": {"binary_data": false}}]}""".formatted(element);
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        switch (random.nextInt(4)) {
            case 0 -> body = spoilt(random, body);
            case 1 -> body = withTokens(random, json).getBytes(StandardCharsets.UTF_8);
            case 2 -> {
                String header = """
                        {"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32",
                         "parameters": {"binary_data_size": %d}}]}""".formatted(random.nextInt(6) == 0 ? random.nextInt(40) : 16);
                String spoilt = random.nextBoolean() ? withTokens(random, header) : header;
                byte[] text = spoilt.getBytes(StandardCharsets.UTF_8);
                body = Arrays.copyOf(text, text.length + 16);
                headers.put(
                        "inference-header-content-length",
                        random.nextInt(10) == 0 ? "" + random.nextInt(-2, 300) : "" + text.length);
            }
            default -> {
                body = random.nextBoolean() ? body : bytes(random, random.nextInt(64));
                headers.put("inference-header-content-length", random.nextInt(3) == 0 ? "0" : "" + body.length);
            }
        }
        if (random.nextInt(12) == 0) {
            headers.put("content-encoding", one(random, List.of("gzip", "deflate", "br", "identity")));
        }
        String path = random.nextInt(12) == 0
                ? withTokens(random, "/v2/models/echo/infer")
                : "/v2/models/" + (random.nextInt(12) == 0 ? one(random, MODELS) : "echo") + "/infer";
        return new RestRequest(random.nextInt(20) == 0 ? "GET" : "POST", path, headers, ByteBuffer.wrap(body));
    }

    private static String withTokens(SplittableRandom random, String text) {
        StringBuilder spoilt = new StringBuilder(text);
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int from = random.nextInt(spoilt.length() + 1);
            int to = Math.min(spoilt.length(), from + (random.nextBoolean() ? 0 : random.nextInt(8)));
            spoilt.replace(from, to, one(random, TOKENS));
        }
        return spoilt.toString();
    }

    private static byte[] bytes(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static <T> T one(SplittableRandom random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** What was raw came back raw; what was classified, as texts. */
    private static void assertEchoed(long seed, ModelInferRequest request, ModelInferResponse response) {
        assertThat(response.getOutputsCount()).as("seed %d", seed).isEqualTo(1);
        assertThat(response.getModelName()).as("seed %d", seed).isEqualTo(request.getModelName());
        InferInputTensor input = request.getInputs(0);
        boolean picture = input.getDatatype().equals("BYTES");
        boolean texts = response.getOutputs(0).getDatatype().equals("BYTES");
        if (!picture && !texts) {
            assertThat(response.getOutputs(0).getShapeList())
                    .as("seed %d", seed)
                    .isEqualTo(input.getShapeList());
            if (request.getRawInputContentsCount() > 0) {
                assertThat(response.getRawOutputContents(0))
                        .as("seed %d", seed)
                        .isEqualTo(request.getRawInputContents(0));
            }
        }
    }

    /** What an independent reader finds in the JSON is what came back. */
    private static void assertEchoed(long seed, RestRequest request, RestResponse response) throws Exception {
        String length = request.headers().get("inference-header-content-length");
        byte[] body = request.body().array();
        boolean binary = length != null && !length.trim().equals("" + body.length);
        if (binary || request.headers().containsKey("content-encoding")) {
            return; // binary contents: RestApiTest holds them byte for byte
        }
        JsonNode asked;
        try {
            asked = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new AssertionError("seed %d was answered, and is not JSON".formatted(seed), e);
        }
        if (response.headers().containsKey("Inference-Header-Content-Length")) {
            return; // a change made the answer binary
        }
        JsonNode answer = JSON.readTree(response.body().toByteArray());
        if (!asked.at("/inputs/0/datatype").asText().equals("FP32")
                || !answer.at("/outputs/0/datatype").asText().equals("FP32")) {
            return;
        }
        List<Float> given = new ArrayList<>();
        flatten(asked.at("/inputs/0/data"), given);
        List<Float> echoed = new ArrayList<>();
        flatten(answer.at("/outputs/0/data"), echoed);
        assertThat(echoed)
                .as("seed %d: %s", seed, new String(body, StandardCharsets.UTF_8))
                .isEqualTo(given);
    }

    private static void flatten(JsonNode data, List<Float> into) {
        if (data.isArray()) {
            data.forEach(element -> flatten(element, into));
        } else {
            into.add(data.floatValue());
        }
    }
}
