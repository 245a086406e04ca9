package dev.baton.edge.service;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceException;
import dev.baton.inference.InferenceSession;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.inference.OptimizationLevel;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDescription;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.probe.GraphRunException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import javax.imageio.ImageIO;

/** A convolutional model of four operators on 3×16×16 pictures, divided by the real divider with the real engine. */
final class TinyModel {

    static final String NAME = "tiny";
    static final int SIDE = 16;

    private static final ImageInput IMAGE = new ImageInput(
            "picture",
            SIDE,
            SIDE,
            ImageInput.Resize.STRETCH,
            ImageInput.Channels.RGB,
            ImageInput.Layout.NCHW,
            List.of(127.5, 127.5, 127.5),
            List.of(127.5, 127.5, 127.5));

    private TinyModel() {}

    /** Makes the package in {@code directory}; other seeds make other versions. */
    static SplitPackage divide(Path directory, long seed) throws Exception {
        Path onnx = directory.resolve("tiny-" + seed + ".onnx");
        Files.write(onnx, model(seed).toByteArray());
        DivisionRequest request = DivisionRequest.of(onnx, NAME)
                .withDescription(new ModelDescription(
                        Optional.of(NAME), Optional.of(IMAGE), Optional.empty(), Optional.empty(), Map.of()))
                .withSampleImage(picture(1));
        return divide(request, directory.resolve("package-" + seed));
    }

    /** Divides any model. */
    static SplitPackage divide(DivisionRequest request, Path target) throws Exception {
        try (EngineRunner runner = new EngineRunner()) {
            return ModelDivider.divide(request, runner, target, _ -> {});
        }
    }

    /** A JPEG with some coloured rectangles. */
    static byte[] picture(long seed) throws IOException {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < 6; i++) {
            graphics.setColor(new Color(random.nextInt(1 << 24)));
            graphics.fillRect(random.nextInt(30), random.nextInt(20), 5 + random.nextInt(20), 5 + random.nextInt(20));
        }
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "jpg", bytes);
        return bytes.toByteArray();
    }

    private static OnnxMl.ModelProto model(long seed) {
        Random random = new Random(seed);
        OnnxMl.GraphProto graph = OnnxMl.GraphProto.newBuilder()
                .setName(NAME)
                .addInput(value("picture", 1, 3, SIDE, SIDE))
                .addOutput(value("scores", 1, 2))
                .addInitializer(weights("kernel", random, 4, 3, 3, 3))
                .addInitializer(weights("matrix", random, 4, 2))
                .addNode(OnnxMl.NodeProto.newBuilder()
                        .setOpType("Conv")
                        .setName("conv")
                        .addInput("picture")
                        .addInput("kernel")
                        .addOutput("maps"))
                .addNode(node("Relu", "relu", "maps", "positive"))
                .addNode(node("GlobalAveragePool", "pool", "positive", "pooled"))
                .addNode(node("Flatten", "flatten", "pooled", "flat"))
                .addNode(OnnxMl.NodeProto.newBuilder()
                        .setOpType("MatMul")
                        .setName("matmul")
                        .addInput("flat")
                        .addInput("matrix")
                        .addOutput("scores"))
                .build();
        return OnnxMl.ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph)
                .build();
    }

    private static OnnxMl.NodeProto node(String type, String name, String input, String output) {
        return OnnxMl.NodeProto.newBuilder()
                .setOpType(type)
                .setName(name)
                .addInput(input)
                .addOutput(output)
                .build();
    }

    private static OnnxMl.ValueInfoProto value(String name, long... dimensions) {
        OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder();
        for (long dimension : dimensions) {
            shape.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(dimension));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())
                                .setShape(shape)))
                .build();
    }

    private static OnnxMl.TensorProto weights(String name, Random random, long... dimensions) {
        int elements = 1;
        OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(OnnxMl.TensorProto.DataType.FLOAT.getNumber());
        for (long dimension : dimensions) {
            tensor.addDims(dimension);
            elements *= (int) dimension;
        }
        ByteBuffer data = ByteBuffer.allocate(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            data.putFloat((float) random.nextGaussian());
        }
        return tensor.setRawData(ByteString.copyFrom(data.array())).build();
    }

    /** Opens each file anew, which is enough for a model this small. */
    private static final class EngineRunner implements GraphRunner, AutoCloseable {

        private final OnnxRuntimeEngine none = engine(OptimizationLevel.NONE);
        private final OnnxRuntimeEngine extended = engine(OptimizationLevel.EXTENDED);
        private final OnnxRuntimeEngine all = engine(OptimizationLevel.ALL);

        private static OnnxRuntimeEngine engine(OptimizationLevel level) {
            return new OnnxRuntimeEngine(EngineSettings.defaults().withOptimization(level));
        }

        @Override
        public Map<String, Tensor> run(Path onnxFile, Map<String, Tensor> inputs, Optimization level) {
            OnnxRuntimeEngine engine =
                    switch (level) {
                        case NONE -> none;
                        case EXTENDED -> extended;
                        case ALL -> all;
                    };
            return with(engine, onnxFile, session -> session.run(inputs).outputs());
        }

        @Override
        public List<TensorSpec> inputs(Path onnxFile) {
            return with(none, onnxFile, InferenceSession::inputs);
        }

        @Override
        public List<TensorSpec> outputs(Path onnxFile) {
            return with(none, onnxFile, InferenceSession::outputs);
        }

        private static <T> T with(OnnxRuntimeEngine engine, Path onnxFile, Function<InferenceSession, T> work) {
            try (InferenceSession session = engine.open(onnxFile)) {
                return work.apply(session);
            } catch (InferenceException e) {
                throw new GraphRunException(String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public void close() {
            none.close();
            extended.close();
            all.close();
        }
    }
}
