package dev.baton.inference;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Models of one or two operators, written where a test needs them. */
final class TinyModels {

    private TinyModels() {}

    /** {@code y = x}, of any type and shape. */
    static Path identity(Path directory, ElementType type, Shape shape) throws IOException {
        return write(
                directory,
                graph().addNode(node("Identity", List.of("x"), "y"))
                        .addInput(value("x", type, shape))
                        .addOutput(value("y", type, shape)));
    }

    /** {@code sum = a + b, difference = a - b}; the outputs state neither type nor shape. */
    static Path sumAndDifference(Path directory) throws IOException {
        Shape shape = Shape.of(-1, 2);
        return write(
                directory,
                graph().addNode(node("Add", List.of("a", "b"), "sum"))
                        .addNode(node("Sub", List.of("a", "b"), "difference"))
                        .addInput(value("a", ElementType.FP32, shape))
                        .addInput(value("b", ElementType.FP32, shape))
                        .addOutput(ValueInfoProto.newBuilder().setName("sum"))
                        .addOutput(ValueInfoProto.newBuilder().setName("difference")));
    }

    /** {@code y = not x}. */
    static Path not(Path directory) throws IOException {
        return write(
                directory,
                graph().addNode(node("Not", List.of("x"), "y"))
                        .addInput(value("x", ElementType.BOOL, Shape.of(2, 2)))
                        .addOutput(value("y", ElementType.BOOL, Shape.of(2, 2))));
    }

    /** {@code whole = past, then now}, along a first dimension that may be 0; {@code length} is its shape. */
    static Path append(Path directory) throws IOException {
        NodeProto concat = node("Concat", List.of("past", "now"), "whole").toBuilder()
                .addAttribute(OnnxMl.AttributeProto.newBuilder()
                        .setName("axis")
                        .setType(OnnxMl.AttributeProto.AttributeType.INT)
                        .setI(0))
                .build();
        return write(
                directory,
                graph().addNode(concat)
                        .addNode(node("Shape", List.of("whole"), "length"))
                        .addInput(value("past", ElementType.FP32, Shape.of(-1, 3)))
                        .addInput(value("now", ElementType.FP32, Shape.of(-1, 3)))
                        .addOutput(value("whole", ElementType.FP32, Shape.of(-1, 3)))
                        .addOutput(value("length", ElementType.INT64, Shape.of(2))));
    }

    /** {@code y = x * weights}, where the weights, 2, 4, 8, lie in {@code weights.bin} beside the graph. */
    static Path externalWeights(Path directory) throws IOException {
        ByteBuffer weights = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        weights.putFloat(16, 2).putFloat(20, 4).putFloat(24, 8);
        Files.write(directory.resolve("weights.bin"), weights.array());
        TensorProto.Builder external = TensorProto.newBuilder()
                .setName("weights")
                .addDims(3)
                .setDataType(ElementType.FP32.onnxNumber())
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", "weights.bin"))
                .addExternalData(entry("offset", "16"))
                .addExternalData(entry("length", "12"));
        return write(
                directory,
                graph().addNode(node("Mul", List.of("x", "weights"), "y"))
                        .addInitializer(external)
                        .addInput(value("x", ElementType.FP32, Shape.of(3)))
                        .addOutput(value("y", ElementType.FP32, Shape.of(3))));
    }

    /** {@code y = x * x}, a matrix product; and {@code exact}, the same as UINT32, a type that cannot be given to the engine. */
    static Path matrixSquare(Path directory, int size) throws IOException {
        NodeProto cast = node("Cast", List.of("y"), "exact").toBuilder()
                .addAttribute(OnnxMl.AttributeProto.newBuilder()
                        .setName("to")
                        .setType(OnnxMl.AttributeProto.AttributeType.INT)
                        .setI(TensorProto.DataType.UINT32.getNumber()))
                .build();
        Shape shape = Shape.of(size, size);
        return write(
                directory,
                graph().addNode(node("MatMul", List.of("x", "x"), "y"))
                        .addNode(cast)
                        .addInput(value("x", ElementType.FP32, shape))
                        .addOutput(value("y", ElementType.FP32, shape))
                        .addOutput(ValueInfoProto.newBuilder().setName("exact")));
    }

    /** {@code y = table[index]} with a table of 4 rows, so that an index of 4 fails inside the engine. */
    static Path lookUp(Path directory) throws IOException {
        TensorProto.Builder table = TensorProto.newBuilder()
                .setName("table")
                .addDims(4)
                .setDataType(ElementType.FP32.onnxNumber())
                .addAllFloatData(List.of(0f, 10f, 20f, 30f));
        return write(
                directory,
                graph().addNode(node("Gather", List.of("table", "index"), "y"))
                        .addInitializer(table)
                        .addInput(value("index", ElementType.INT64, Shape.of(-1)))
                        .addOutput(value("y", ElementType.FP32, Shape.of(-1))));
    }

    /** {@code y = cast(x)} from UINT32. */
    static Path unsignedInput(Path directory) throws IOException {
        NodeProto cast = node("Cast", List.of("x"), "y").toBuilder()
                .addAttribute(OnnxMl.AttributeProto.newBuilder()
                        .setName("to")
                        .setType(OnnxMl.AttributeProto.AttributeType.INT)
                        .setI(ElementType.FP32.onnxNumber()))
                .build();
        return write(
                directory,
                graph().addNode(cast)
                        .addInput(value("x", TensorProto.DataType.UINT32.getNumber(), Shape.of(1)))
                        .addOutput(value("y", ElementType.FP32, Shape.of(1))));
    }

    /** {@code y = x}, where the graph does not state the shape of {@code x}. */
    static Path openShape(Path directory) throws IOException {
        TypeProto type = TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(ElementType.FP32.onnxNumber()))
                .build();
        return write(
                directory,
                graph().addNode(node("Identity", List.of("x"), "y"))
                        .addInput(ValueInfoProto.newBuilder().setName("x").setType(type))
                        .addOutput(ValueInfoProto.newBuilder().setName("y")));
    }

    private static Path write(Path directory, GraphProto.Builder graph) throws IOException {
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build();
        return Files.write(directory.resolve("tiny.onnx"), model.toByteArray());
    }

    private static GraphProto.Builder graph() {
        return GraphProto.newBuilder().setName("tiny");
    }

    private static NodeProto node(String operator, List<String> inputs, String output) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .addAllInput(inputs)
                .addOutput(output)
                .build();
    }

    private static ValueInfoProto value(String name, ElementType type, Shape shape) {
        return value(name, type.onnxNumber(), shape);
    }

    private static ValueInfoProto value(String name, int onnxType, Shape shape) {
        TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        for (long dimension : shape.dimensions()) {
            TensorShapeProto.Dimension.Builder length = dimensions.addDimBuilder();
            if (dimension == Shape.VARIABLE) {
                length.setDimParam("n");
            } else {
                length.setDimValue(dimension);
            }
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(onnxType)
                                .setShape(dimensions)))
                .build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
