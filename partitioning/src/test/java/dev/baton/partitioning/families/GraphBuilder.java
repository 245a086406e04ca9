package dev.baton.partitioning.families;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.baton.partitioning.TestingModels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Writes an ONNX graph as exporters do: every operator named by its path, weights seeded. */
final class GraphBuilder {
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("main_graph");
    private final Map<String, Long> operatorSets = new LinkedHashMap<>();
    private final List<FunctionProto> functions = new ArrayList<>();
    private final Random random = new Random(7);
    private final DataType type;
    private boolean weightsWithoutBytes;
    private String scope = "";
    private int count;
    private int weights;

    private GraphBuilder(DataType type) {
        this.type = type;
        operatorSets.put("", 17L);
    }

    static GraphBuilder floats() {
        return new GraphBuilder(DataType.FLOAT);
    }

    static GraphBuilder halves() {
        return new GraphBuilder(DataType.FLOAT16);
    }

    GraphBuilder operatorSet(String domain, long version) {
        operatorSets.put(domain, version);
        return this;
    }

    GraphBuilder function(FunctionProto function) {
        functions.add(function);
        return this;
    }

    /** From now on weights are made by ConstantOfShape: the topology of a large model in a small file. */
    GraphBuilder withoutWeightBytes() {
        weightsWithoutBytes = true;
        return this;
    }

    /** The path that names begin with from now on, such as {@code /encoder/layer.0}. */
    GraphBuilder scope(String path) {
        scope = path;
        return this;
    }

    DataType type() {
        return type;
    }

    GraphBuilder input(String name, Object... dimensions) {
        return input(name, type, dimensions);
    }

    GraphBuilder input(String name, DataType elements, Object... dimensions) {
        graph.addInput(TestingModels.value(name, elements, dimensions));
        return this;
    }

    GraphBuilder output(String name, Object... dimensions) {
        graph.addOutput(TestingModels.value(name, type, dimensions));
        return this;
    }

    /** An output whose type the engine infers. */
    GraphBuilder outputs(String... names) {
        for (String name : names) {
            graph.addOutput(ValueInfoProto.newBuilder().setName(name));
        }
        return this;
    }

    /** A weight of normally distributed elements, scaled to keep activations of order one. */
    String weight(long... dimensions) {
        String name = "weight_" + weights++;
        if (weightsWithoutBytes) {
            constant(name + "_shape", dimensions);
            return named(
                    "ConstantOfShape",
                    name,
                    List.of(name + "_shape"),
                    attribute("value", filled("", DataType.FLOAT, 0.01, 1)));
        }
        long fanIn = 1;
        for (int axis = 1; axis < dimensions.length; axis++) {
            fanIn *= dimensions[axis];
        }
        if (dimensions.length == 2) {
            fanIn = dimensions[0];
        }
        double scale = dimensions.length == 1 ? 0.1 : 1.4 / Math.sqrt((double) Math.max(1, fanIn));
        initialiser(floats(name, () -> random.nextGaussian() * scale, dimensions));
        return name;
    }

    /** A weight of positive elements around one: a normalisation's scale or variance. */
    String positive(long size) {
        String name = "weight_" + weights++;
        initialiser(floats(name, () -> 0.75 + random.nextDouble() / 2, size));
        return name;
    }

    /** A number of the model's own type. */
    String scalar(double value) {
        String name = "const_" + weights++;
        initialiser(floats(name, () -> value));
        return name;
    }

    String constant(String name, long... values) {
        initialiser(TestingModels.longs(name, values));
        return name;
    }

    /** An INT64 scalar, which {@code Gather} takes to pick one. */
    String index(long value) {
        String name = "index_" + weights++;
        initialiser(TensorProto.newBuilder()
                .setName(name)
                .setDataType(DataType.INT64_VALUE)
                .addInt64Data(value)
                .build());
        return name;
    }

    String constant(long... values) {
        return constant("axes_" + weights++, values);
    }

    GraphBuilder initialiser(TensorProto tensor) {
        graph.addInitializer(tensor);
        return this;
    }

    /** An operator with one result, which is named after it. */
    String add(String kind, List<String> inputs, AttributeProto... attributes) {
        return named(kind, "%s/%s_%d_output_0".formatted(scope, kind, count), inputs, attributes);
    }

    String add(String kind, String input, AttributeProto... attributes) {
        return add(kind, List.of(input), attributes);
    }

    /** An operator whose one result has this name. */
    String named(String kind, String result, List<String> inputs, AttributeProto... attributes) {
        node("", kind, inputs, List.of(result), attributes);
        return result;
    }

    /** An operator of another domain. */
    String foreign(String domain, String kind, List<String> inputs, AttributeProto... attributes) {
        String result = "%s/%s_%d_output_0".formatted(scope, kind, count);
        node(domain, kind, inputs, List.of(result), attributes);
        return result;
    }

    /** An operator with several results. */
    List<String> split(String kind, List<String> inputs, int results, AttributeProto... attributes) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < results; i++) {
            names.add("%s/%s_%d_output_%d".formatted(scope, kind, count, i));
        }
        node("", kind, inputs, names, attributes);
        return names;
    }

    void node(String domain, String kind, List<String> inputs, List<String> results, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType(kind)
                .setDomain(domain)
                .setName("%s/%s_%d".formatted(scope, kind, count++))
                .addAllInput(inputs)
                .addAllOutput(results)
                .addAllAttribute(List.of(attributes)));
    }

    /** A convolution with bias, padded to keep the size but for the stride. */
    String conv(String input, long in, long out, int kernel, int stride, int groups) {
        return add(
                "Conv",
                List.of(input, weight(out, in / groups, kernel, kernel), weight(out)),
                attribute("kernel_shape", kernel, kernel),
                attribute("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2),
                attribute("strides", stride, stride),
                TestingModels.attribute("group", groups));
    }

    String conv(String input, long in, long out, int kernel, int stride) {
        return conv(input, in, out, kernel, stride, 1);
    }

    String relu(String input) {
        return add("Relu", input);
    }

    String batchNormalization(String input, long channels) {
        return add(
                "BatchNormalization",
                List.of(input, positive(channels), weight(channels), weight(channels), positive(channels)));
    }

    String linear(String input, long in, long out) {
        return add("Add", List.of(weight(out), add("MatMul", List.of(input, weight(in, out)))));
    }

    /** As exported before operator set 17 had {@code LayerNormalization}. */
    String layerNormalization(String input, long width) {
        String mean = add("ReduceMean", input, attribute("axes", -1));
        String centred = add("Sub", List.of(input, mean));
        String square = add("Pow", List.of(centred, scalar(2)));
        String variance = add("ReduceMean", square, attribute("axes", -1));
        String deviation = add("Sqrt", add("Add", List.of(variance, scalar(1e-5))));
        String normal = add("Div", List.of(centred, deviation));
        return add("Add", List.of(add("Mul", List.of(normal, positive(width))), weight(width)));
    }

    /** By the error function, as PyTorch exports it. */
    String gelu(String input) {
        String erf = add("Erf", add("Div", List.of(input, scalar(Math.sqrt(2)))));
        String product = add("Mul", List.of(input, add("Add", List.of(erf, scalar(1)))));
        return add("Mul", List.of(product, scalar(0.5)));
    }

    String cast(String input, DataType to) {
        return add("Cast", input, TestingModels.attribute("to", to.getNumber()));
    }

    String transpose(String input, long... axes) {
        return add("Transpose", input, attribute("perm", axes));
    }

    /** One dimension of a tensor as a vector of one element, as exporters compute it. */
    String size(String input, long axis) {
        String picked = add("Gather", List.of(add("Shape", input), index(axis)), TestingModels.attribute("axis", 0));
        return add("Unsqueeze", List.of(picked, constant(0)));
    }

    ModelProto build() {
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("pytorch")
                .setGraph(graph)
                .addAllFunctions(functions);
        operatorSets.forEach((domain, version) -> model.addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
        return model.build();
    }

    /** Elements one after the other. */
    interface Elements {
        double next();
    }

    TensorProto floats(String name, Elements elements, long... dimensions) {
        int size = 1;
        for (long dimension : dimensions) {
            size = Math.multiplyExact(size, Math.toIntExact(dimension));
        }
        boolean half = type == DataType.FLOAT16;
        ByteBuffer bytes = ByteBuffer.allocate(size * (half ? 2 : 4)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            if (half) {
                bytes.putShort(Float.floatToFloat16((float) elements.next()));
            } else {
                bytes.putFloat((float) elements.next());
            }
        }
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(bytes.flip()));
        for (long dimension : dimensions) {
            tensor.addDims(dimension);
        }
        return tensor.build();
    }

    /** An 8-bit tensor of seeded random elements. */
    TensorProto bytes(String name, DataType elements, int lowest, int bound, long... dimensions) {
        int size = 1;
        for (long dimension : dimensions) {
            size = Math.multiplyExact(size, Math.toIntExact(dimension));
        }
        byte[] values = new byte[size];
        for (int i = 0; i < size; i++) {
            values[i] = (byte) (lowest + random.nextInt(bound - lowest));
        }
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(elements.getNumber())
                .setRawData(ByteString.copyFrom(values));
        for (long dimension : dimensions) {
            tensor.addDims(dimension);
        }
        return tensor.build();
    }

    /** A tensor of one element of the type, as a vector or, without dimensions, a scalar. */
    static TensorProto filled(String name, DataType elements, double value, long... dimensions) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(elements.getNumber());
        long size = 1;
        for (long dimension : dimensions) {
            tensor.addDims(dimension);
            size *= dimension;
        }
        for (long i = 0; i < size; i++) {
            switch (elements) {
                case FLOAT -> tensor.addFloatData((float) value);
                case INT64 -> tensor.addInt64Data((long) value);
                default -> tensor.addInt32Data((int) value);
            }
        }
        return tensor.build();
    }

    static AttributeProto attribute(String name, TensorProto value) {
        return TestingModels.attribute(name, value);
    }

    static AttributeProto attribute(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    static AttributeProto real(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    static AttributeProto attribute(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }
}
