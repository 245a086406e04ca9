package dev.baton.tail;

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
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;

/** A network of a few hundred weights on pictures of 16×16: two convolutions, each followed by Relu and pooling, two outputs. */
final class TinyImageModel {

    static final int SIDE = 16;

    private TinyImageModel() {}

    /** Weights follow from the seed, so other seeds make other versions. */
    static Path write(Path directory, long seed) throws IOException {
        Random random = new Random(seed);
        GraphProto graph = GraphProto.newBuilder()
                .setName("tiny")
                .addInput(value("image", 1, 3, SIDE, SIDE))
                .addInitializer(weights("w1", random, 8, 3, 3, 3))
                .addInitializer(weights("w2", random, 4, 8, 3, 3))
                .addInitializer(weights("w3", random, 64, 5))
                .addNode(convolution("conv1", "image", "w1"))
                .addNode(node("Relu", "relu1", "conv1"))
                .addNode(pool("pool1", "relu1"))
                .addNode(convolution("conv2", "pool1", "w2"))
                .addNode(node("Relu", "relu2", "conv2"))
                .addNode(pool("pool2", "relu2"))
                .addNode(node("Flatten", "flat", "pool2"))
                .addNode(node("MatMul", "scores", "flat", "w3"))
                .addNode(node("Sigmoid", "confidence", "scores"))
                .addOutput(value("scores", 1, 5))
                .addOutput(value("confidence", 1, 5))
                .build();
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph)
                .build();
        Path file = directory.resolve("tiny-%d.onnx".formatted(seed));
        Files.write(file, model.toByteArray());
        return file;
    }

    /** How a picture becomes the input. */
    static byte[] description() {
        return """
                {"image": {"input": "image", "width": 16, "height": 16, "resize": "stretch", "channels": "RGB",
                           "layout": "NCHW", "mean": [127, 127, 127], "std": [64, 64, 64]}}
                """.getBytes(StandardCharsets.UTF_8);
    }

    /** A picture that is none of one colour. */
    static byte[] jpeg(long seed) {
        BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        Random random = new Random(seed);
        for (int i = 0; i < 12; i++) {
            graphics.setColor(new Color(random.nextInt(0x1000000)));
            graphics.fillOval(random.nextInt(40) - 5, random.nextInt(30) - 5, 15, 15);
        }
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, "jpeg", bytes)) {
                throw new IllegalStateException("this JDK writes no JPEG");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static NodeProto node(String type, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .setName(output)
                .addAllInput(Arrays.asList(inputs))
                .addOutput(output)
                .build();
    }

    private static NodeProto convolution(String output, String input, String weights) {
        return node("Conv", output, input, weights).toBuilder()
                .addAttribute(integers("kernel_shape", 3, 3))
                .addAttribute(integers("pads", 1, 1, 1, 1))
                .build();
    }

    private static NodeProto pool(String output, String input) {
        return node("MaxPool", output, input).toBuilder()
                .addAttribute(integers("kernel_shape", 2, 2))
                .addAttribute(integers("strides", 2, 2))
                .build();
    }

    private static AttributeProto integers(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        Arrays.stream(values).forEach(attribute::addInts);
        return attribute.build();
    }

    private static TensorProto weights(String name, Random random, long... shape) {
        int elements = (int) Arrays.stream(shape).reduce(1, Math::multiplyExact);
        ByteBuffer data = ByteBuffer.allocate(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            data.putFloat((float) (random.nextGaussian() * 0.3));
        }
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .setRawData(ByteString.copyFrom(data.flip()));
        Arrays.stream(shape).forEach(tensor::addDims);
        return tensor.build();
    }

    private static ValueInfoProto value(String name, long... shape) {
        TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        Arrays.stream(shape)
                .forEach(size -> dimensions.addDim(
                        TensorShapeProto.Dimension.newBuilder().setDimValue(size)));
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(dimensions)))
                .build();
    }
}
