package dev.baton.partitioning.families;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.baton.partitioning.TestingModels;
import dev.baton.partitioning.TestingRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models of every family are divided in several places, each of which equals the whole. */
final class FamiliesTest {
    private static final TestingRunner RUNNER = new TestingRunner();

    @TempDir
    Path directory;

    @AfterAll
    static void closeEngines() {
        RUNNER.close();
    }

    /**
     * A model.
     *
     * @param splitPoints how many must be found at least, of three asked for
     * @param bitExact whether they must agree in every bit, which half precision cannot
     */
    record Family(String name, Supplier<ModelProto> model, int splitPoints, boolean bitExact) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Family> families() {
        return Stream.of(
                new Family("densenet121", () -> Vision.denseNet(GraphBuilder.floats(), 64, 4), 3, true),
                new Family("inception", () -> Vision.inception(GraphBuilder.floats(), 64, 8), 3, true),
                new Family("efficientnet", () -> Vision.efficientNet(GraphBuilder.floats(), 64, 8), 3, true),
                new Family("unet", () -> Vision.uNet(GraphBuilder.floats(), 64, 4), 3, true),
                new Family("dynamic-size", () -> Vision.fullyConvolutional(GraphBuilder.floats(), 4), 3, true),
                new Family("vit", () -> VisionTransformer.model(GraphBuilder.floats(), 32, 8, 32, 4, 4, 10), 3, true),
                new Family("bert", () -> Bert.model(GraphBuilder.floats(), "sequence_length", 97, 32, 4, 4), 3, true),
                new Family("gpt2", () -> Gpt2.model(GraphBuilder.floats(), 211, 32, 4, 3), 3, true),
                new Family("lstm", () -> Recurrent.lstm(GraphBuilder.floats(), 61, 16), 3, true),
                new Family("gru-state", () -> Recurrent.gru(GraphBuilder.floats(), 16), 3, true),
                new Family(
                        "qdq-uint8",
                        () -> Quantised.qdq(GraphBuilder.floats().operatorSet("", 13), 32, 16, 6, DataType.UINT8),
                        3,
                        true),
                new Family(
                        "qdq-int8",
                        () -> Quantised.qdq(GraphBuilder.floats().operatorSet("", 13), 32, 16, 6, DataType.INT8),
                        3,
                        true),
                new Family("qlinear", () -> Quantised.qLinear(GraphBuilder.floats(), 32, 16, 6), 3, true),
                new Family("dynamic-quantisation", () -> Quantised.dynamic(GraphBuilder.floats(), 32, 6), 3, true),
                new Family("if-loop-scan", () -> ControlFlow.ifLoopScan(GraphBuilder.floats(), 16), 3, true),
                new Family("functions", () -> ControlFlow.functions(GraphBuilder.floats(), 16), 3, true),
                new Family("contrib", () -> ControlFlow.fused(GraphBuilder.floats(), 32, 4, 4), 3, true),
                new Family("fp16-cnn", () -> Vision.efficientNet(GraphBuilder.halves(), 64, 8), 3, false),
                new Family(
                        "fp16-vit",
                        () -> VisionTransformer.model(GraphBuilder.halves(), 32, 8, 32, 4, 4, 10),
                        3,
                        false));
    }

    @ParameterizedTest
    @MethodSource("families")
    void hasUsefulSplitPointsThatEqualTheWhole(Family family) throws Exception {
        SplitPackage made = divide(family.model().get(), 3);
        List<SplitPointEntry> between =
                made.manifest().splitPoints().subList(1, made.manifest().lastIndex());
        assertThat(between).hasSizeGreaterThanOrEqualTo(family.splitPoints());
        assertThat(between).allSatisfy(point -> {
            assertThat(point.parity().bitExact() || !family.bitExact()).isTrue();
            assertThat(point.parity().maxRelativeDifference()).isLessThan(family.bitExact() ? 1e-4 : 2e-3);
        });
        int operators = between.getFirst().headOperators() + between.getFirst().tailOperators();
        assertThat(between.getLast().headOperators() - between.getFirst().headOperators())
                .as("spread over the model's %d operators", operators)
                .isGreaterThan(operators / 6);
    }

    @Test
    void languageModelWithPastOfEveryLayerIsDividedBetweenLayers() throws Exception {
        SplitPackage made = divide(Gpt2.model(GraphBuilder.floats(), 211, 48, 12, 12), 2);
        assertThat(made.manifest().inputs()).hasSize(3 + 24);
        assertThat(made.manifest().outputs()).hasSize(1 + 24);
        List<SplitPointEntry> between =
                made.manifest().splitPoints().subList(1, made.manifest().lastIndex());
        assertThat(between).hasSize(2);
        assertThat(between).allSatisfy(point -> {
            assertThat(point.parity().bitExact()).isTrue();
            assertThat(point.headOperators() + point.tailOperators()).isGreaterThan(1400);
            // What is past for the tail's layers, what is present of the head's, and the hidden state.
            assertThat(point.crossing()).hasSizeBetween(25, 29);
        });
    }

    @Test
    void customDomainIsRefusedByName() {
        assertThatThrownBy(() -> divide(ControlFlow.customDomain(GraphBuilder.floats()), 5))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("BertTokenizer")
                .hasMessageContaining("ai.onnx.contrib");
    }

    private SplitPackage divide(ModelProto model, int splitPoints) throws Exception {
        Path file = TestingModels.write(directory, model);
        DivisionRequest request = DivisionRequest.of(file, "family")
                .withMaxSplitPoints(splitPoints)
                .withCodecs(List.of());
        return ModelDivider.divide(request, RUNNER, directory.resolve("package"), step -> {});
    }
}
