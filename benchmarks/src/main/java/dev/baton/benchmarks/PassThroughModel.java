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
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/**
 * A model with next to nothing to compute, whose one split point carries a tensor of a given size: the head cuts a few
 * elements off its input, the tail takes the largest of the rest.
 *
 * @param crossingBytes what crosses, a multiple of 4
 */
record PassThroughModel(int crossingBytes) {

    /** The input has more elements than what crosses, as otherwise the split point would be no better than none. */
    private static final int CUT_OFF = 64;

    PassThroughModel {
        if (crossingBytes < Float.BYTES || crossingBytes % Float.BYTES != 0) {
            throw new IllegalArgumentException(
                    "what crosses has %d bytes: expected FP32 elements".formatted(crossingBytes));
        }
    }

    String name() {
        return "pass-through-" + crossingBytes;
    }

    Map<String, Tensor> input() {
        float[] values = new float[elements() + CUT_OFF];
        Random random = new Random(crossingBytes);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Map.of("x", Tensor.ofFloats(Shape.of(1, values.length), values));
    }

    Path write(Path directory) throws IOException {
        GraphProto graph = GraphProto.newBuilder()
                .setName(name())
                .addInput(value("x", 1, elements() + CUT_OFF))
                .addInitializer(integers("starts", 0))
                .addInitializer(integers("ends", elements()))
                .addInitializer(integers("axes", 1))
                .addNode(node("Slice", "crossing", "x", "starts", "ends", "axes"))
                .addNode(node("ReduceMax", "largest", "crossing").toBuilder()
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("axes")
                                .setType(AttributeProto.AttributeType.INTS)
                                .addInts(1)))
                .addOutput(value("largest", 1, 1))
                .build();
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph)
                .build();
        return Files.write(directory.resolve(name() + ".onnx"), model.toByteArray());
    }

    private int elements() {
        return crossingBytes / Float.BYTES;
    }

    private static NodeProto node(String type, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .setName(output)
                .addAllInput(Arrays.asList(inputs))
                .addOutput(output)
                .build();
    }

    private static TensorProto integers(String name, long value) {
        ByteBuffer data = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.putLong(value).flip();
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addDims(1)
                .setRawData(ByteString.copyFrom(data))
                .build();
    }

    private static ValueInfoProto value(String name, long... shape) {
        TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        for (long size : shape) {
            dimensions.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(dimensions)))
                .build();
    }
}
