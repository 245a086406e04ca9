package dev.baton.edge.service;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDescription;
import dev.baton.partitioning.splitpackage.EarlyExit;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.codec.Codec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A classifier of {@code x}, b×3×16×16, with a branch {@code early} after its first convolution and its answer {@code late} after
 * the third; both are logits of four classes. There are no biases: twice the input gives twice the logits, so that a large input
 * makes the branch sure.
 */
final class BranchedModel {

    static final String NAME = "branched";

    private BranchedModel() {}

    /** Divides it; {@code exit} may name either output. */
    static SplitPackage divide(Path directory, EarlyExit exit) throws Exception {
        Path onnx = directory.resolve(NAME + ".onnx");
        Files.write(onnx, model().toByteArray());
        DivisionRequest request = DivisionRequest.of(onnx, NAME)
                .withDescription(new ModelDescription(
                        Optional.of(NAME), Optional.empty(), Optional.empty(), Optional.of(exit), Map.of()))
                .withCodecs(List.of(Codec.RAW));
        return TinyModel.divide(request, directory.resolve("package"));
    }

    private static OnnxMl.ModelProto model() {
        Random random = new Random(7);
        return OnnxMl.ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(OnnxMl.GraphProto.newBuilder()
                        .setName(NAME)
                        .addInput(value("x", -1, 3, 16, 16))
                        .addOutput(value("early", -1, 4))
                        .addOutput(value("late", -1, 4))
                        .addInitializer(weights("kernel-1", random, 8, 3, 3, 3))
                        .addInitializer(weights("early-classes", random, 8, 4))
                        .addInitializer(weights("kernel-2", random, 8, 8, 3, 3))
                        .addInitializer(weights("kernel-3", random, 8, 8, 3, 3))
                        .addInitializer(weights("late-classes", random, 8, 4))
                        .addNode(node("Conv", "maps-1", "x", "kernel-1"))
                        .addNode(node("Relu", "features-1", "maps-1"))
                        .addNode(node("GlobalAveragePool", "early-pooled", "features-1"))
                        .addNode(node("Flatten", "early-flat", "early-pooled"))
                        .addNode(node("MatMul", "early", "early-flat", "early-classes"))
                        .addNode(node("Conv", "maps-2", "features-1", "kernel-2"))
                        .addNode(node("Relu", "features-2", "maps-2"))
                        .addNode(node("Conv", "maps-3", "features-2", "kernel-3"))
                        .addNode(node("Relu", "features-3", "maps-3"))
                        .addNode(node("GlobalAveragePool", "late-pooled", "features-3"))
                        .addNode(node("Flatten", "late-flat", "late-pooled"))
                        .addNode(node("MatMul", "late", "late-flat", "late-classes")))
                .build();
    }

    /** A node named as its output. */
    static OnnxMl.NodeProto node(String type, String output, String... inputs) {
        return OnnxMl.NodeProto.newBuilder()
                .setOpType(type)
                .setName(output)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build();
    }

    /** FP32; the first dimension is variable where it is negative. */
    static OnnxMl.ValueInfoProto value(String name, long... dimensions) {
        OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder();
        for (long dimension : dimensions) {
            OnnxMl.TensorShapeProto.Dimension.Builder one = OnnxMl.TensorShapeProto.Dimension.newBuilder();
            shape.addDim(dimension < 0 ? one.setDimParam("batch") : one.setDimValue(dimension));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())
                                .setShape(shape)))
                .build();
    }

    private static OnnxMl.TensorProto weights(String name, Random random, int... dimensions) {
        int elements = 1;
        for (int dimension : dimensions) {
            elements *= dimension;
        }
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return weights(name, values, dimensions);
    }

    /** An FP32 initialiser. */
    static OnnxMl.TensorProto weights(String name, float[] values, int... dimensions) {
        OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(OnnxMl.TensorProto.DataType.FLOAT.getNumber());
        for (int dimension : dimensions) {
            tensor.addDims(dimension);
        }
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return tensor.setRawData(ByteString.copyFrom(data.array())).build();
    }
}
