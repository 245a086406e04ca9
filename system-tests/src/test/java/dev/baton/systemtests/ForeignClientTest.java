package dev.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A client of another language, with another gRPC library and nothing of ours but the {@code .proto}, is served. */
@ExtendWith(StackUnderTest.Extension.class)
final class ForeignClientTest {
    private static final Path HOME = Path.of(System.getProperty("baton.home", ".."));
    private static final Path CLIENT = HOME.resolve("system-tests/src/test/foreign-client");

    @Test
    void grpcJsClientIsServedHealthMetadataAndInference(StackUnderTest stack, @TempDir Path folder) throws Exception {
        install(folder);
        List<Path> pictures = StackUnderTest.pictures(3);

        JsonNode answer = ask(stack, folder, pictures);

        assertThat(answer.at("/live/live").asBoolean()).isTrue();
        assertThat(answer.at("/ready/ready").asBoolean()).isTrue();
        assertThat(answer.at("/modelReady/ready").asBoolean()).isTrue();
        assertThat(answer.at("/server/name").asText()).isEqualTo("baton-edge");
        assertThat(answer.at("/metadata/name").asText()).isEqualTo(StackUnderTest.MODEL);
        assertThat(answer.at("/metadata/versions/0").asText())
                .isEqualTo(stack.model().version());
        assertThat(answer.at("/metadata/inputs/0/datatype").asText()).isEqualTo("FP32");
        assertThat(answer.at("/metadata/inputs/0/shape").toString()).isEqualTo("[\"-1\",\"3\",\"128\",\"128\"]");
        assertThat(answer.at("/raw")).hasSize(pictures.size());
        for (int i = 0; i < pictures.size(); i++) {
            JsonNode raw = answer.at("/raw/" + i);
            assertThat(raw.at("/id").asText()).as(raw.toString()).isEqualTo("raw-" + pictures.get(i));
            assertThat(raw.at("/output/datatype").asText()).isEqualTo("FP32");
            assertThat(raw.at("/values/0").asDouble()).isBetween(-0.1, 1.1);
            assertThat(raw.at("/parameters/baton_placement/string_param").asText())
                    .isNotEmpty();
            assertThat(answer.at("/typed/" + i + "/values/0").asDouble())
                    .isCloseTo(raw.at("/values/0").asDouble(), within(0.02));
        }
        assertThat(answer.at("/tensor/outputs/0/shape").toString()).isEqualTo("[\"1\",\"1\"]");
        assertThat(answer.at("/typedTensor/outputs/0/shape").toString()).isEqualTo("[\"1\",\"1\"]");
    }

    @Test
    void grpcJsClientIsServedStreamsStatisticsAndTheRest(StackUnderTest stack, @TempDir Path folder) throws Exception {
        install(folder);

        JsonNode answer = ask(stack, folder, List.of());

        assertThat(answer.at("/health/status").asText()).isEqualTo("SERVING");
        assertThat(answer.at("/config/config/platform").asText()).isEqualTo("onnxruntime_onnx");
        assertThat(answer.at("/config/config/input/0/data_type").asText()).isEqualTo("TYPE_FP32");
        assertThat(answer.at("/index/models").findValuesAsText("name")).contains(StackUnderTest.MODEL);
        assertThat(answer.at("/stream/end").asText()).isEqualTo("OK");
        assertThat(answer.at("/stream/answers").findValuesAsText("id")).containsExactly("1", "2", "3");
        assertThat(answer.at("/stream/answers/0/outputs").asInt()).isEqualTo(1);
        assertThat(answer.at("/stream/answers/1/error").asText()).contains("no-such-model");
        assertThat(answer.at("/stream/answers/2/error").asText()).isEmpty();
        assertThat(answer.at("/strictStream/end").asText()).isEqualTo("NOT_FOUND");
        assertThat(answer.at("/statistics/model_stats/0/inference_stats/success/count")
                        .asLong())
                .isGreaterThanOrEqualTo(4);
        assertThat(answer.at("/classified/outputs/0/datatype").asText()).isEqualTo("BYTES");
    }

    @Test
    void grpcJsClientLearnsWhatWasWrong(StackUnderTest stack, @TempDir Path folder) throws Exception {
        install(folder);

        JsonNode wrong = ask(stack, folder, List.of()).at("/wrong");

        assertError(wrong, "model", "NOT_FOUND", "no-such-model");
        assertError(wrong, "input", "INVALID_ARGUMENT", "no-such-input");
        assertError(wrong, "shape", "INVALID_ARGUMENT", "[1, 1, 1, 1]");
        assertError(wrong, "datatype", "INVALID_ARGUMENT", "INT64");
        assertError(wrong, "truncated", "INVALID_ARGUMENT", "196607");
    }

    @Test
    void tritonsPythonClientIsServedOverBothCarriers(StackUnderTest stack, @TempDir Path folder) throws Exception {
        try {
            run(folder, List.of("python3", "-c", "import tritonclient.grpc, tritonclient.http, numpy"));
        } catch (IOException absent) {
            abort("skipped: python3 has no tritonclient[all] here");
        }

        String answer = run(
                folder,
                List.of(
                        "python3",
                        CLIENT.resolve("triton_client.py").toString(),
                        stack.stack().edge(1),
                        "127.0.0.1:%d"
                                .formatted(stack.stack()
                                        .settings()
                                        .ports()
                                        .edges()
                                        .getFirst()
                                        .http()),
                        StackUnderTest.MODEL));

        assertThat(answer.strip()).isEqualTo("same");
    }

    private static void assertError(JsonNode wrong, String what, String code, String named) {
        JsonNode error = wrong.at("/" + what + "/error");
        assertThat(error.at("/code").asText()).as(what).isEqualTo(code);
        assertThat(error.at("/details").asText()).as(what).contains(named);
    }

    private static JsonNode ask(StackUnderTest stack, Path folder, List<Path> pictures)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "node",
                "client.js",
                HOME.resolve("schemas/src/main/proto/grpc_service.proto").toString(),
                stack.stack().edge(1),
                StackUnderTest.MODEL));
        pictures.forEach(picture -> command.add(picture.toString()));
        return new ObjectMapper().readTree(run(folder, command));
    }

    private static void install(Path folder) throws IOException, InterruptedException {
        for (String file : List.of("client.js", "health.proto", "package.json", "package-lock.json", ".npmrc")) {
            Files.copy(CLIENT.resolve(file), folder.resolve(file));
        }
        try {
            run(folder, List.of("node", "--version"));
            run(folder, List.of("npm", "ci", "--no-progress", "--ignore-scripts", "--prefer-offline"));
        } catch (IOException absent) {
            abort("skipped: a foreign client needs Node.js, npm and npm's packages here: " + absent.getMessage());
        }
    }

    private static String run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException("%s did not end within 2 minutes".formatted(command));
        }
        if (process.exitValue() != 0) {
            throw new IOException(
                    "%s ended with %d: %s".formatted(command, process.exitValue(), Files.readString(errors)));
        }
        return Files.readString(output);
    }
}
