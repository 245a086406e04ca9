package dev.baton.gauge.train;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Layers as nodes of an ONNX graph. What flows is the name of a tensor, which is also the name of the node that makes
 * it. Batch normalisation is folded into the convolution before it.
 */
final class OnnxLayers implements Layers<String> {
    /** The operator set: recent enough for all of these, old enough for every runtime in use. */
    private static final int OPSET = 17;

    private static final int IR_VERSION = 8;

    private final OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder();
    private final Weights weights;

    private OnnxLayers(Weights weights) {
        this.weights = weights;
    }

    /** Writes the exported part of {@link GaugeNetwork} with the given weights. */
    static void write(Weights weights, Path file) throws IOException {
        OnnxLayers layers = new OnnxLayers(weights);
        String features = GaugeNetwork.features(layers, "image");
        GaugeNetwork.read(layers, GaugeNetwork.logits(layers, features));
        layers.graph
                .setName("gauge")
                .setDocString("Reads an analog gauge: picture to fraction of full scale.")
                .addInput(tensor("image", 3, GaugeNetwork.SIDE, GaugeNetwork.SIDE))
                .addOutput(tensor("reading", 1));
        OnnxMl.ModelProto model = OnnxMl.ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("baton-gauge-model")
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(layers.graph)
                .build();
        Files.write(file, model.toByteArray());
    }

    @Override
    public String convolution(
            String name, String input, int inputChannels, int outputChannels, int kernel, int stride) {
        float[] weight = weights.get(name + "/weight").clone();
        float[] bias = new float[outputChannels];
        int perChannel = inputChannels * kernel * kernel;
        for (int channel = 0; channel < outputChannels; channel++) {
            double deviation = Math.sqrt(
                    weights.get(name + "/variance")[channel] + TorchLayers.batchNormEpsilon());
            double factor = weights.get(name + "/gamma")[channel] / deviation;
            for (int i = channel * perChannel; i < (channel + 1) * perChannel; i++) {
                weight[i] = (float) (weight[i] * factor);
            }
            bias[channel] = (float) (weights.get(name + "/beta")[channel]
                    - weights.get(name + "/mean")[channel] * factor);
        }
        long padding = kernel / 2;
        graph.addNode(node("Conv", name, input, name + "/weight", name + "/bias")
                .addAttribute(integers("kernel_shape", kernel, kernel))
                .addAttribute(integers("strides", stride, stride))
                .addAttribute(integers("pads", padding, padding, padding, padding)));
        initializer(name + "/weight", weight, outputChannels, inputChannels, kernel, kernel);
        initializer(name + "/bias", bias, outputChannels);
        return name;
    }

    @Override
    public String relu(String name, String input) {
        graph.addNode(node("Relu", name, input));
        return name;
    }

    @Override
    public String add(String name, String left, String right) {
        graph.addNode(node("Add", name, left, right));
        return name;
    }

    @Override
    public String flatten(String name, String input) {
        graph.addNode(node("Flatten", name, input).addAttribute(integer("axis", 1)));
        return name;
    }

    @Override
    public String linear(String name, String input, int inputSize, int outputSize) {
        graph.addNode(
                node("Gemm", name, input, name + "/weight", name + "/bias").addAttribute(integer("transB", 1)));
        initializer(name + "/weight", weights.get(name + "/weight"), outputSize, inputSize);
        initializer(name + "/bias", weights.get(name + "/bias"), outputSize);
        return name;
    }

    @Override
    public String softmax(String name, String input) {
        graph.addNode(node("Softmax", name, input).addAttribute(integer("axis", 1)));
        return name;
    }

    @Override
    public String expectation(String name, String input, float[] values) {
        graph.addNode(node("MatMul", name, input, name + "/values"));
        initializer(name + "/values", values, values.length, 1);
        return name;
    }

    private static OnnxMl.NodeProto.Builder node(String operator, String name, String... inputs) {
        OnnxMl.NodeProto.Builder node =
                OnnxMl.NodeProto.newBuilder().setOpType(operator).setName(name).addOutput(name);
        for (String input : inputs) {
            node.addInput(input);
        }
        return node;
    }

    private void initializer(String name, float[] values, long... dimensions) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
                .setRawData(ByteString.copyFrom(bytes));
        for (long dimension : dimensions) {
            tensor.addDims(dimension);
        }
        graph.addInitializer(tensor);
    }

    private static OnnxMl.AttributeProto integers(String name, long... values) {
        OnnxMl.AttributeProto.Builder attribute =
                OnnxMl.AttributeProto.newBuilder().setName(name).setType(OnnxMl.AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    private static OnnxMl.AttributeProto integer(String name, long value) {
        return OnnxMl.AttributeProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private static OnnxMl.ValueInfoProto tensor(String name, long... dimensionsAfterBatch) {
        OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder()
                .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam("batch"));
        for (long dimension : dimensionsAfterBatch) {
            shape.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(dimension));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
                                .setShape(shape)))
                .build();
    }
}
