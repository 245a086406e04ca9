package dev.baton.partitioning.families;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.partitioning.TestingModels;
import dev.baton.partitioning.graph.TensorFacts;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Builds a model operator by operator and keeps book of the shapes, so that nobody has to run it to know them. Weights are
 * made by {@code ConstantOfShape}: the file stays small, whatever the model's size.
 */
public final class ShapedBuilder {
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("model");
    private final Map<String, TensorFacts> facts = new LinkedHashMap<>();
    private final Map<String, String> shapes = new HashMap<>();
    private final float weightValue;
    private int named;

    /** {@code weightValue} is what every weight's elements are; small, so that numbers stay finite. */
    public ShapedBuilder(float weightValue) {
        this.weightValue = weightValue;
    }

    public ShapedBuilder() {
        this(0.001f);
    }

    /** A model input of fixed shape. */
    public String input(String name, ElementType type, long... shape) {
        return input(name, type, Arrays.stream(shape).boxed().toArray(), shape);
    }

    /** A model input whose dimensions are numbers (long) or names, with the shape that it is to have here. */
    public String input(String name, ElementType type, Object[] dimensions, long... shape) {
        Object[] declared = Arrays.stream(dimensions)
                .map(dimension -> dimension instanceof Long number ? (Object) number.intValue() : dimension)
                .toArray();
        graph.addInput(TestingModels.value(name, TensorProto.DataType.forNumber(type.onnxNumber()), declared));
        facts.put(name, new TensorFacts(type, Optional.of(Shape.of(shape)), Shape.of(shape)));
        return name;
    }

    /** A weight of FP32. */
    public String weight(long... shape) {
        String name = next("weight");
        graph.addNode(TestingModels.node(
                "ConstantOfShape",
                List.of(longs(shape)),
                List.of(name),
                TestingModels.attribute("value", TestingModels.weights("value", new float[] {weightValue}, 1))));
        facts.put(name, new TensorFacts(ElementType.FP32, Optional.of(Shape.of(shape)), Shape.of(shape)));
        return name;
    }

    /** An initialiser of whole numbers, the same one for the same numbers. */
    public String longs(long... values) {
        return shapes.computeIfAbsent("longs/" + Arrays.toString(values), name -> {
            graph.addInitializer(TestingModels.longs(name, values));
            return name;
        });
    }

    /** An FP32 initialiser of one element. */
    public String scalar(float value) {
        return shapes.computeIfAbsent("scalar/" + value, name -> {
            graph.addInitializer(TestingModels.weights(name, new float[] {value}));
            return name;
        });
    }

    /** Any operator with one output of FP32 and this shape. */
    public String op(String type, Shape made, List<String> inputs, AttributeProto... attributes) {
        return op(type, ElementType.FP32, made, inputs, attributes);
    }

    public String op(String type, ElementType element, Shape made, List<String> inputs, AttributeProto... attributes) {
        String name = next(type);
        graph.addNode(TestingModels.node(type, inputs, List.of(name), attributes));
        return made(name, element, made);
    }

    /** An operator of another domain. */
    public String foreign(String domain, String type, Shape made, List<String> inputs, AttributeProto... attributes) {
        String name = next(type);
        graph.addNode(TestingModels.node(type, inputs, List.of(name), attributes).toBuilder()
                .setDomain(domain));
        return made(name, ElementType.FP32, made);
    }

    /** An operator with several outputs of FP32. */
    public List<String> many(String type, List<Shape> made, List<String> inputs, AttributeProto... attributes) {
        List<String> names = new ArrayList<>();
        made.forEach(shape -> names.add(next(type)));
        graph.addNode(TestingModels.node(type, inputs, names, attributes));
        for (int i = 0; i < names.size(); i++) {
            made(names.get(i), ElementType.FP32, made.get(i));
        }
        return names;
    }

    private String made(String name, ElementType element, Shape shape) {
        facts.put(name, new TensorFacts(element, Optional.of(shape), shape));
        return name;
    }

    private String next(String type) {
        return type + "_" + named++;
    }

    public Shape shape(String tensor) {
        TensorFacts known = facts.get(tensor);
        if (known == null) {
            throw new IllegalArgumentException("no tensor " + tensor);
        }
        return known.probeShape();
    }

    public long dimension(String tensor, int axis) {
        Shape shape = shape(tensor);
        return shape.dimension(axis < 0 ? axis + shape.rank() : axis);
    }

    /** An operator that leaves the shape as it is. */
    public String same(String type, String x, AttributeProto... attributes) {
        return op(type, shape(x), List.of(x), attributes);
    }

    /** Two inputs of the same shape, or one that is broadcast to the other's. */
    public String both(String type, String a, String b) {
        Shape wider = shape(a).elementCount() >= elements(b) ? shape(a) : shape(b);
        return op(type, wider, List.of(a, b));
    }

    private long elements(String tensor) {
        TensorFacts known = facts.get(tensor);
        return known == null ? 1 : known.probeShape().elementCount();
    }

    /** A convolution with bias, square window, padded to {@code pad} on each side. */
    public String conv(String x, long channels, long window, long stride, long pad, long groups) {
        long from = dimension(x, 1);
        long height = (dimension(x, 2) + 2 * pad - window) / stride + 1;
        long width = (dimension(x, 3) + 2 * pad - window) / stride + 1;
        return op(
                "Conv",
                Shape.of(dimension(x, 0), channels, height, width),
                List.of(x, weight(channels, from / groups, window, window), weight(channels)),
                longList("kernel_shape", window, window),
                longList("strides", stride, stride),
                longList("pads", pad, pad, pad, pad),
                TestingModels.attribute("group", groups));
    }

    public String pool(String type, String x, long window, long stride, long pad) {
        long height = (dimension(x, 2) + 2 * pad - window) / stride + 1;
        long width = (dimension(x, 3) + 2 * pad - window) / stride + 1;
        return op(
                type,
                Shape.of(dimension(x, 0), dimension(x, 1), height, width),
                List.of(x),
                longList("kernel_shape", window, window),
                longList("strides", stride, stride),
                longList("pads", pad, pad, pad, pad));
    }

    public String batchNormalization(String x) {
        long channels = dimension(x, 1);
        return op(
                "BatchNormalization",
                shape(x),
                List.of(x, weight(channels), weight(channels), weight(channels), weight(channels)));
    }

    public String concat(List<String> parts, int axis) {
        List<Long> dimensions = new ArrayList<>(shape(parts.getFirst()).dimensions());
        dimensions.set(
                axis, parts.stream().mapToLong(part -> dimension(part, axis)).sum());
        return op("Concat", new Shape(dimensions), parts, TestingModels.attribute("axis", axis));
    }

    /** A fully connected layer on the last dimension: MatMul, then Add. */
    public String dense(String x, long to) {
        String product = matMul(x, weight(dimension(x, -1), to));
        return op("Add", shape(product), List.of(product, weight(to)));
    }

    public String matMul(String a, String b) {
        List<Long> dimensions =
                new ArrayList<>((shape(a).rank() >= shape(b).rank() ? shape(a) : shape(b)).dimensions());
        dimensions.set(dimensions.size() - 2, dimension(a, -2));
        dimensions.set(dimensions.size() - 1, dimension(b, -1));
        return op("MatMul", new Shape(dimensions), List.of(a, b));
    }

    public String reshape(String x, long... shape) {
        return op("Reshape", Shape.of(shape), List.of(x, longs(shape)));
    }

    public String transpose(String x, long... order) {
        return op(
                "Transpose",
                Shape.of(Arrays.stream(order)
                        .map(axis -> dimension(x, (int) axis))
                        .toArray()),
                List.of(x),
                longList("perm", order));
    }

    /** Written out as frameworks did before there was an operator for it. */
    public String layerNormalization(String x) {
        List<Long> one = new ArrayList<>(shape(x).dimensions());
        one.set(one.size() - 1, 1L);
        Shape reduced = new Shape(one);
        String mean = op("ReduceMean", reduced, List.of(x), longList("axes", -1));
        String centred = op("Sub", shape(x), List.of(x, mean));
        String squared = op("Pow", shape(x), List.of(centred, scalar(2)));
        String variance = op("ReduceMean", reduced, List.of(squared), longList("axes", -1));
        String deviation = op("Sqrt", reduced, List.of(op("Add", reduced, List.of(variance, scalar(1e-5f)))));
        String normal = op("Div", shape(x), List.of(centred, deviation));
        String scaled = op("Mul", shape(x), List.of(normal, weight(dimension(x, -1))));
        return op("Add", shape(x), List.of(scaled, weight(dimension(x, -1))));
    }

    /** x/2 · (1 + erf(x/√2)), written out. */
    public String gelu(String x) {
        String inner = op("Div", shape(x), List.of(x, scalar(1.4142135f)));
        String error = op("Add", shape(x), List.of(same("Erf", inner), scalar(1)));
        return op("Mul", shape(x), List.of(both("Mul", x, error), scalar(0.5f)));
    }

    public static AttributeProto longList(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        Arrays.stream(values).forEach(attribute::addInts);
        return attribute.build();
    }

    public static AttributeProto text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(com.google.protobuf.ByteString.copyFromUtf8(value))
                .build();
    }

    /** Marks a tensor as an output of the model. */
    public ShapedBuilder output(String tensor) {
        graph.addOutput(TestingModels.untyped(tensor));
        return this;
    }

    /** Operator set 17, and ONNX Runtime's own. */
    public ModelProto build() {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain("com.microsoft")
                        .setVersion(1))
                .setGraph(graph)
                .build();
    }

    /** As many nodes as were made, weights not counted. */
    public long operators() {
        return graph.getNodeList().stream()
                .map(NodeProto::getOpType)
                .filter(type -> !type.equals("ConstantOfShape"))
                .count();
    }

    /** The shapes as they were kept book of: what a probe would find. */
    public TensorTable tensors() {
        return new TensorTable(facts);
    }
}
