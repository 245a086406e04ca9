package dev.baton.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
final class OnnxRuntimeEngineTest {

    private final OnnxRuntimeEngine engine = new OnnxRuntimeEngine(
            EngineSettings.defaults().withIntraOpThreads(1).withWorkers(2));

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        engine.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"INT16", "UINT16", "UINT32", "UINT64"})
    void everyTypePassesUnchanged(ElementType type) throws Exception {
        Tensor sent = random(type, Shape.of(2, 3));

        assertThat(echo(sent, Shape.of(-1, 3)))
                .satisfies(received -> assertThat(received.bitEquals(sent)).isTrue());
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"INT16", "UINT16", "UINT32", "UINT64"})
    void scalarsPassUnchanged(ElementType type) throws Exception {
        Tensor sent = random(type, Shape.of());

        assertThat(echo(sent, Shape.of()))
                .satisfies(received -> assertThat(received.bitEquals(sent)).isTrue());
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"INT16", "UINT16", "UINT32", "UINT64"})
    void emptyTensorsPassUnchanged(ElementType type) throws Exception {
        Tensor sent = random(type, Shape.of(0, 3));

        assertThat(echo(sent, Shape.of(-1, 3)))
                .satisfies(received -> assertThat(received.bitEquals(sent)).isTrue());
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"INT16", "UINT16", "UINT32", "UINT64"})
    void tensorInAHeapBufferWorksAsOneInADirectBuffer(ElementType type) throws Exception {
        Tensor direct = random(type, Shape.of(3));
        byte[] bytes = new byte[direct.data().remaining()];
        direct.data().get(bytes);
        Tensor heap = Tensor.of(type, Shape.of(3), ByteBuffer.wrap(bytes));

        assertThat(echo(heap, Shape.of(3)).bitEquals(direct)).isTrue();
    }

    @Test
    void inputsAndOutputsAreFoundByName() throws Exception {
        try (InferenceSession session = engine.open(TinyModels.sumAndDifference(directory))) {
            assertThat(session.inputs())
                    .containsExactly(
                            new TensorSpec("a", ElementType.FP32, Shape.of(-1, 2)),
                            new TensorSpec("b", ElementType.FP32, Shape.of(-1, 2)));
            assertThat(session.outputs())
                    .containsExactly(
                            new TensorSpec("sum", ElementType.FP32, Shape.of(-1, 2)),
                            new TensorSpec("difference", ElementType.FP32, Shape.of(-1, 2)));

            Inference inference = session.run(Map.of(
                    "b", Tensor.ofFloats(Shape.of(1, 2), 1, 2),
                    "a", Tensor.ofFloats(Shape.of(1, 2), 10, 20)));

            assertThat(inference.outputs().keySet()).containsExactly("sum", "difference");
            assertThat(output(inference, "sum").toFloats()).containsExactly(11, 22);
            assertThat(output(inference, "difference").toFloats()).containsExactly(9, 18);
            assertThat(inference.runTime()).isPositive();
            assertThat(inference.queueTime()).isGreaterThanOrEqualTo(Duration.ZERO);
        }
    }

    @Test
    void booleansAreComputedWith() throws Exception {
        try (InferenceSession session = engine.open(TinyModels.not(directory))) {
            Inference inference = session.run(Map.of("x", Tensor.ofBooleans(Shape.of(2, 2), true, false, false, true)));

            assertThat(output(inference, "y").toLongs()).containsExactly(0, 1, 1, 0);
        }
    }

    @Test
    void emptyPastIsAPast() throws Exception {
        try (InferenceSession session = engine.open(TinyModels.append(directory))) {
            Inference inference = session.run(
                    Map.of("past", Tensor.ofFloats(Shape.of(0, 3)), "now", Tensor.ofFloats(Shape.of(1, 3), 7, 8, 9)));

            assertThat(output(inference, "whole").toFloats()).containsExactly(7, 8, 9);
            assertThat(output(inference, "length").toLongs()).containsExactly(1, 3);
        }
    }

    @Test
    void weightsBesideTheGraphAreRead() throws Exception {
        try (InferenceSession session = engine.open(TinyModels.externalWeights(directory))) {
            Inference inference = session.run(Map.of("x", Tensor.ofFloats(Shape.of(3), 1, 1, 1)));

            assertThat(output(inference, "y").toFloats()).containsExactly(2, 4, 8);
        }
    }

    @Test
    void outputsOwnTheirMemory() throws Exception {
        Tensor kept = echo(Tensor.ofFloats(Shape.of(2), 4, 5), Shape.of(2));
        engine.close();

        assertThat(kept.toFloats()).containsExactly(4, 5);
    }

    @Test
    void outputOfATypeThatTheEngineDoesNotTakeIsNamedAndLeftOut() throws Exception {
        try (InferenceSession session = engine.open(TinyModels.matrixSquare(directory, 2))) {
            assertThat(session.outputs()).extracting(TensorSpec::name).containsExactly("y");
            assertThat(session.omittedOutputs()).containsExactly("exact UINT32");

            assertThat(session.run(Map.of("x", Tensor.ofFloats(Shape.of(2, 2), 1, 1, 0, 1)))
                            .outputs())
                    .containsOnlyKeys("y");
        }
    }

    @Test
    void shapeThatTheModelLeavesOpenTakesAnyShape() throws Exception {
        try (InferenceSession session = engine.open(TinyModels.openShape(directory))) {
            assertThat(session.inputs()).containsExactly(new TensorSpec("x", ElementType.FP32, Shape.of()));

            Inference inference = session.run(Map.of("x", Tensor.ofFloats(Shape.of(2, 1), 3, 4)));

            assertThat(output(inference, "y").shape()).isEqualTo(Shape.of(2, 1));
        }
    }

    static Stream<BadInput> badInputs() {
        Tensor good = Tensor.ofFloats(Shape.of(1, 2), 1, 2);
        return Stream.of(
                new BadInput(Map.of("a", good), "input 'b' (FP32 [-1, 2]) is missing; given: [a]"),
                new BadInput(Map.of(), "input 'a' (FP32 [-1, 2]) is missing; given: []"),
                new BadInput(
                        Map.of("a", good, "b", good, "c", good), "unknown input [c]; this model's inputs are [a, b]"),
                new BadInput(
                        Map.of("a", good, "b", Tensor.ofLongs(Shape.of(1, 2), 1, 2)),
                        "input 'b' is INT64, expected FP32"),
                new BadInput(
                        Map.of("a", good, "b", Tensor.ofFloats(Shape.of(2), 1, 2)),
                        "input 'b' has shape [2], expected [-1, 2]"),
                new BadInput(
                        Map.of("a", Tensor.ofFloats(Shape.of(1, 3), 1, 2, 3), "b", good),
                        "input 'a' has shape [1, 3], expected [-1, 2]"));
    }

    record BadInput(Map<String, Tensor> given, String message) {}

    @ParameterizedTest
    @MethodSource("badInputs")
    void inputThatDoesNotFitIsRefusedByName(BadInput bad) throws Exception {
        try (InferenceSession session = engine.open(TinyModels.sumAndDifference(directory))) {
            assertThatThrownBy(() -> session.run(bad.given()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(bad.message());
        }
    }

    @Test
    void inputsThatOnlyTheEngineCanRefuseAreInvalidToo() throws Exception {
        try (InferenceSession session = engine.open(TinyModels.sumAndDifference(directory))) {
            Map<String, Tensor> notAlike = Map.of(
                    "a", Tensor.ofFloats(Shape.of(2, 2), 1, 2, 3, 4),
                    "b", Tensor.ofFloats(Shape.of(3, 2), 1, 2, 3, 4, 5, 6));

            assertThatThrownBy(() -> session.run(notAlike))
                    .isInstanceOf(InferenceException.class)
                    .hasMessageContaining("tiny.onnx");
        }
        try (InferenceSession session = engine.open(TinyModels.lookUp(directory))) {
            assertThatThrownBy(() -> session.run(Map.of("index", Tensor.ofLongs(Shape.of(1), 4))))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("tiny.onnx refused its inputs");
        }
    }

    @Test
    void fileThatIsNoModelIsNamed() throws Exception {
        Path text = Files.writeString(directory.resolve("notes.onnx"), "not a model at all", StandardCharsets.UTF_8);
        Path missing = directory.resolve("missing.onnx");

        assertThatThrownBy(() -> engine.open(text))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining(text + " is not an ONNX model");
        assertThatThrownBy(() -> engine.open(missing))
                .isInstanceOf(InferenceException.class)
                .hasMessage("there is no model file " + missing);
    }

    @Test
    void emptyAndTruncatedFilesAreNamed() throws Exception {
        Path empty = Files.write(directory.resolve("empty.onnx"), new byte[0]);
        byte[] model = Files.readAllBytes(TinyModels.not(directory));
        Path truncated = Files.write(directory.resolve("cut.onnx"), java.util.Arrays.copyOf(model, model.length - 20));

        assertThatThrownBy(() -> engine.open(empty))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("empty.onnx");
        assertThatThrownBy(() -> engine.open(truncated))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("cut.onnx");
    }

    @Test
    void inputOfATypeThatTheEngineDoesNotTakeIsRefusedWhenOpening() throws Exception {
        Path file = TinyModels.unsignedInput(directory);

        assertThatThrownBy(() -> engine.open(file))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("input 'x' is of a type that is not supported: UINT32");
    }

    @Test
    void gpuIsRefusedWithWhatIsMissing() {
        assumeThat(OrtEnvironment.getAvailableProviders()).doesNotContain(OrtProvider.CUDA);

        assertThatThrownBy(() -> new OnnxRuntimeEngine(EngineSettings.defaults().withDevice(Device.parse("gpu:0"))))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("gpu:0")
                .hasMessageContaining("onnxruntime_gpu");
    }

    @Test
    void manyThreadsGetTheirOwnAnswers() throws Exception {
        try (InferenceSession session = engine.open(TinyModels.sumAndDifference(directory));
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> runs = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                float value = caller;
                runs.add(callers.submit(() -> {
                    for (int i = 0; i < 200; i++) {
                        Inference inference = session.run(Map.of(
                                "a", Tensor.ofFloats(Shape.of(1, 2), value, i),
                                "b", Tensor.ofFloats(Shape.of(1, 2), 1, 1)));
                        assertThat(output(inference, "sum").toFloats()).containsExactly(value + 1, i + 1);
                    }
                }));
            }
            for (Future<?> run : runs) {
                run.get(60, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void sessionClosesSafelyWhileItRuns() throws Exception {
        Tensor matrix = random(ElementType.FP32, Shape.of(128, 128));
        Path model = TinyModels.matrixSquare(directory, 128);
        for (int round = 0; round < 10; round++) {
            InferenceSession session = engine.open(model);
            try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> runs = new ArrayList<>();
                for (int caller = 0; caller < 4; caller++) {
                    runs.add(callers.submit(() -> {
                        while (true) {
                            session.run(Map.of("x", matrix));
                        }
                    }));
                }
                session.run(Map.of("x", matrix));
                session.close();
                for (Future<?> run : runs) {
                    assertThatThrownBy(() -> run.get(60, TimeUnit.SECONDS))
                            .hasCauseInstanceOf(InferenceException.class)
                            .hasMessageContaining("is closed");
                }
            }
        }
    }

    @Test
    void closingTwiceIsClosingOnce() throws Exception {
        InferenceSession session = engine.open(TinyModels.not(directory));
        session.close();
        session.close();
        engine.close();
        engine.close();

        assertThatThrownBy(() -> engine.open(directory.resolve("tiny.onnx")))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("engine is closed");
    }

    @Test
    void engineClosesItsSessions() throws Exception {
        InferenceSession session = engine.open(TinyModels.not(directory));
        engine.close();

        assertThatThrownBy(() -> session.run(Map.of("x", Tensor.ofBooleans(Shape.of(2, 2), true, true, true, true))))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("closed");
    }

    private Tensor echo(Tensor sent, Shape declared) throws Exception {
        try (InferenceSession session = engine.open(TinyModels.identity(directory, sent.type(), declared))) {
            return output(session.run(Map.of("x", sent)), "y");
        }
    }

    private static Tensor output(Inference inference, String name) {
        return java.util.Objects.requireNonNull(inference.outputs().get(name), name);
    }

    private static Tensor random(ElementType type, Shape shape) {
        ByteBuffer data = ByteBuffer.allocateDirect(Math.toIntExact(shape.elementCount() * type.bytes()))
                .order(java.nio.ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(11);
        for (int i = 0; i < shape.elementCount(); i++) {
            switch (type) {
                case FP32 -> data.putFloat(i * 4, random.nextFloat());
                case FP16 -> data.putShort(i * 2, Float.floatToFloat16(random.nextFloat()));
                case FP64 -> data.putDouble(i * 8, random.nextDouble());
                case INT64, UINT64 -> data.putLong(i * 8, random.nextLong());
                case INT32, UINT32 -> data.putInt(i * 4, random.nextInt());
                case BF16, INT16, UINT16 -> data.putShort(i * 2, (short) random.nextInt());
                case UINT8, INT8 -> data.put(i, (byte) random.nextInt());
                case BOOL -> data.put(i, (byte) random.nextInt(2));
            }
        }
        return Tensor.of(type, shape, data);
    }
}
