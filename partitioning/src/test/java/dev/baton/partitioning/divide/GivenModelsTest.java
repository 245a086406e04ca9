package dev.baton.partitioning.divide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.baton.partitioning.TestingRunner;
import dev.baton.partitioning.probe.GraphRunner.Optimization;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The promise, on real models: every split point of a package equals the whole. */
final class GivenModelsTest {
    private static final TestingRunner RUNNER = new TestingRunner();

    @TempDir
    Path directory;

    @BeforeAll
    static void modelsAreThere() {
        assumeTrue(Files.isDirectory(models()), "no models in " + models() + ": real models are not tested");
    }

    @AfterAll
    static void closeEngines() {
        RUNNER.close();
    }

    private static Path models() {
        return Path.of(System.getProperty("baton.models", "../shared/models"));
    }

    /** Split points wanted: few, as each costs six runs on a slow machine. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "squeezenet_fp32/squeezenet_fp32.onnx, 4",
        "resnet_cifar10/resnet20_cifar10.onnx, 4",
        "quantized/resnet20_cifar10_int8_qdq.onnx, 4",
        "mnist_8/model.onnx, 3",
        "ultraface/version-RFB-320.onnx, 3",
        "yunet/yunet_n_320_320.onnx, 3",
        "fastestdet/FastestDet.onnx, 3",
        "portrait_seg/SINet_Softmax.onnx, 3",
        "style_transfer/candy.onnx, 1",
        "super_resolution_10/model.onnx, 2",
        "silero_vad/silero_vad_16k_op15.onnx, 4",
        "gtcrn/gtcrn_simple.onnx, 3",
        "sms_spam_transformer/sms_spam_transformer.onnx, 4",
        "stories260k/stories260k_decoder_kv.onnx, 4",
        "random/mobilenet_v2.onnx, 3",
        "random/bert_tiny_cls.onnx, 4",
        "onnx_light/light_resnet50.onnx, 2",
        "onnx_light/light_squeezenet.onnx, 3"
    })
    void everySplitPointEqualsTheWhole(String file, int splitPoints) throws Exception {
        boolean isHeavy = file.contains("candy"); // seconds a run
        DivisionRequest request = DivisionRequest.of(models().resolve(file), "given")
                .withMaxSplitPoints(splitPoints)
                .withCodecs(isHeavy ? List.of() : List.of(Codec.parse("raw"), Codec.parse("int8+zstd")));
        SplitPackage made = ModelDivider.divide(request, RUNNER, directory.resolve("package"), step -> {});
        made.verify();
        List<SplitPointEntry> entries = made.manifest().splitPoints();
        assertThat(entries).hasSize(splitPoints + 2);
        for (SplitPointEntry entry : entries) {
            assertThat(entry.parity().bitExact()).as(entry.name()).isTrue();
            assertThat(entry.parity().maxRelativeDifference()).as(entry.name()).isLessThanOrEqualTo(1e-4);
        }
        if (!isHeavy) {
            assertThat(entries.get(1).codecs())
                    .extracting(codec -> codec.codec())
                    .containsExactly("raw", "int8+zstd");
            assertThat(entries.get(1).codecs().getFirst().maxOutputRelativeError())
                    .isZero();
            checkByHand(made, 1 + splitPoints / 2);
        }
    }

    /** As edge node and tail do it, from the package alone. */
    private static void checkByHand(SplitPackage made, int splitPoint) throws Exception {
        Map<String, Tensor> inputs = made.probeInputs();
        Map<String, Tensor> whole = RUNNER.run(made.wholeFile(), inputs, Optimization.EXTENDED);
        Path headFile = made.headFile(splitPoint);
        Map<String, Tensor> headInputs = new LinkedHashMap<>(inputs);
        headInputs
                .keySet()
                .retainAll(RUNNER.inputs(headFile).stream()
                        .map(spec -> spec.name())
                        .toList());
        Map<String, Tensor> head = RUNNER.run(headFile, headInputs, Optimization.EXTENDED);
        Map<String, Tensor> crossing = made.crossing(splitPoint, inputs, head);
        Map<String, Tensor> tail =
                RUNNER.run(made.tailFile(splitPoint), made.tailInputs(splitPoint, crossing), Optimization.EXTENDED);
        Map<String, Tensor> answer = made.answer(splitPoint, crossing, tail);
        assertThat(answer.keySet()).containsExactlyElementsOf(whole.keySet());
        assertThat(Comparison.bitEqual(answer, whole)).isTrue();
    }

    @Test
    void allInOneIfHasOnlyItsEndsAndSaysWhy() throws Exception {
        DivisionRequest request = DivisionRequest.of(models().resolve("silero_vad/silero_vad.onnx"), "silero");
        SplitPackage made = ModelDivider.divide(request, RUNNER, directory.resolve("package"), step -> {});
        assertThat(made.manifest().splitPoints()).hasSize(2);
        assertThat(made.manifest().reason()).hasValueSatisfying(reason -> assertThat(reason)
                .contains("practically all of the model's work lies in one operator, If")
                .contains("subgraphs are not divided"));
    }

    @Test
    void samePackageEachTime() throws Exception {
        DivisionRequest request = DivisionRequest.of(models().resolve("mnist_8/model.onnx"), "mnist");
        SplitPackage first = ModelDivider.divide(request, RUNNER, directory.resolve("first"), step -> {});
        SplitPackage second = ModelDivider.divide(request, RUNNER, directory.resolve("second"), step -> {});
        assertThat(second.version()).isEqualTo(first.version());
    }
}
