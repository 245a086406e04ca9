package dev.baton.orchestrator.service;

import ai.onnx.proto.OnnxMl;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/** Small models and pictures, made here. */
public final class TestingModels {
    private static final int FP32 = OnnxMl.TensorProto.DataType.FLOAT_VALUE;

    private TestingModels() {}

    /** A convolutional network, picture [1, 3, 16, 16] to reading [1, 4]: two strided convolutions and a mean. */
    public static byte[] convolutional() {
        return model(OnnxMl.GraphProto.newBuilder()
                        .setName("gauge")
                        .addInput(value("image", 1, 3, 16, 16))
                        .addOutput(value("reading", 1, 4))
                        .addInitializer(weights("w1", 1, 8, 3, 3, 3))
                        .addInitializer(weights("w2", 2, 4, 8, 3, 3))
                        .addNode(convolution("conv1", "image", "w1", "c1"))
                        .addNode(node("Relu", "relu1", "c1", "r1"))
                        .addNode(convolution("conv2", "r1", "w2", "c2"))
                        .addNode(node("Relu", "relu2", "c2", "r2"))
                        .addNode(node("GlobalAveragePool", "pool", "r2", "p"))
                        .addNode(node("Flatten", "flatten", "p", "reading")))
                .build()
                .toByteArray();
    }

    /** {@link #convolutional()} with its weights in {@link #externalData()}. */
    public static byte[] external() throws IOException {
        OnnxMl.ModelProto.Builder model = OnnxMl.ModelProto.parseFrom(convolutional()).toBuilder();
        for (OnnxMl.TensorProto.Builder weights : model.getGraphBuilder().getInitializerBuilderList()) {
            weights.clearFloatData()
                    .setDataLocation(OnnxMl.TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(OnnxMl.StringStringEntryProto.newBuilder()
                            .setKey("location")
                            .setValue(weights.getName().equals("w1") ? "w1.data" : "weights/w2.data"))
                    .addExternalData(OnnxMl.StringStringEntryProto.newBuilder()
                            .setKey("length")
                            .setValue(weights.getName().equals("w1") ? "864" : "1152"));
        }
        return model.build().toByteArray();
    }

    /** Weights of {@link #external()} by file. */
    public static SortedMap<String, byte[]> externalData() throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        for (OnnxMl.TensorProto weights :
                OnnxMl.ModelProto.parseFrom(convolutional()).getGraph().getInitializerList()) {
            ByteBuffer raw = ByteBuffer.allocate(weights.getFloatDataCount() * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            weights.getFloatDataList().forEach(raw::putFloat);
            files.put(weights.getName().equals("w1") ? "w1.data" : "weights/w2.data", raw.array());
        }
        return files;
    }

    /** A model with an operator that nobody has. */
    public static byte[] ofUnknownDomain() {
        return model(OnnxMl.GraphProto.newBuilder()
                        .setName("odd")
                        .addInput(value("x", 1, 4))
                        .addOutput(value("y", 1, 4))
                        .addNode(node("Magic", "magic", "x", "y").setDomain("com.acme")))
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder()
                        .setDomain("com.acme")
                        .setVersion(1))
                .build()
                .toByteArray();
    }

    /** How a picture becomes the input of {@link #convolutional()}. */
    public static String description() {
        return """
                {"name": "gauge",
                 "image": {"input": "image", "width": 16, "height": 16, "resize": "stretch", "channels": "RGB",
                           "layout": "NCHW", "mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5]},
                 "output": {"tensor": "reading", "kind": "classification", "labels": ["a", "b", "c", "d"]}}
                """;
    }

    public static byte[] picture() throws IOException {
        BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.ORANGE);
        graphics.fillOval(8, 8, 40, 40);
        graphics.dispose();
        ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
        ImageIO.write(image, "jpg", jpeg);
        return jpeg.toByteArray();
    }

    public static byte[] notAModel() {
        return "{\"this is\": \"no model\"}".getBytes(StandardCharsets.UTF_8);
    }

    private static OnnxMl.ModelProto.Builder model(OnnxMl.GraphProto.Builder graph) {
        return OnnxMl.ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph);
    }

    private static OnnxMl.NodeProto.Builder node(String type, String name, String input, String output) {
        return OnnxMl.NodeProto.newBuilder()
                .setOpType(type)
                .setName(name)
                .addInput(input)
                .addOutput(output);
    }

    private static OnnxMl.NodeProto.Builder convolution(String name, String input, String weights, String output) {
        return node("Conv", name, input, output)
                .addInput(weights)
                .addAttribute(integers("strides", 2, 2))
                .addAttribute(integers("pads", 1, 1, 1, 1));
    }

    private static OnnxMl.AttributeProto integers(String name, long... values) {
        OnnxMl.AttributeProto.Builder attribute =
                OnnxMl.AttributeProto.newBuilder().setName(name).setType(OnnxMl.AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    private static OnnxMl.ValueInfoProto value(String name, long... shape) {
        OnnxMl.TensorShapeProto.Builder dimensions = OnnxMl.TensorShapeProto.newBuilder();
        for (long size : shape) {
            dimensions.addDimBuilder().setDimValue(size);
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(FP32)
                                .setShape(dimensions)))
                .build();
    }

    private static OnnxMl.TensorProto weights(String name, long seed, long... shape) {
        OnnxMl.TensorProto.Builder tensor =
                OnnxMl.TensorProto.newBuilder().setName(name).setDataType(FP32);
        long count = 1;
        for (long size : shape) {
            tensor.addDims(size);
            count *= size;
        }
        Random random = new Random(seed);
        for (long i = 0; i < count; i++) {
            tensor.addFloatData((float) random.nextGaussian() / 4);
        }
        return tensor.build();
    }
}
