package dev.baton.benchmarks;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A model that is mostly weights: square matrices of 4 MiB, one behind the other, with something smaller between them to
 * divide at.
 *
 * @param megabytes of weights, in steps of 4 MiB
 * @param external whether they lie in a file of their own
 */
record WeightyModel(int megabytes, boolean external) {

    static final int WIDTH = 1024;
    private static final int MATRIX_BYTES = WIDTH * WIDTH * Float.BYTES;

    String name() {
        return "weighty-%d%s".formatted(megabytes, external ? "-external" : "");
    }

    private int layers() {
        return Math.max(1, Math.ceilDiv(megabytes * 1_000_000, MATRIX_BYTES));
    }

    long weightBytes() {
        return (long) layers() * MATRIX_BYTES;
    }

    /** Writes matrix after matrix, holding one. */
    Path write(Path directory) throws IOException {
        Path file = directory.resolve(name() + ".onnx");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
                OutputStream weights = external
                        ? new BufferedOutputStream(Files.newOutputStream(directory.resolve(name() + ".data")), 1 << 16)
                        : OutputStream.nullOutputStream()) {
            CodedOutputStream coded = CodedOutputStream.newInstance(out, 1 << 16);
            ModelProto.newBuilder()
                    .setIrVersion(8)
                    .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                    .build()
                    .writeTo(coded);
            GraphProto graph = graph();
            coded.writeTag(ModelProto.GRAPH_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            coded.writeUInt32NoTag(graph.getSerializedSize() + initialiserBytes());
            graph.writeTo(coded);
            byte[] matrix = new byte[MATRIX_BYTES];
            SplittableRandom random = new SplittableRandom(megabytes);
            for (int layer = 0; layer < layers(); layer++) {
                fill(matrix, random);
                weights.write(external ? matrix : new byte[0]);
                coded.writeMessage(GraphProto.INITIALIZER_FIELD_NUMBER, initialiser(layer, matrix));
            }
            coded.flush();
        }
        return file;
    }

    /** What all initialisers take in the graph, which says its size before them. */
    private int initialiserBytes() {
        byte[] matrix = new byte[MATRIX_BYTES];
        int bytes = 0;
        for (int layer = 0; layer < layers(); layer++) {
            bytes += CodedOutputStream.computeMessageSize(
                    GraphProto.INITIALIZER_FIELD_NUMBER, initialiser(layer, matrix));
        }
        return bytes;
    }

    private GraphProto graph() {
        GraphProto.Builder graph = GraphProto.newBuilder().setName(name()).addInput(value("x"));
        String last = "x";
        for (int layer = 0; layer < layers(); layer++) {
            graph.addNode(node("MatMul", "product" + layer, last, "w" + layer));
            graph.addNode(node("Tanh", "tanh" + layer, "product" + layer));
            last = "tanh" + layer;
        }
        return graph.addNode(node("Softmax", "y", last)).addOutput(value("y")).build();
    }

    private TensorProto initialiser(int layer, byte[] matrix) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName("w" + layer)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addDims(WIDTH)
                .addDims(WIDTH);
        return external
                ? tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(entry("location", name() + ".data"))
                        .addExternalData(entry("offset", Long.toString((long) layer * MATRIX_BYTES)))
                        .addExternalData(entry("length", Integer.toString(MATRIX_BYTES)))
                        .build()
                : tensor.setRawData(ByteString.copyFrom(matrix)).build();
    }

    /** Small numbers that do not compress. */
    private static void fill(byte[] matrix, SplittableRandom random) {
        ByteBuffer floats = ByteBuffer.wrap(matrix).order(ByteOrder.LITTLE_ENDIAN);
        while (floats.hasRemaining()) {
            floats.putFloat((float) (random.nextDouble() - 0.5) * 0.1f);
        }
    }

    private static NodeProto node(String type, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .setName(output)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static ValueInfoProto value(String name) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        shape.addDimBuilder().setDimValue(1);
        shape.addDimBuilder().setDimValue(WIDTH);
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(shape)))
                .build();
    }
}
