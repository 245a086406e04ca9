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
import static dev.baton.partitioning.TestingModels.write;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.partitioning.TestingRunner;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.partitioning.split.SplitPointFinder;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the format allows and few files have, divided at every place and run by the real engine. */
final class UnusualModelsTest {
    private static final TestingRunner RUNNER = new TestingRunner();

    @TempDir
    Path directory;

    @AfterAll
    static void closeEngines() {
        RUNNER.close();
    }

    @Test
    void constantsOfEveryKindAreOnBothSides() throws Exception {
        AttributeProto numbers = AttributeProto.newBuilder()
                .setName("value_floats")
                .setType(AttributeType.FLOATS)
                .addFloats(1)
                .addFloats(2)
                .build();
        AttributeProto number = AttributeProto.newBuilder()
                .setName("value_float")
                .setType(AttributeType.FLOAT)
                .setF(3)
                .build();
        AttributeProto size = AttributeProto.newBuilder()
                .setName("value_int")
                .setType(AttributeType.INT)
                .setI(2)
                .build();
        AttributeProto sizes = AttributeProto.newBuilder()
                .setName("value_ints")
                .setType(AttributeType.INTS)
                .addInts(2)
                .build();
        AttributeProto sparse = AttributeProto.newBuilder()
                .setName("sparse_value")
                .setType(AttributeType.SPARSE_TENSOR)
                .setSparseTensor(SparseTensorProto.newBuilder()
                        .setValues(vector("", 1))
                        .setIndices(longs("", 1))
                        .addDims(2))
                .build();
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 2)),
                List.of(floats("y", 2)),
                List.of(),
                node("Constant", List.of(), List.of("floats"), numbers),
                node("Constant", List.of(), List.of("float"), number),
                node("Constant", List.of(), List.of("int"), size),
                node("Constant", List.of(), List.of("ints"), sizes),
                node("Constant", List.of(), List.of("sparse"), sparse),
                node("ConstantOfShape", List.of("ints"), List.of("zeros")),
                node("Cast", List.of("int"), List.of("real"), attribute("to", 1)),
                node("Shape", List.of("floats"), List.of("shape")),
                node("Reshape", List.of("zeros", "shape"), List.of("reshaped")),
                node("Add", List.of("x", "floats"), List.of("a")),
                node("Mul", List.of("a", "float"), List.of("b")),
                node("Add", List.of("b", "reshaped"), List.of("c")),
                node("Sub", List.of("c", "sparse"), List.of("d")),
                node("Mul", List.of("d", "real"), List.of("y")))));
        assertThat(made.manifest().splitPoint(0).tailOperators()).isEqualTo(5);
        assertEveryPlace(made, 4);
    }

    @Test
    void subgraphsMayGiveOutOuterTensorsAndCaptureConstants() throws Exception {
        // The engine itself wants an operator to make a subgraph's output; the outer name is read by that one.
        GraphProto then =
                graph(List.of(), List.of(untyped("t")), List.of(), node("Identity", List.of("doubled"), List.of("t")));
        GraphProto otherwise =
                graph(List.of(), List.of(untyped("e")), List.of(), node("Identity", List.of("a"), List.of("e")));
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 4)),
                List.of(floats("y", 4)),
                List.of(vector("w", 4), longs("zero", 0)),
                node("Add", List.of("w", "w"), List.of("doubled")),
                node("Relu", List.of("x"), List.of("a")),
                node("ReduceMax", List.of("x"), List.of("m"), attribute("keepdims", 0)),
                node("Cast", List.of("m"), List.of("c"), attribute("to", TensorProto.DataType.BOOL_VALUE)),
                node(
                        "If",
                        List.of("c"),
                        List.of("z"),
                        attribute("then_branch", then),
                        attribute("else_branch", otherwise)),
                node("Tanh", List.of("z"), List.of("y")))));
        assertEveryPlace(made, 4);
    }

    @Test
    void scalarsAndTensorsWithoutElementsCross() throws Exception {
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 4)),
                List.of(floats("y", 4)),
                List.of(longs("begin", 4), longs("end", 4)),
                node("ReduceMax", List.of("x"), List.of("scalar"), attribute("keepdims", 0)),
                node("Slice", List.of("x", "begin", "end"), List.of("empty")),
                node("Concat", List.of("x", "empty"), List.of("joined"), attribute("axis", 0)),
                node("Add", List.of("joined", "scalar"), List.of("y")))));
        assertThat(made.manifest().splitPoints())
                .flatExtracting(SplitPointEntry::crossing)
                .extracting(CrossingTensor::probeShape)
                .contains(Shape.of(), Shape.of(0));
        assertEveryPlace(made, 3);
    }

    @Test
    void namesMayBeAnythingAndOperatorsInAnyOrder() throws Exception {
        // The engine refuses two operators of one name, but not two without any.
        NodeProto unnamed = node("Relu", List.of("1"), List.of("a/b:0")).toBuilder()
                .clearName()
                .build();
        SplitPackage made = divide(model(graph(
                List.of(floats("1", 4), floats("w", 4)),
                List.of(floats("%s\"", 4)),
                List.of(vector("w", 4), vector("unused", 700)),
                node("Tanh", List.of("c d"), List.of("%s\"")),
                node("Clip", List.of("a/b:0", "", ""), List.of("c d")).toBuilder()
                        .clearName()
                        .build(),
                unnamed)));
        assertEveryPlace(made, 2);
        assertThat(made.manifest().weightBytes()).isZero();
    }

    /** Initialisers are inputs up to IR version 3. */
    @ParameterizedTest
    @CsvSource({"7, 3", "9, 4", "13, 7", "17, 8", "21, 10", "22, 10"})
    void oldAndNewVersionsAreTaken(int operatorSet, int ir) throws Exception {
        ModelProto.Builder model = model(graph(
                        List.of(floats("x", 1, 4), floats("w", 4)),
                        List.of(floats("y", 1, 4)),
                        List.of(vector("w", 4)),
                        node("Add", List.of("x", "w"), List.of("a")),
                        node("Sigmoid", List.of("a"), List.of("b")),
                        node("Softmax", List.of("b"), List.of("y"))))
                .toBuilder()
                .setIrVersion(ir);
        model.setOpsetImport(0, OperatorSetIdProto.newBuilder().setVersion(operatorSet));
        assertEveryPlace(divide(model.build()), 2);
    }

    @Test
    void integersOf16BitsStayOnOneSide() throws Exception {
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 4)),
                List.of(floats("y", 4)),
                List.of(),
                node("Relu", List.of("x"), List.of("a")),
                node("Cast", List.of("a"), List.of("short"), attribute("to", TensorProto.DataType.INT16_VALUE)),
                node("Cast", List.of("short"), List.of("b"), attribute("to", 1)),
                node("Tanh", List.of("b"), List.of("y")))));
        assertThat(made.manifest().splitPoints())
                .extracting(SplitPointEntry::headOperators)
                .containsExactly(0, 1, 3, 4);
    }

    @Test
    void booleansAndIndicesCross() throws Exception {
        SplitPackage made = divide(model(graph(
                List.of(floats("x", 4), value("keep", TensorProto.DataType.BOOL, 4)),
                List.of(floats("y", 4)),
                List.of(),
                node("Not", List.of("keep"), List.of("drop")),
                node("Neg", List.of("x"), List.of("n")),
                node("Where", List.of("drop", "n", "x"), List.of("z")),
                node("Tanh", List.of("z"), List.of("y")))));
        assertEveryPlace(made, 3);
    }

    private static void assertEveryPlace(SplitPackage made, int between) {
        assertThat(made.manifest().rejected()).isEmpty();
        assertThat(made.manifest().splitPoints()).hasSize(between + 2);
        assertThat(made.manifest().splitPoints())
                .allSatisfy(point -> assertThat(point.parity().bitExact()).isTrue());
    }

    private SplitPackage divide(ModelProto model) throws Exception {
        DivisionRequest request = DivisionRequest.of(write(directory, model), "unusual")
                .withMaxSplitPoints(SplitPointFinder.ALL)
                .withCodecs(List.of());
        return ModelDivider.divide(request, RUNNER, directory.resolve("package"), step -> {});
    }
}
