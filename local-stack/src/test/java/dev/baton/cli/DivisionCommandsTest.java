package dev.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.cli.CommandLines.Outcome;
import dev.baton.console.ExitCode;
import dev.baton.console.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look at models, on the gauge reader that comes with Baton. */
class DivisionCommandsTest {

    private static final Path GAUGE = Path.of("..", "gauge-model");
    private static final String MODEL = GAUGE.resolve("model/gauge.onnx").toString();
    private static final String PICTURE =
            GAUGE.resolve("pictures/gauge-001.jpg").toString();

    /** Divided once: two split points, with a picture. */
    @TempDir
    private static Path shared;

    private static Path gaugePackage = Path.of("");
    private static Outcome split = new Outcome(ExitCode.USAGE, "", "");

    @TempDir
    private Path directory;

    @BeforeAll
    static void divide() {
        gaugePackage = shared.resolve("package");
        split = CommandLines.run(
                "split", MODEL, "--output", gaugePackage.toString(), "--max-split-points", "2", "--image", PICTURE);
    }

    @Test
    void splitWritesAPackageAndNamesItsVersion() throws IOException {
        assertThat(split.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(split.out())
                .containsPattern("Package of gauge, version [0-9a-f]{64}, in ")
                .contains("bit-exact");
        assertThat(gaugePackage.resolve("manifest.json")).isRegularFile();
        assertThat(gaugePackage.resolve("tail-02.onnx")).isRegularFile();
    }

    @Test
    void splitKeepsOutOfADirectoryThatHoldsSomethingElse() throws IOException {
        Files.writeString(directory.resolve("letter.txt"), "Dear Jane");

        Outcome outcome = CommandLines.run("split", MODEL, "--output", directory.toString());

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(outcome.err()).hasLineCount(1).contains("holds no split package");
    }

    @Test
    void inspectIsQuickAndSaysThatNothingIsProven() {
        Outcome outcome = CommandLines.run("inspect", MODEL, "--max-split-points", "3");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(outcome.out())
                .contains(
                        "59 operators and 0 constant ones",
                        "271 MFLOPs",
                        "23 Conv (",
                        "not proven",
                        "--prove runs them");
    }

    @Test
    void inspectPrintsOneDocument() throws IOException {
        Outcome outcome = CommandLines.run("inspect", MODEL, "--image", PICTURE, "--json", "--max-split-points", "3");

        JsonNode document = Json.read(outcome.out());
        assertThat(document.get("model").asText()).isEqualTo("gauge");
        assertThat(document.get("proven").asBoolean()).isFalse();
        assertThat(document.get("knownFlops").asLong()).isBetween(270_000_000L, 272_000_000L);
        assertThat(document.get("operators")).hasSize(59);
        assertThat(document.get("splitPoints")).hasSize(5);
        assertThat(document.get("splitPoints").get(4).get("depth").asDouble()).isEqualTo(1);
        assertThat(document.get("picture").get("jpegBytes").asLong()).isBetween(1_000L, 20_000L);
    }

    @Test
    void inspectShowsWhatAPackageHoldsAndDrawsIt() throws IOException {
        Path page = directory.resolve("gauge.html");

        Outcome outcome = CommandLines.run("inspect", gaugePackage.toString(), "--html", page.toString());

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(outcome.out()).contains("bit-exact", "The picture as JPEG").doesNotContain("not proven");
        assertThat(page)
                .content()
                .startsWith("<!doctype html>")
                .contains("gauge: where it can be divided", "int8+zstd");
    }

    @Test
    void verifyProvesAPackageAgain() throws IOException {
        Outcome outcome = CommandLines.run("verify", gaugePackage.toString(), "--json");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        JsonNode rows = Json.read(outcome.out()).get("rows");
        assertThat(rows).hasSize(2).allSatisfy(row -> {
            assertThat(row.get("bitExact").asBoolean()).isTrue();
            assertThat(row.get("crossing").get(0).get("probeShape").isArray()).isTrue();
        });
    }

    @Test
    void verifyNamesTheFileOfAPackageThatWasChanged() throws IOException {
        Path copy = Files.createDirectory(directory.resolve("copy"));
        try (var files = Files.list(gaugePackage)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        byte[] tail = Files.readAllBytes(copy.resolve("tail-01.onnx"));
        tail[tail.length / 2] ^= 1;
        Files.write(copy.resolve("tail-01.onnx"), tail, StandardOpenOption.TRUNCATE_EXISTING);

        Outcome outcome = CommandLines.run("verify", copy.toString());

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.CHECK_FAILED);
        assertThat(outcome.err()).contains("tail-01.onnx", "SHA-256");
    }

    @Test
    void profileMeasuresAndPredicts() throws IOException {
        Path file = directory.resolve("device.json");

        Outcome outcome = CommandLines.run(
                "profile",
                gaugePackage.toString(),
                "--seconds",
                "0",
                "--output",
                file.toString(),
                "--device-name",
                "bench");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(outcome.out()).contains("gauge on bench: ", "Layer times: operators of 1 model", "Conv");
        JsonNode profile = Json.read(Files.readString(file, StandardCharsets.UTF_8));
        JsonNode model = profile.get("models").get(0);
        assertThat(model.get("operators")).hasSize(59);
        assertThat(model.get("operators").get(0).get("micros").asDouble()).isPositive();
        assertThat(model.get("splitPoints")).hasSize(4);
        assertThat(model.get("splitPoints")
                        .get(1)
                        .get("head")
                        .get("medianMicros")
                        .asDouble())
                .isPositive();
        assertThat(profile.get("layerTimes").get("calibrationRuns").asInt()).isEqualTo(6);
    }

    @Test
    void profilesOfDifferentSetupsAreNotMixed() throws IOException {
        Path file = directory.resolve("device.json");
        String[] measured = {"profile", gaugePackage.toString(), "--seconds", "0", "--output", file.toString()};
        assertThat(CommandLines.run(measured).exitCode()).isEqualTo(ExitCode.OK);

        Outcome outcome = CommandLines.run(
                "profile", gaugePackage.toString(), "--seconds", "0", "--output", file.toString(), "--threads", "7");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.err()).hasLineCount(1).contains("was measured otherwise", "--new");
    }

    @Test
    void inputsThatDoNotFitAreNamed() throws IOException {
        Path tensor = directory.resolve("wrong.npy");
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
        Files.write(
                tensor,
                ("\u0093NUMPY\u0001\u0000" + (char) header.length() + "\u0000" + header + "\0".repeat(12))
                        .getBytes(StandardCharsets.ISO_8859_1));

        assertInput(tensor.toString(), "image", "expected image FP32 [-1, 3, 128, 128]", "[1, 3]");
        assertInput(tensor.toString(), "photo", "'photo' is not an input of the model", "[image]");
        assertInput(PICTURE, "photo", "photo", "pictures become input 'image'");
        assertInput(directory.resolve("missing.npy").toString(), "image", "no such", "missing.npy");
        assertInput(Files.writeString(directory.resolve("text.npy"), "text").toString(), "image", "text.npy", "image");
        assertInput(Files.writeString(directory.resolve("text.jpg"), "text").toString(), "input image", "text.jpg");
    }

    private static void assertInput(String file, String name, String... expected) {
        Outcome outcome = CommandLines.run("inspect", MODEL, "--input", name + "=" + file);

        assertThat(outcome.exitCode()).isNotEqualTo(ExitCode.OK);
        assertThat(outcome.err().lines().toList())
                .last()
                .asString()
                .contains(expected)
                .doesNotContain("unexpected");
    }

    @Test
    void evaluateMarksTheSmallestCodecThatKeepsToTheBudget() throws IOException {
        Path profile = directory.resolve("accuracy.json");

        Outcome outcome = CommandLines.run(
                "evaluate",
                gaugePackage.toString(),
                "--dataset",
                twoPictures().toString(),
                "--codecs",
                "raw,int8",
                "--output",
                profile.toString());

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(outcome.out()).contains("gauge on 2 samples", "mean relative error", "picture, jpeg-85", "int8");
        JsonNode written = Json.read(Files.readString(profile));
        assertThat(written.get("metric").asText()).isEqualTo("RELATIVE_ERROR");
        assertThat(written.get("splitPoints")).hasSize(3).allSatisfy(point -> {
            assertThat(point.get("smallest").asText()).isEqualTo("int8");
            assertThat(point.get("codecs")).hasSize(2);
        });
    }

    @Test
    void evaluateSaysWhatADataSetLacks() throws IOException {
        Path notes = Files.writeString(directory.resolve("notes.txt"), "no pictures");

        Outcome nothing = CommandLines.run("evaluate", gaugePackage.toString(), "--dataset", notes.toString());
        Outcome unknown = CommandLines.run(
                "evaluate", gaugePackage.toString(), "--dataset", twoPictures().toString(), "--codecs", "int9");

        assertThat(nothing.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(nothing.err()).hasLineCount(1).contains("notes.txt", "expected");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unknown.err()).contains("int9", "expected");
    }

    private Path twoPictures() throws IOException {
        Path folder = Files.createDirectories(directory.resolve("pictures"));
        for (String name : List.of("gauge-001.jpg", "gauge-002.jpg")) {
            Files.copy(GAUGE.resolve("pictures").resolve(name), folder.resolve(name));
        }
        return folder;
    }
}
