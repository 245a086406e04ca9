package dev.baton.partitioning.divide;

import static dev.baton.partitioning.TestingModels.attribute;
import static dev.baton.partitioning.TestingModels.floats;
import static dev.baton.partitioning.TestingModels.graph;
import static dev.baton.partitioning.TestingModels.longs;
import static dev.baton.partitioning.TestingModels.model;
import static dev.baton.partitioning.TestingModels.node;
import static dev.baton.partitioning.TestingModels.untyped;
import static dev.baton.partitioning.TestingModels.value;
import static dev.baton.partitioning.TestingModels.vector;
import static dev.baton.partitioning.TestingModels.weights;
import static dev.baton.partitioning.TestingModels.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.partitioning.TestingRunner;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.partitioning.probe.GraphRunner.Optimization;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.partitioning.split.SplitPointFinder;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.codec.Codec;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small models with everything that real ones have, divided and run by the real engine. */
final class ModelDividerTest {
    private static final TestingRunner RUNNER = new TestingRunner();

    @TempDir
    Path directory;

    @AfterAll
    static void closeEngines() {
        RUNNER.close();
    }

    @Test
    void outputsThatAreInputsWeightsOrConstantsArrive() throws Exception {
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 400)),
                List.of(untyped("x"), untyped("w"), untyped("v"), untyped("a"), untyped("y")),
                List.of(vector("w", 400)),
                node("Neg", List.of("w"), List.of("v")),
                node("Relu", List.of("x"), List.of("a")),
                node("Add", List.of("a", "v"), List.of("b")),
                node("Tanh", List.of("b"), List.of("y")))));
        assertThat(made.manifest().splitPoints()).hasSize(4);
        assertThat(made.manifest().splitPoint(1).crossing())
                .extracting(CrossingTensor::name)
                .containsExactly("x", "a");
        assertThat(made.manifest().splitPoint(2).crossing())
                .extracting(CrossingTensor::name)
                .containsExactly("x", "a", "b");
        assertThat(made.manifest().splitPoint(2).tailInputs()).containsExactly("b");
    }

    @Test
    void subgraphsTakeWhatTheyCaptureAcross() throws Exception {
        GraphProto then =
                graph(List.of(), List.of(untyped("t")), List.of(), node("Add", List.of("a", "big"), List.of("t")));
        GraphProto otherwise =
                graph(List.of(), List.of(untyped("e")), List.of(), node("Mul", List.of("a", "n"), List.of("e")));
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 400)),
                List.of(floats("y", 400)),
                List.of(vector("big", 400), weights("zero", new float[] {0})),
                node("Relu", List.of("x"), List.of("a")),
                node("Neg", List.of("a"), List.of("n")),
                node("ReduceSum", List.of("n"), List.of("s"), attribute("keepdims", 0)),
                node("Greater", List.of("s", "zero"), List.of("c")),
                node(
                        "If",
                        List.of("c"),
                        List.of("z"),
                        attribute("then_branch", then),
                        attribute("else_branch", otherwise)),
                node("Tanh", List.of("z"), List.of("y")))));
        assertThat(made.manifest().splitPoints()).hasSizeGreaterThan(4);
        assertThat(made.manifest().rejected()).isEmpty();
    }

    @Test
    void ownFunctionsGoWithTheOperatorsThatCallThem() throws Exception {
        FunctionProto twice = FunctionProto.newBuilder()
                .setName("Twice")
                .setDomain("com.acme")
                .addInput("a")
                .addOutput("b")
                .addNode(node("Add", List.of("a", "a"), List.of("b")))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .build();
        NodeProto call = node("Twice", List.of("a"), List.of("b")).toBuilder()
                .setDomain("com.acme")
                .build();
        ModelProto model = model(graph(
                        List.of(floats("x", 4)),
                        List.of(floats("y", 4)),
                        List.of(),
                        node("Relu", List.of("x"), List.of("a")),
                        call,
                        node("Tanh", List.of("b"), List.of("y"))))
                .toBuilder()
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("com.acme").setVersion(1))
                .addFunctions(twice)
                .build();
        SplitPackage made = divide(model);
        assertThat(made.manifest().splitPoints()).hasSize(4);
        assertThat(ModelProto.parseFrom(Files.readAllBytes(made.headFile(1))).getFunctionsCount())
                .isZero();
        assertThat(ModelProto.parseFrom(Files.readAllBytes(made.headFile(2))).getFunctionsCount())
                .isOne();
    }

    @Test
    void externalWeightsAreReadThrough() throws Exception {
        byte[] elements = vector("w", 400).getRawData().toByteArray();
        byte[] file = new byte[elements.length + 128];
        System.arraycopy(elements, 0, file, 128, elements.length);
        Files.write(directory.resolve("model.data"), file);
        SplitPackage made = divide(externalModel("model.data"));
        assertThat(Files.size(made.directory().resolve(SplitPackage.WEIGHTS_FILE)))
                .isEqualTo(1600);
        Map<String, Tensor> answer = RUNNER.run(made.wholeFile(), made.probeInputs(), Optimization.EXTENDED);
        assertThat(answer).containsKey("y");
    }

    @Test
    void externalWeightsElsewhereAreRefused() {
        assertThatThrownBy(() -> divide(externalModel("../../../etc/passwd")))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("etc/passwd");
    }

    private static ModelProto externalModel(String location) {
        TensorProto external = TensorProto.newBuilder()
                .setName("w")
                .setDataType(1)
                .addDims(400)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", "128"))
                .addExternalData(entry("length", "1600"))
                .build();
        return model(graph(
                List.of(floats("x", 400)),
                List.of(floats("y", 400)),
                List.of(external),
                node("Add", List.of("x", "w"), List.of("a")),
                node("Tanh", List.of("a"), List.of("y"))));
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    @Test
    void typedDataFieldsBecomeBytes() throws Exception {
        TensorProto.Builder half = TensorProto.newBuilder()
                .setName("h")
                .setDataType(TensorProto.DataType.FLOAT16.getNumber())
                .addDims(600);
        TensorProto.Builder single =
                TensorProto.newBuilder().setName("f").setDataType(1).addDims(600);
        for (int i = 0; i < 600; i++) {
            half.addInt32Data(Short.toUnsignedInt(Float.floatToFloat16(i * 0.01f)));
            single.addFloatData(i * 0.02f);
        }
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 600)),
                List.of(floats("y", 600)),
                List.of(half.build(), single.build()),
                node("Add", List.of("x", "f"), List.of("a")),
                node("Cast", List.of("h"), List.of("wide"), attribute("to", 1)),
                node("Add", List.of("a", "wide"), List.of("y")))));
        assertThat(Files.size(made.directory().resolve(SplitPackage.WEIGHTS_FILE)))
                .isGreaterThan(3600);
        Map<String, Tensor> answer = RUNNER.run(
                made.wholeFile(), Map.of("x", Tensor.ofFloats(Shape.of(600), new float[600])), Optimization.EXTENDED);
        assertThat(answer.values()).allSatisfy(tensor -> assertThat(tensor.toFloats()[300])
                .isEqualTo(300 * 0.02f + Float.float16ToFloat(Float.floatToFloat16(3f))));
    }

    @Test
    void halfPrecisionCrossesWithinItsRounding() throws Exception {
        TensorProto.Builder half = TensorProto.newBuilder()
                .setName("h")
                .setDataType(10)
                .addDims(64)
                .addDims(64);
        for (int i = 0; i < 64 * 64; i++) {
            half.addInt32Data(Short.toUnsignedInt(Float.floatToFloat16((i % 13 - 6) * 0.03f)));
        }
        SplitPackage made = ModelDivider.divide(
                DivisionRequest.of(
                        write(
                                directory,
                                model(graph(
                                        List.of(value("x", TensorProto.DataType.FLOAT16, 4, 64)),
                                        List.of(value("y", TensorProto.DataType.FLOAT16, 4, 64)),
                                        List.of(half.build()),
                                        node("MatMul", List.of("x", "h"), List.of("a")),
                                        node("Relu", List.of("a"), List.of("b")),
                                        node("MatMul", List.of("b", "h"), List.of("y"))))),
                        "halves"),
                RUNNER,
                directory.resolve("package"),
                step -> {});
        assertThat(made.manifest().splitPoint(1).crossing())
                .extracting(CrossingTensor::type)
                .containsExactly(ElementType.FP16);
        assertThat(made.manifest().splitPoint(1).parity().maxRelativeDifference())
                .isLessThanOrEqualTo(ParityGate.HALF_TOLERANCE);
    }

    @Test
    void whatIsNoTensorOrOfAnotherTypeDoesNotCross() throws Exception {
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 4)),
                List.of(floats("y", 8)),
                List.of(longs("axis", 0)),
                node("Cast", List.of("x"), List.of("short"), attribute("to", 5)),
                node("Abs", List.of("short"), List.of("short2")),
                node("Cast", List.of("short2"), List.of("back"), attribute("to", 1)),
                node("SequenceConstruct", List.of("back", "x"), List.of("sequence")),
                node("ConcatFromSequence", List.of("sequence"), List.of("joined"), attribute("axis", 0)),
                node("Tanh", List.of("joined"), List.of("y")))));
        assertThat(made.manifest().splitPoints())
                .extracting(point -> point.headOperators())
                .containsExactly(0, 3, 5, 6);
    }

    @Test
    void modelWithNothingThatCanCrossSaysSo() throws Exception {
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 4)),
                List.of(floats("y", 4)),
                List.of(),
                node("Cast", List.of("x"), List.of("short"), attribute("to", 5)),
                node("Abs", List.of("short"), List.of("short2")),
                node("Cast", List.of("short2"), List.of("y"), attribute("to", 1)))));
        assertThat(made.manifest().splitPoints()).hasSize(2);
        assertThat(made.manifest().reason())
                .hasValueSatisfying(
                        reason -> assertThat(reason).contains("cannot").contains("'short"));
    }

    @Test
    void batchStaysVariable() throws Exception {
        SplitPackage made = divide(model(graph(
                List.of(floats("x", "batch", 3)),
                List.of(floats("y", "batch", 5)),
                List.of(weights("w", new float[15], 3, 5)),
                node("Relu", List.of("x"), List.of("a")),
                node("MatMul", List.of("a", "w"), List.of("b")),
                node("Tanh", List.of("b"), List.of("y")))));
        Tensor four = Tensor.ofFloats(Shape.of(4, 3), new float[12]);
        var level = Optimization.ALL;
        Tensor crossing = RUNNER.run(made.headFile(1), Map.of("x", four), level).get("a");
        assertThat(crossing).isNotNull();
        assertThat(RUNNER.run(made.tailFile(1), Map.of("a", crossing), level).values())
                .extracting(Tensor::shape)
                .containsExactly(Shape.of(4, 5));
        assertThat(made.manifest().inputs().getFirst().shape()).isEqualTo(Shape.of(-1, 3));
    }

    @Test
    void modelThatDrawsRandomNumbersHasOnlyItsEnds() throws Exception {
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 64)),
                List.of(floats("y", 64)),
                List.of(),
                node("RandomNormalLike", List.of("x"), List.of("noise")),
                node("Add", List.of("x", "noise"), List.of("a")),
                node("Tanh", List.of("a"), List.of("y")))));
        assertThat(made.manifest().splitPoints()).hasSize(2);
        assertThat(made.manifest().reason()).hasValueSatisfying(reason -> assertThat(reason)
                .contains("RandomNormalLike make_noise draws random numbers"));
    }

    @Test
    void probeThatProvesLittleIsSaid() throws Exception {
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 4)),
                List.of(untyped("nan"), untyped("same"), untyped("fine")),
                List.of(),
                node("Neg", List.of("x"), List.of("m")),
                node("Abs", List.of("m"), List.of("p")),
                node("Neg", List.of("p"), List.of("n")),
                node("Sqrt", List.of("n"), List.of("nan")),
                node("Relu", List.of("n"), List.of("same")),
                node("Tanh", List.of("x"), List.of("fine")))));
        assertThat(made.manifest().probeWarnings())
                .hasSize(2)
                .anySatisfy(warning -> assertThat(warning).contains("'nan' is NaN or infinite in 4 of 4 elements"))
                .anySatisfy(warning -> assertThat(warning).contains("'same' is 0.0 in all of its 4 elements"));
    }

    @Test
    void answersThatAreNoTensorsAreRefused() {
        assertThatThrownBy(() -> divide(model(graph(
                        List.of(floats("x", 4)),
                        List.of(untyped("y"), untyped("sequence")),
                        List.of(),
                        node("Tanh", List.of("x"), List.of("y")),
                        node("SequenceConstruct", List.of("x", "y"), List.of("sequence"))))))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("[sequence]")
                .hasMessageContaining("sequences and maps");
    }

    @Test
    void doublesCross() throws Exception {
        SplitPackage made = divide(model(graph(
                List.of(value("x", TensorProto.DataType.DOUBLE, 4)),
                List.of(value("y", TensorProto.DataType.DOUBLE, 4)),
                List.of(),
                node("Tanh", List.of("x"), List.of("a")),
                node("Neg", List.of("a"), List.of("y")))));
        assertThat(made.manifest().splitPoint(1).crossing())
                .extracting(CrossingTensor::type)
                .containsExactly(ElementType.FP64);
    }

    @Test
    void operatorThatTheEngineLacksIsRefused() {
        assertThatThrownBy(() -> divide(model(graph(
                        List.of(floats("x", 4)),
                        List.of(floats("y", 4)),
                        List.of(),
                        node("NoSuchOperator", List.of("x"), List.of("y"))))))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("model.onnx is refused by the engine")
                .hasMessageContaining("NoSuchOperator");
    }

    @Test
    void inputThatCannotBeGuessedIsAskedFor() throws Exception {
        ModelProto model = model(graph(
                List.of(floats("x", "rows", 3)),
                List.of(floats("y", 7, 3)),
                List.of(longs("shape", 7, 3)),
                node("Reshape", List.of("x", "shape"), List.of("a")),
                node("Tanh", List.of("a"), List.of("y"))));
        assertThatThrownBy(() -> divide(model))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("--dim name=value")
                .hasMessageContaining("x FP32 [rows, 3]");
        DivisionRequest bound = DivisionRequest.of(write(directory, model), "reshaped")
                .withDescription(ModelDescription.none().withDimensions(Map.of("rows", 7L)));
        assertThat(divide(bound).manifest().probe().getFirst().shape()).isEqualTo(Shape.of(7, 3));
        DivisionRequest given = DivisionRequest.of(write(directory, model), "reshaped")
                .withProbe(Map.of("x", Tensor.ofFloats(Shape.of(7, 3), new float[21])));
        assertThat(divide(given).probeInputs().values())
                .allSatisfy(tensor -> assertThat(tensor.toFloats()).containsOnly(0f));
    }

    @Test
    void inputTooLargeToMakeUpIsRefused() {
        assertThatThrownBy(() -> divide(model(graph(
                        List.of(floats("x", 100_000, 100_000)),
                        List.of(floats("y", 100_000, 100_000)),
                        List.of(),
                        node("Relu", List.of("x"), List.of("y"))))))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("probe input 'x' of FP32 [100000, 100000]: expected at most");
    }

    @Test
    void pictureThatIsNoneIsRefused() throws Exception {
        ModelDescription description = ModelDescription.parse("""
                {"image":{"input":"x","width":8,"height":8,"resize":"cover","channels":"RGB","layout":"NCHW",
                          "mean":[0,0,0],"std":[255,255,255]}}
                """.getBytes(StandardCharsets.UTF_8));
        DivisionRequest request = DivisionRequest.of(
                        write(
                                directory,
                                model(graph(
                                        List.of(floats("x", 1, 3, 8, 8)),
                                        List.of(floats("y", 1, 3, 8, 8)),
                                        List.of(),
                                        node("Relu", List.of("x"), List.of("y"))))),
                        "pictures")
                .withDescription(description)
                .withSampleImage(new byte[] {1, 2, 3});
        assertThatThrownBy(() -> divide(request))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("model.onnx: ");
    }

    @Test
    void unknownDimensionNameIsRefused() {
        DivisionRequest request = DivisionRequest.of(
                        write(
                                directory,
                                model(graph(
                                        List.of(floats("x", "batch")),
                                        List.of(floats("y", "batch")),
                                        List.of(),
                                        node("Relu", List.of("x"), List.of("y"))))),
                        "one")
                .withDescription(ModelDescription.none().withDimensions(Map.of("bach", 2L)));
        assertThatThrownBy(() -> divide(request))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("dimension 'bach' is not one of the model's variable ones: batch, x.0");
    }

    @Test
    void failureLeavesNothingBehind() throws Exception {
        Path packages = Files.createDirectory(directory.resolve("packages"));
        Path model = Files.writeString(directory.resolve("text.onnx"), "not a model");
        assertThatThrownBy(() -> ModelDivider.divide(
                        DivisionRequest.of(model, "text"), RUNNER, packages.resolve("target"), step -> {}))
                .isInstanceOf(InvalidModelException.class);
        try (Stream<Path> left = Files.list(packages)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void verifierTellsEverySplitPointAndProgress() throws Exception {
        List<String> progress = new ArrayList<>();
        Verification verification = ModelVerifier.verify(
                DivisionRequest.of(
                                write(
                                        directory,
                                        model(graph(
                                                List.of(floats("x", 4)),
                                                List.of(floats("y", 4)),
                                                List.of(),
                                                node("Relu", List.of("x"), List.of("a")),
                                                node("Neg", List.of("a"), List.of("b")),
                                                node("Tanh", List.of("b"), List.of("y"))))),
                                "chain")
                        .withMaxSplitPoints(SplitPointFinder.ALL),
                RUNNER,
                progress::add);
        assertThat(verification.passed()).isTrue();
        assertThat(verification.rows()).hasSize(2).allMatch(Verification.Row::bitExact);
        assertThat(verification.rows().getFirst().crossing())
                .extracting(CrossingTensor::name)
                .containsExactly("a");
        assertThat(progress)
                .anyMatch(line -> line.contains("3 operators"))
                .anyMatch(line -> line.contains("bit-exact"));
    }

    @Test
    void splitPointThatDiffersIsKeptOutWithItsDifference() throws Exception {
        GraphRunner careless = new GraphRunner() {
            @Override
            public Map<String, Tensor> run(Path onnxFile, Map<String, Tensor> inputs, Optimization level) {
                Map<String, Tensor> answer = RUNNER.run(onnxFile, inputs, level);
                return onnxFile.endsWith("tail-after-1.onnx")
                        ? Map.of("y", Tensor.ofFloats(Shape.of(4), 9, 9, 9, 9))
                        : answer;
            }

            @Override
            public List<TensorSpec> inputs(Path onnxFile) {
                return RUNNER.inputs(onnxFile);
            }

            @Override
            public List<TensorSpec> outputs(Path onnxFile) {
                return RUNNER.outputs(onnxFile);
            }
        };
        DivisionRequest request = DivisionRequest.of(
                        write(
                                directory,
                                model(graph(
                                        List.of(floats("x", 4)),
                                        List.of(floats("y", 4)),
                                        List.of(),
                                        node("Relu", List.of("x"), List.of("a")),
                                        node("Neg", List.of("a"), List.of("b")),
                                        node("Tanh", List.of("b"), List.of("y"))))),
                        "chain")
                .withMaxSplitPoints(SplitPointFinder.ALL);
        SplitPackage made = ModelDivider.divide(request, careless, directory.resolve("package"), step -> {});
        assertThat(made.manifest().splitPoints())
                .extracting(point -> point.headOperators())
                .containsExactly(0, 2, 3);
        assertThat(made.manifest().files().keySet())
                .containsExactly("head-01.onnx", "tail-01.onnx", "weights.bin", "whole.onnx");
        assertThat(made.manifest().rejected()).hasSize(1).allSatisfy(rejected -> {
            assertThat(rejected.headOperators()).isEqualTo(1);
            assertThat(rejected.maxRelativeDifference().orElse(0)).isGreaterThan(1);
            assertThat(rejected.reason()).contains("not bit-exact");
        });
        Verification verification = ModelVerifier.verify(request, careless, step -> {});
        assertThat(verification.rows()).extracting(Verification.Row::index).containsExactly(0, 1);
        assertThat(verification.passed()).isTrue();
    }

    @Test
    void samplePictureIsProbedWithAndKept() throws Exception {
        BufferedImage picture = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(5, 5, 0xff8800);
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", encoded);
        ModelDescription description = ModelDescription.parse("""
                {"image":{"input":"x","width":8,"height":8,"resize":"cover","channels":"BGR","layout":"NCHW",
                          "mean":[0,0,0],"std":[255,255,255]},
                 "output":{"tensor":"y","kind":"classification","labels":["a","b","c"]}}
                """.getBytes(StandardCharsets.UTF_8));
        SplitPackage made = divide(DivisionRequest.of(
                        write(
                                directory,
                                model(graph(
                                        List.of(floats("x", 1, 3, 8, 8)),
                                        List.of(floats("y", 1, 3)),
                                        List.of(),
                                        node("Relu", List.of("x"), List.of("a")),
                                        node("GlobalAveragePool", List.of("a"), List.of("b")),
                                        node("Flatten", List.of("b"), List.of("y"))))),
                        "pictures")
                .withDescription(description)
                .withSampleImage(encoded.toByteArray()));
        assertThat(made.sampleImage())
                .hasValueSatisfying(kept -> assertThat(kept).isEqualTo(encoded.toByteArray()));
        Tensor probe = made.probeInputs().values().iterator().next();
        for (float value : probe.toFloats()) {
            assertThat(value).isBetween(0f, 1f);
        }
        assertThat(SplitPackage.open(made.directory())
                        .manifest()
                        .output()
                        .orElseThrow()
                        .labels())
                .containsExactly("a", "b", "c");
    }

    @Test
    void optionalOutputsAndEmptyNamesSurvive() throws Exception {
        AttributeProto axis = attribute("axis", 0);
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 8)),
                List.of(floats("y", 3), value("i", TensorProto.DataType.INT64, 3)),
                List.of(longs("k", 3), weights("high", new float[] {1})),
                node("Clip", List.of("x", "", "high"), List.of("gpu_0/a:0")),
                node("TopK", List.of("gpu_0/a:0", "k"), List.of("17", "i"), axis),
                node("Tanh", List.of("17"), List.of("y")))));
        assertThat(made.manifest().splitPoint(2).crossing())
                .extracting(CrossingTensor::name)
                .containsExactly("17", "i");
    }

    private SplitPackage divide(ModelProto model) throws Exception {
        return divide(DivisionRequest.of(write(directory, model), "testing")
                .withMaxSplitPoints(SplitPointFinder.ALL)
                .withCodecs(List.of(Codec.parse("raw"))));
    }

    private SplitPackage divide(DivisionRequest request) throws Exception {
        SplitPackage made = ModelDivider.divide(
                request, RUNNER, Files.createTempDirectory(directory, "out").resolve("package"), step -> {});
        assertThat(made.manifest().splitPoints())
                .allMatch(point -> point.parity().bitExact());
        return made;
    }
}
