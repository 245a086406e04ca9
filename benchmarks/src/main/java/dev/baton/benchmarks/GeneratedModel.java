package dev.baton.benchmarks;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Models with many small operators, to see how dividing grows with a graph rather than with its tensors. */
final class GeneratedModel {

    private static final int WIDTH = 64;
    private static final int PAST = 16;

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private int operators;

    private GeneratedModel() {}

    /** A decoder with past keys and values of every layer as inputs and outputs, layer normalisation and GELU written out. */
    static Path decoder(int atLeastOperators, Path directory) throws IOException {
        GeneratedModel model = new GeneratedModel();
        String x = model.input("x", 1);
        List<String> presents = new ArrayList<>();
        for (int layer = 0; model.operators < atLeastOperators - 1; layer++) {
            String pastKeys = model.input("past.%d.key".formatted(layer), PAST);
            String pastValues = model.input("past.%d.value".formatted(layer), PAST);
            String normal = model.normalized(x);
            String keys = model.joined(List.of(pastKeys, model.dense(normal)), 0);
            String values = model.joined(List.of(pastValues, model.dense(normal)), 0);
            presents.add(keys);
            presents.add(values);
            String scores = model.add("MatMul", model.dense(normal), model.add("Transpose", keys));
            String attended = model.dense(model.add("MatMul", model.add("Softmax", scores), values));
            x = model.add("Add", x, attended);
            String inner = model.dense(model.normalized(x));
            String error =
                    model.add("Add", model.add("Erf", model.add("Div", inner, model.scalar(1.414f))), model.scalar(1));
            String gelu = model.add("Mul", model.add("Mul", inner, error), model.scalar(0.5f));
            x = model.add("Add", x, model.dense(gelu));
        }
        presents.add(model.add("Tanh", x));
        return model.write("decoder-%d".formatted(model.operators), presents, directory);
    }

    /** Blocks of 24 layers, each of which reads all before it in its block. */
    static Path dense(int atLeastOperators, Path directory) throws IOException {
        GeneratedModel model = new GeneratedModel();
        String x = model.input("x", PAST);
        while (model.operators < atLeastOperators) {
            List<String> block = new ArrayList<>(List.of(x));
            for (int layer = 0; layer < 24; layer++) {
                String sum = block.size() == 1 ? x : model.add("Sum", block.toArray(String[]::new));
                block.add(model.add("Relu", model.dense(model.add("Relu", sum))));
            }
            x = model.add("Sum", block.toArray(String[]::new));
        }
        return model.write("dense-%d".formatted(model.operators), List.of(x), directory);
    }

    private String input(String name, int rows) {
        graph.addInput(ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT_VALUE)
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(rows))
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(WIDTH))))));
        return name;
    }

    private String add(String type, String... inputs) {
        return add(NodeProto.newBuilder().setOpType(type), List.of(inputs));
    }

    private String add(NodeProto.Builder node, List<String> inputs) {
        String name = "%s_%d".formatted(node.getOpType(), operators++);
        graph.addNode(node.setName(name).addAllInput(inputs).addOutput(name));
        return name;
    }

    private String joined(List<String> parts, long axis) {
        return add(NodeProto.newBuilder().setOpType("Concat").addAttribute(integer("axis", axis)), parts);
    }

    private String dense(String x) {
        return add("Add", add("MatMul", x, weight(WIDTH, WIDTH)), weight(WIDTH));
    }

    private String normalized(String x) {
        String centred = add("Sub", x, mean(x));
        String deviation = add("Sqrt", add("Add", mean(add("Mul", centred, centred)), scalar(1e-5f)));
        return add("Add", add("Mul", add("Div", centred, deviation), weight(WIDTH)), weight(WIDTH));
    }

    private String mean(String x) {
        return add(
                NodeProto.newBuilder()
                        .setOpType("ReduceMean")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("axes")
                                .setType(AttributeProto.AttributeType.INTS)
                                .addInts(-1)),
                List.of(x));
    }

    private static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private String scalar(float value) {
        return tensor(value);
    }

    private String weight(long... dimensions) {
        return tensor(0.01f, dimensions);
    }

    private String tensor(float value, long... dimensions) {
        int count = 1;
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName("weight_" + graph.getInitializerCount())
                .setDataType(TensorProto.DataType.FLOAT_VALUE);
        for (long dimension : dimensions) {
            tensor.addDims(dimension);
            count *= Math.toIntExact(dimension);
        }
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(value * (1 + i % 7));
        }
        graph.addInitializer(tensor.setRawData(ByteString.copyFrom(bytes.flip())));
        return tensor.getName();
    }

    private Path write(String name, List<String> outputs, Path directory) throws IOException {
        outputs.forEach(output -> graph.addOutput(ValueInfoProto.newBuilder().setName(output)));
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph.setName(name))
                .build();
        return Files.write(directory.resolve(name + ".onnx"), model.toByteArray());
    }
}
