package dev.baton.partitioning.fuzz;

import static dev.baton.partitioning.TestingModels.attribute;
import static dev.baton.partitioning.TestingModels.floats;
import static dev.baton.partitioning.TestingModels.graph;
import static dev.baton.partitioning.TestingModels.longs;
import static dev.baton.partitioning.TestingModels.node;
import static dev.baton.partitioning.TestingModels.value;
import static dev.baton.partitioning.TestingModels.vector;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.partitioning.TestingModels;
import java.util.List;

/** Small models that together have everything a file can have. */
final class Seeds {
    private Seeds() {}

    static List<ModelProto> models() {
        return List.of(chain(), quantized(), subgraphs(), functions(), external(), language());
    }

    /** The one that a package is made of. */
    static ModelProto chain() {
        return TestingModels.model(graph(
                List.of(floats("x", "batch", 4), floats("w", 4)),
                List.of(floats("y", "batch", 4), floats("x", "batch", 4), floats("v", 4)),
                List.of(vector("w", 4), vector("big", 1200), longs("shape", 4)),
                node("ConstantOfShape", List.of("shape"), List.of("zeros")),
                node("Identity", List.of("w"), List.of("v")),
                node("Constant", List.of(), List.of("c"), attribute("value", vector("", 4))),
                node("Add", List.of("x", "v"), List.of("a")),
                node("Relu", List.of("a"), List.of("b")),
                node("Mul", List.of("b", "c"), List.of("d")),
                node("ReduceSum", List.of("big"), List.of("sum"), attribute("keepdims", 0)),
                node("Add", List.of("d", "sum"), List.of("e")),
                node("Sub", List.of("e", "zeros"), List.of("f")),
                node("Add", List.of("f", "a"), List.of("y"))));
    }

    private static ModelProto quantized() {
        return TestingModels.model(graph(
                List.of(floats("x", 1, 1, 4, 4)),
                List.of(floats("y", 1, 1, 4, 4)),
                List.of(vector("s", 1), vector("w", 9)),
                node("QuantizeLinear", List.of("x", "s"), List.of("q")),
                node("DequantizeLinear", List.of("q", "s"), List.of("d")),
                node("DequantizeLinear", List.of("w", "s"), List.of("v")),
                node("Conv", List.of("d", "v"), List.of("c")),
                node("Relu", List.of("c"), List.of("r")),
                node("QuantizeLinear", List.of("r", "s"), List.of("p")),
                node("DequantizeLinear", List.of("p", "s"), List.of("e")),
                node("Add", List.of("d", "e"), List.of("y"))));
    }

    private static ModelProto subgraphs() {
        GraphProto inner = graph(
                List.of(),
                List.of(floats("r", 4)),
                List.of(vector("own", 300)),
                node("Add", List.of("a", "own"), List.of("r")));
        GraphProto branch = graph(
                List.of(),
                List.of(floats("q", 4)),
                List.of(),
                node(
                        "If",
                        List.of("c"),
                        List.of("q"),
                        attribute("then_branch", inner),
                        attribute("else_branch", inner)));
        GraphProto body = graph(
                List.of(value("i", TensorProto.DataType.INT64), value("go", TensorProto.DataType.BOOL), floats("s", 4)),
                List.of(value("go", TensorProto.DataType.BOOL), floats("n", 4)),
                List.of(),
                node("Add", List.of("s", "a"), List.of("n")));
        return TestingModels.model(graph(
                List.of(floats("x", 4), value("c", TensorProto.DataType.BOOL)),
                List.of(floats("y", 4)),
                List.of(longs("times", 3)),
                node("Relu", List.of("x"), List.of("a")),
                node(
                        "If",
                        List.of("c"),
                        List.of("z"),
                        attribute("then_branch", branch),
                        attribute("else_branch", branch)),
                node("Loop", List.of("times", "", "z"), List.of("l"), attribute("body", body)),
                node("Tanh", List.of("l"), List.of("y"))));
    }

    private static ModelProto functions() {
        FunctionProto twice = FunctionProto.newBuilder()
                .setName("Twice")
                .setDomain("own")
                .addInput("a")
                .addOutput("b")
                .addAttribute("alpha")
                .addNode(node("Add", List.of("a", "a"), List.of("b")))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .build();
        FunctionProto often = twice.toBuilder()
                .setName("Often")
                .clearNode()
                .addNode(node("Twice", List.of("a"), List.of("c")).toBuilder().setDomain("own"))
                .addNode(node("Twice", List.of("c"), List.of("b")).toBuilder().setDomain("own"))
                .build();
        return TestingModels.model(graph(
                        List.of(floats("x", 4)),
                        List.of(floats("y", 4)),
                        List.of(),
                        node("Often", List.of("x"), List.of("a")).toBuilder()
                                .setDomain("own")
                                .build(),
                        node("Twice", List.of("a"), List.of("b")).toBuilder()
                                .setDomain("own")
                                .build(),
                        node("Tanh", List.of("b"), List.of("y"))))
                .toBuilder()
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("own").setVersion(1))
                .addFunctions(twice)
                .addFunctions(often)
                .build();
    }

    /** Weights in {@code weights.bin} beside it and in a sparse initialiser. */
    private static ModelProto external() {
        TensorProto outside = TensorProto.newBuilder()
                .setName("w")
                .setDataType(1)
                .addDims(400)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", "weights.bin"))
                .addExternalData(entry("offset", "128"))
                .addExternalData(entry("length", "1600"))
                .build();
        SparseTensorProto sparse = SparseTensorProto.newBuilder()
                .setValues(vector("sparse", 2))
                .setIndices(longs("", 3, 7))
                .addDims(400)
                .build();
        GraphProto graph = graph(
                List.of(floats("x", 400)),
                List.of(floats("y", 400)),
                List.of(outside),
                node("Add", List.of("x", "w"), List.of("a")),
                node("Mul", List.of("a", "sparse"), List.of("b")),
                node("Tanh", List.of("b"), List.of("y")));
        return TestingModels.model(
                graph.toBuilder().addSparseInitializer(sparse).build());
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static ModelProto language() {
        return TestingModels.model(graph(
                List.of(
                        value("input_ids", TensorProto.DataType.INT64, "batch", "sequence"),
                        value("attention_mask", TensorProto.DataType.INT64, "batch", "past + sequence"),
                        floats("past.key", "batch", 2, "past", 4)),
                List.of(TestingModels.untyped("y"), TestingModels.untyped("present")),
                List.of(TestingModels.weights("table", new float[40], 10, 4), longs("axes", 1)),
                node("Gather", List.of("table", "input_ids"), List.of("h")),
                node("Unsqueeze", List.of("h", "axes"), List.of("u")),
                node("Concat", List.of("past.key", "u"), List.of("present"), attribute("axis", 2)),
                node("Shape", List.of("attention_mask"), List.of("s")),
                node("Reshape", List.of("present", "s"), List.of("y"))));
    }
}
