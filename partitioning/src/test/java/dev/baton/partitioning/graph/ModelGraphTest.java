package dev.baton.partitioning.graph;

import static dev.baton.partitioning.TestingModels.attribute;
import static dev.baton.partitioning.TestingModels.floats;
import static dev.baton.partitioning.TestingModels.graph;
import static dev.baton.partitioning.TestingModels.longs;
import static dev.baton.partitioning.TestingModels.model;
import static dev.baton.partitioning.TestingModels.node;
import static dev.baton.partitioning.TestingModels.value;
import static dev.baton.partitioning.TestingModels.vector;
import static dev.baton.partitioning.TestingModels.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelGraphTest {
    @TempDir
    Path directory;

    @Test
    void textIsNotAModel() throws IOException {
        Path file = Files.writeString(directory.resolve("readme.onnx"), "# This is a text, not a model\n".repeat(20));
        assertRefused(file, "readme.onnx is not an ONNX model");
    }

    @Test
    void emptyFileIsNotAModel() throws IOException {
        assertRefused(
                Files.createFile(directory.resolve("empty.onnx")),
                "empty.onnx is not an ONNX model: the file is empty");
    }

    @Test
    void pictureIsNotAModel() throws IOException {
        byte[] jpeg = new byte[2000];
        new Random(1).nextBytes(jpeg);
        jpeg[0] = (byte) 0xff;
        jpeg[1] = (byte) 0xd8;
        assertRefused(Files.write(directory.resolve("cat.jpg"), jpeg), "cat.jpg is not an ONNX model");
    }

    @Test
    void cutShortModelIsRefused() throws IOException {
        byte[] whole = model(chain()).toByteArray();
        Path file = directory.resolve("short.onnx");
        Files.write(file, Arrays.copyOf(whole, whole.length - 20));
        assertRefused(file, "short.onnx");
    }

    @Test
    void graphWithoutOperatorsIsRefused() {
        assertRefused(graph(List.of(floats("x", 1)), List.of(floats("x", 1)), List.of()), "empty graph");
    }

    @Test
    void modelWithoutOperatorSetIsRefused() {
        ModelProto model = model(chain()).toBuilder().clearOpsetImport().build();
        assertRefused(write(directory, model), "names no operator set");
    }

    @Test
    void unknownDomainIsRefusedWithTheKnownOnes() {
        NodeProto own = node("Magic", List.of("x"), List.of("y")).toBuilder()
                .setDomain("com.acme")
                .build();
        ModelProto model = model(graph(List.of(floats("x", 1)), List.of(floats("y", 1)), List.of(), own)).toBuilder()
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("com.acme").setVersion(1))
                .build();
        assertRefused(
                write(directory, model),
                "operator Magic of domain 'com.acme', which is not one ONNX Runtime knows: ai.onnx");
    }

    @Test
    void unknownDomainInsideASubgraphIsRefused() {
        NodeProto own = node("Magic", List.of("x"), List.of("z")).toBuilder()
                .setDomain("com.acme")
                .build();
        GraphProto branch = graph(List.of(), List.of(floats("z", 1)), List.of(), own);
        NodeProto choice = node(
                "If", List.of("c"), List.of("y"), attribute("then_branch", branch), attribute("else_branch", branch));
        assertRefused(
                graph(
                        List.of(floats("x", 1), value("c", TensorProto.DataType.BOOL)),
                        List.of(floats("y", 1)),
                        List.of(),
                        choice),
                "com.acme");
    }

    @Test
    void domainWithoutOperatorSetIsRefused() {
        NodeProto contrib = node("Gelu", List.of("x"), List.of("y")).toBuilder()
                .setDomain("com.microsoft")
                .build();
        assertRefused(
                graph(List.of(floats("x", 1)), List.of(floats("y", 1)), List.of(), contrib),
                "for which it names no operator set");
    }

    @Test
    void ownFunctionsMayHaveAnyDomain() throws Exception {
        NodeProto call = node("Twice", List.of("x"), List.of("y")).toBuilder()
                .setDomain("com.acme")
                .build();
        FunctionProto function = FunctionProto.newBuilder()
                .setName("Twice")
                .setDomain("com.acme")
                .addInput("a")
                .addOutput("b")
                .addNode(node("Add", List.of("a", "a"), List.of("b")))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .build();
        ModelProto model = model(graph(List.of(floats("x", 1)), List.of(floats("y", 1)), List.of(), call)).toBuilder()
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("com.acme").setVersion(1))
                .addFunctions(function)
                .build();
        assertThat(ModelGraph.read(write(directory, model)).operators()).hasSize(1);
    }

    @Test
    void cycleIsRefused() {
        assertRefused(
                graph(
                        List.of(floats("x", 1)),
                        List.of(floats("c", 1)),
                        List.of(),
                        node("Add", List.of("x", "b"), List.of("a")),
                        node("Relu", List.of("a"), List.of("b")),
                        node("Relu", List.of("b"), List.of("c"))),
                "has a cycle: operator #");
    }

    @Test
    void tensorThatNothingMakesIsRefused() {
        assertRefused(
                graph(
                        List.of(floats("x", 1)),
                        List.of(floats("y", 1)),
                        List.of(),
                        node("Add", List.of("x", "w"), List.of("y"))),
                "reads tensor 'w', which nothing makes");
    }

    @Test
    void tensorMadeTwiceIsRefused() {
        assertRefused(
                graph(
                        List.of(floats("x", 1)),
                        List.of(floats("y", 1)),
                        List.of(),
                        node("Relu", List.of("x"), List.of("y")),
                        node("Abs", List.of("x"), List.of("y"))),
                "tensor 'y' is made twice: by operator #0 Relu make_y and by operator #1 Abs make_y");
    }

    @Test
    void outputThatNothingMakesIsRefused() {
        assertRefused(
                graph(
                        List.of(floats("x", 1)),
                        List.of(floats("z", 1)),
                        List.of(),
                        node("Relu", List.of("x"), List.of("y"))),
                "output 'z' is made by nothing");
    }

    @Test
    void inputOfUnsupportedTypeIsRefusedByName() {
        assertRefused(
                graph(
                        List.of(value("x", TensorProto.DataType.STRING, 1)),
                        List.of(value("y", TensorProto.DataType.STRING, 1)),
                        List.of(),
                        node("Relu", List.of("x"), List.of("y"))),
                "input 'x': element type STRING");
    }

    @Test
    void initialisersListedAsInputsAreNotInputs() throws Exception {
        ModelGraph read = read(graph(
                List.of(floats("x", 4), floats("w", 4)),
                List.of(floats("y", 4)),
                List.of(vector("w", 4)),
                node("Add", List.of("x", "w"), List.of("y"))));
        assertThat(read.inputs()).extracting(ModelInput::name).containsExactly("x");
        assertThat(read.isConstant("w")).isTrue();
    }

    @Test
    void operatorsOfConstantsAloneAreConstants() throws Exception {
        ModelGraph read = read(graph(
                List.of(floats("x", 4)),
                List.of(floats("y", 4)),
                List.of(vector("w", 4), longs("shape", 4)),
                node("ConstantOfShape", List.of("shape"), List.of("zeros")),
                node("Identity", List.of("w"), List.of("v")),
                node("Add", List.of("v", "zeros"), List.of("bias")),
                node("Shape", List.of("x"), List.of("s")),
                node("Cast", List.of("s"), List.of("sf"), attribute("to", 1)),
                node("Add", List.of("x", "bias"), List.of("z")),
                node("Add", List.of("z", "sf"), List.of("y"))));
        assertThat(read.constants()).extracting(Operator::type).containsExactly("ConstantOfShape", "Identity", "Add");
        assertThat(read.operators()).extracting(Operator::type).containsExactly("Shape", "Cast", "Add", "Add");
        assertThat(read.constantsBehind(List.of("bias"))).containsExactlyInAnyOrder("bias", "v", "w", "zeros", "shape");
    }

    @Test
    void randomNumbersAreNotConstants() throws Exception {
        ModelGraph read = read(graph(
                List.of(floats("x", 4)),
                List.of(floats("y", 4)),
                List.of(vector("w", 4)),
                node("RandomNormalLike", List.of("w"), List.of("noise")),
                node("Add", List.of("x", "noise"), List.of("y"))));
        assertThat(read.constants()).isEmpty();
        assertThat(read.operators()).extracting(Operator::type).containsExactly("RandomNormalLike", "Add");
    }

    @Test
    void constantNodesBecomeInitialisers() throws Exception {
        ModelGraph read = read(graph(
                List.of(floats("x", 4)),
                List.of(floats("y", 4)),
                List.of(),
                node("Constant", List.of(), List.of("c"), attribute("value", vector("", 4))),
                node("Add", List.of("x", "c"), List.of("y"))));
        assertThat(read.constants()).isEmpty();
        assertThat(read.initialisers()).containsOnlyKeys("c");
    }

    @Test
    void whatSubgraphsCaptureCountsAsRead() throws Exception {
        GraphProto innermost = graph(
                List.of(), List.of(floats("r", 4)), List.of(), node("Add", List.of("deep", "local"), List.of("r")));
        NodeProto inner = node(
                "If",
                List.of("c"),
                List.of("q"),
                attribute("then_branch", innermost),
                attribute("else_branch", innermost));
        GraphProto branch = graph(
                List.of(),
                List.of(floats("q", 4)),
                List.of(vector("own", 4)),
                node("Add", List.of("a", "own"), List.of("local")),
                inner);
        ModelGraph read = read(graph(
                List.of(floats("x", 4), value("c", TensorProto.DataType.BOOL)),
                List.of(floats("y", 4)),
                List.of(),
                node("Relu", List.of("x"), List.of("a")),
                node("Abs", List.of("x"), List.of("deep")),
                node(
                        "If",
                        List.of("c"),
                        List.of("y"),
                        attribute("then_branch", branch),
                        attribute("else_branch", branch))));
        assertThat(read.operators().getLast().inputs()).containsExactlyInAnyOrder("c", "a", "deep");
    }

    @Test
    void operatorsComeAfterWhatTheyReadWhateverTheFileSays() throws Exception {
        ModelGraph read = read(graph(
                List.of(floats("x", 4)),
                List.of(floats("y", 4)),
                List.of(),
                node("Abs", List.of("b"), List.of("y")),
                node("Neg", List.of("a"), List.of("b")),
                node("Relu", List.of("x"), List.of("a"))));
        assertThat(read.operators()).extracting(Operator::type).containsExactly("Relu", "Neg", "Abs");
    }

    @Test
    void operatorsThatNobodyReadsAreLeftOut() throws Exception {
        ModelGraph read = read(graph(
                List.of(floats("x", 4)),
                List.of(floats("y", 4)),
                List.of(),
                node("Relu", List.of("x"), List.of("y")),
                node("Abs", List.of("x"), List.of("unread"))));
        assertThat(read.operators()).extracting(Operator::type).containsExactly("Relu");
    }

    @Test
    void leftOutInputsAndOutputsAreNoTensors() throws Exception {
        ModelGraph read = read(graph(
                List.of(floats("x", 4)),
                List.of(floats("y", 4)),
                List.of(vector("high", 1)),
                node("Clip", List.of("x", "", "high"), List.of("z")),
                node("Dropout", List.of("z"), List.of("y", ""))));
        assertThat(read.operators().getFirst().inputs()).containsExactly("x", "high");
        assertThat(read.operators().getLast().outputs()).containsExactly("y");
    }

    @Test
    void symbolicDimensionsKeepTheirNames() throws Exception {
        ModelGraph read = read(graph(
                List.of(floats("x", "batch", 3, "")),
                List.of(floats("y", "batch", 3, "")),
                List.of(),
                node("Relu", List.of("x"), List.of("y"))));
        assertThat(read.inputs().getFirst().dimensionNames()).containsExactly("batch", "", "x.2");
        assertThat(read.inputs().getFirst().shape().dimensions()).containsExactly(-1L, 3L, -1L);
    }

    @Test
    void everyReaderOfADequantizedActivationHasItsOwnDequantization() throws Exception {
        ModelGraph read = quantized();
        assertThat(read.operators())
                .extracting(Operator::type)
                .containsExactly(
                        "QuantizeLinear",
                        "DequantizeLinear",
                        "Conv",
                        "Relu",
                        "QuantizeLinear",
                        "DequantizeLinear",
                        "DequantizeLinear",
                        "Add");
        assertThat(read.operators().getLast().inputs()).containsExactly("d/for/6", "e");
        assertThat(read.consumers("q")).hasSize(2);
        assertThat(read.constants()).extracting(Operator::type).containsExactly("DequantizeLinear");
    }

    @Test
    void whatLiesWithinAQuantizedOperatorDoesNotCross() throws Exception {
        ModelGraph read = quantized();
        Shape shape = Shape.of(1, 1, 4, 4);
        Map<String, TensorFacts> facts = new HashMap<>();
        for (String tensor : List.of("x", "q", "d", "d/for/6", "c", "r", "p", "e", "y")) {
            facts.put(tensor, new TensorFacts(ElementType.UINT8, Optional.of(shape), shape));
        }
        assertThat(read.insideQuantizedOperators(new TensorTable(facts)))
                .containsExactlyInAnyOrder("d", "d/for/6", "c", "r", "e");
        facts.remove("q"); // of a type that cannot cross
        assertThat(read.insideQuantizedOperators(new TensorTable(facts))).containsExactlyInAnyOrder("c", "r", "e");
    }

    /** A convolution and its skip connection as QDQ, the weight dequantised too. */
    private ModelGraph quantized() throws InvalidModelException, IOException {
        return read(graph(
                List.of(floats("x", 1, 1, 4, 4)),
                List.of(floats("y", 1, 1, 4, 4)),
                List.of(vector("s", 1), vector("w", 9)),
                node("QuantizeLinear", List.of("x", "s"), List.of("q")),
                node("DequantizeLinear", List.of("q", "s"), List.of("d")),
                node("DequantizeLinear", List.of("w", "s"), List.of("v")),
                node("Conv", List.of("d", "v"), List.of("c")),
                node("Relu", List.of("c"), List.of("r")),
                node("QuantizeLinear", List.of("r", "s"), List.of("p")),
                node("Add", List.of("d", "e"), List.of("y")),
                node("DequantizeLinear", List.of("p", "s"), List.of("e"))));
    }

    private static GraphProto chain() {
        return graph(
                List.of(floats("x", 4)),
                List.of(floats("y", 4)),
                List.of(vector("w", 4)),
                node("Add", List.of("x", "w"), List.of("a")),
                node("Relu", List.of("a"), List.of("y")));
    }

    private ModelGraph read(GraphProto graph) throws InvalidModelException, IOException {
        return ModelGraph.read(write(directory, model(graph)));
    }

    private void assertRefused(GraphProto graph, String message) {
        assertRefused(write(directory, model(graph)), message);
    }

    private static void assertRefused(Path file, String message) {
        assertThatThrownBy(() -> ModelGraph.read(file))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(String.valueOf(file.getFileName()));
    }
}
