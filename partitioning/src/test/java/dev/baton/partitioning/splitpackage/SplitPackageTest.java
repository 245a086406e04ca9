package dev.baton.partitioning.splitpackage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SplitPackageTest {
    @TempDir
    Path directory;

    private SplitPackage made;

    @BeforeEach
    void write() throws IOException {
        made = TestingPackages.write(directory.resolve("package"), 5000);
    }

    @Test
    void opensAsItWasWritten() throws IOException {
        SplitPackage opened = SplitPackage.open(made.directory());
        opened.verify();
        assertThat(opened.version()).isEqualTo(made.version()).hasSize(64);
        assertThat(opened.manifest()).isEqualTo(made.manifest());
        assertThat(opened.manifest())
                .isEqualTo(TestingPackages.manifest(made.manifest().files()));
        assertThat(opened.manifest().files().keySet())
                .containsExactly("head-01.onnx", "tail-01.onnx", "weights.bin", "whole.onnx");
    }

    @Test
    void versionIsTheManifestsDigest() throws IOException {
        byte[] json = Files.readAllBytes(made.directory().resolve("manifest.json"));
        assertThat(made.version()).isEqualTo(Digests.sha256(json));
        assertThat(TestingPackages.write(directory.resolve("again"), 5000).version())
                .isEqualTo(made.version());
        assertThat(TestingPackages.write(directory.resolve("other"), 5001).version())
                .isNotEqualTo(made.version());
    }

    @Test
    void writingTheSameAgainIsFineAndSomethingElseIsNot() throws IOException {
        assertThat(TestingPackages.write(directory.resolve("package"), 5000).version())
                .isEqualTo(made.version());
        assertThatThrownBy(() -> TestingPackages.write(directory.resolve("package"), 6000))
                .isInstanceOf(FileAlreadyExistsException.class);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactly(directory.resolve("package"));
        }
    }

    @Test
    void endsHaveOneFileEach() {
        assertThat(made.tailFile(0)).isEqualTo(made.wholeFile());
        assertThat(made.headFile(2)).isEqualTo(made.wholeFile());
        assertThat(made.headFile(1)).hasFileName("head-01.onnx");
        assertThatThrownBy(() -> made.headFile(0)).hasMessageContaining("split point 0 has no head");
        assertThatThrownBy(() -> made.tailFile(2)).hasMessageContaining("split point 2 has no tail");
        assertThatThrownBy(() -> made.tailFile(3)).hasMessageContaining("no split point 3: expected 0 to 2");
    }

    @Test
    void answerIsPutTogetherFromWhatCrossedAndWhatTheTailMade() {
        Tensor activation = Tensor.ofFloats(Shape.of(1, 8), new float[8]);
        Tensor reading = Tensor.ofFloats(Shape.of(1, 1), 0.5f);
        Map<String, Tensor> crossing = made.crossing(1, Map.of(), Map.of("act/1:0", activation, "unused", reading));
        assertThat(crossing).containsExactly(Map.entry("act/1:0", activation));
        assertThat(made.tailInputs(1, crossing)).containsExactly(Map.entry("act/1:0", activation));
        assertThat(made.answer(1, crossing, Map.of("reading", reading))).containsExactly(Map.entry("reading", reading));
        assertThatThrownBy(() -> made.crossing(1, Map.of(), Map.of()))
                .hasMessageContaining("tensor 'act/1:0' crosses at split point 1");
        assertThatThrownBy(() -> made.answer(1, crossing, Map.of())).hasMessageContaining("output 'reading'");
    }

    @Test
    void probeInputsAreTheSameEachTime() throws IOException {
        Tensor first = made.probeInputs().getOrDefault("image", Tensor.ofFloats(Shape.of(0)));
        assertThat(first.shape()).isEqualTo(Shape.of(1, 3, 2, 2));
        assertThat(made.probeInputs().values()).allMatch(tensor -> tensor.bitEquals(first));
    }

    @Test
    void missingOrShortFilesAreNoticedOnOpening() throws IOException {
        Path weights = made.directory().resolve("weights.bin");
        Files.write(weights, new byte[4999]);
        assertThatThrownBy(() -> SplitPackage.open(made.directory()))
                .isInstanceOf(InvalidPackageException.class)
                .hasMessageContaining("weights.bin has 4999 bytes: the manifest promises 5000");
        Files.delete(weights);
        assertThatThrownBy(() -> SplitPackage.open(made.directory()))
                .hasMessageContaining("lacks the file weights.bin");
    }

    @Test
    void changedFilesAreNoticedOnVerifying() throws IOException {
        Files.write(made.directory().resolve("weights.bin"), new byte[5000]);
        SplitPackage opened = SplitPackage.open(made.directory());
        assertThatThrownBy(opened::verify)
                .isInstanceOf(InvalidPackageException.class)
                .hasMessageContaining("weights.bin has SHA-256");
    }

    @Test
    void directoryWithoutManifestIsNoPackage() {
        assertThatThrownBy(() -> SplitPackage.open(directory))
                .isInstanceOf(InvalidPackageException.class)
                .hasMessageContaining("is not a split package: it has no manifest.json");
    }

    @Test
    void fieldsOfTheFutureAreIgnored() throws Exception {
        String json = json().replace("\"model\" :", "\"signature\" : {\"by\" : \"us\"}, \"model\" :");
        assertThat(Manifest.parse(json.getBytes(StandardCharsets.UTF_8))).isEqualTo(made.manifest());
    }

    @Test
    void manifestsFromBeforeOperatorsWereListedAreRead() throws Exception {
        ObjectNode json = (ObjectNode) ManifestJson.mapper().readTree(json());
        json.remove("operators");
        Manifest old = Manifest.parse(ManifestJson.mapper().writeValueAsBytes(json));
        assertThat(old.operators()).isEmpty();
        assertThat(old.splitPoints()).isEqualTo(made.manifest().splitPoints());
        assertThat(made.manifest().operators()).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    "weights.bin" : {            | "../weights.bin" : {               | expected a plain name
                    "weights.bin" : {            | "/etc/passwd" : {                  | expected a plain name
                    "weights.bin" : {            | "manifest.json" : {                | expected a plain name
                    "weights.bin" : {            | "a\\\\b" : {                       | expected a plain name
                    "weights.bin" : {            | "other.bin" : {                    | 'weights.bin' is not among the files
                    "bytes" : 5000               | "bytes" : -1                       | a file of -1 bytes
                    "format" : 1                 | "format" : 2                       | format 2: expected 1
                    "model" : "gauge"            | "model" : "../gauge"               | model '../gauge'
                    "model" : "gauge",           | ``                                 | Null value for creator property
                    "headFile" : "head-01.onnx"  | "headFile" : "head-99.onnx"        | 'head-99.onnx' is not among the files
                    "index" : 1                  | "index" : 7                        | split point 7 at place 1
                    "headWeightBytes" : 0        | "headWeightBytes" : 50000          | more than there are
                    "headOperators" : 2          | "headOperators" : 3                | expected nested heads
                    "crossingBytes" : 32         | "crossingBytes" : 33               | 33 crossing bytes, but its tensors have 32
                    [ 1, 8 ]                     | [ -1, 8 ]                          | expected a fixed one
                    "FP32"                       | "FP80"                             | FP80
                    "tailInputs" : [ "act/1:0" ] | "tailInputs" : [ "other" ]         | tail inputs [other], but only [act/1:0] cross
                    "number" : 3                 | "number" : 4                       | 5 operators listed with 4 numbers
                    "kind" : "Mul"               | "kind" : ""                        | expected a kind and no negative count
                    "flops" : 1200               | "flops" : -1                       | expected a kind and no negative count
                    "input" : "image"            | "input" : "picture"                | expected one of the inputs
                    """)
    void manifestsThatDoNotHoldTogetherAreRefused(String found, String replaced, String message) throws IOException {
        String json = json();
        assertThat(json).contains(found);
        byte[] hostile = json.replace(found, replaced == null ? "" : replaced).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> Manifest.parse(hostile))
                .isInstanceOf(InvalidPackageException.class)
                .hasMessageContaining(message);
    }

    @Test
    void whatIsNoJsonIsRefused() {
        assertThatThrownBy(() -> Manifest.parse(new byte[] {1, 2, 3})).isInstanceOf(InvalidPackageException.class);
        assertThatThrownBy(() -> Manifest.parse("{}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InvalidPackageException.class);
        assertThatThrownBy(() -> Manifest.parse("[".repeat(100_000).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InvalidPackageException.class);
    }

    private String json() throws IOException {
        return Files.readString(made.directory().resolve("manifest.json"));
    }
}
