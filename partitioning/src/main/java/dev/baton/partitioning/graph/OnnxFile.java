package dev.baton.partitioning.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/*
 * Protobuf's own parser brings every weight into memory: typed fields as lists on the heap, raw ones as well, or as pages of a
 * mapped file that count as this process's. A model has up to 2 GB of them, and all that is ever done with them is to copy
 * them once. So messages on the way to tensors are walked field by field, and a tensor's elements are skipped, leaving a note
 * of where they lie. The note is what ONNX has for elements that lie elsewhere, external data, with the model's own file as
 * the place: so there is one way of reading elements, whether they lie in the model's file or in others beside it.
 */
/**
 * An ONNX file without its weights: the elements of each tensor of {@link #LEAST_BYTES} or more become external data in the
 * file itself, to be read from there when they are needed.
 */
public final class OnnxFile {
    /** Elements of fewer bytes stay in memory, where constants can be looked at. */
    public static final int LEAST_BYTES = 4096;

    /** Key in a tensor's external data: the number of the tensor's field that the bytes are from, where it is not raw data. */
    public static final String FIELD_KEY = "baton_field";

    private static final int MOST_NESTED = 100;

    private final CodedInputStream in;
    private final String fileName;
    private final long fileBytes;
    private int nested;

    private OnnxFile(CodedInputStream in, String fileName, long fileBytes) {
        this.in = in;
        this.fileName = fileName;
        this.fileBytes = fileBytes;
    }

    /**
     * Reads a file of at most 2 GB.
     *
     * @throws InvalidProtocolBufferException when it is no ONNX file, or is cut short
     */
    static ModelProto read(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            CodedInputStream in = CodedInputStream.newInstance(bytes, 1 << 16);
            return new OnnxFile(in, String.valueOf(file.getFileName()), Files.size(file)).model();
        }
    }

    /** One field of a message that is taken apart; false where it is of no interest. */
    @FunctionalInterface
    private interface Field {
        boolean read(int number) throws IOException;
    }

    /** Reads fields up to the end of the message; those of no interest are given back as they are. */
    private byte[] others(Field wanted) throws IOException {
        UnknownFieldSet.Builder others = UnknownFieldSet.newBuilder();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            boolean isTaken = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED
                    && wanted.read(WireFormat.getTagFieldNumber(tag));
            if (!isTaken && !others.mergeFieldFrom(tag, in)) {
                throw new InvalidProtocolBufferException("a group ends that never began");
            }
        }
        return others.build().toByteArray();
    }

    /** Reads what makes up a nested message. */
    @FunctionalInterface
    private interface Message<T> {
        T read() throws IOException;
    }

    private <T> T nested(Message<T> message) throws IOException {
        int length = in.readRawVarint32();
        requirePresent(length);
        int outer = in.pushLimit(length);
        if (++nested > MOST_NESTED) {
            throw new InvalidProtocolBufferException(
                    "graphs are nested more than %d messages deep".formatted(MOST_NESTED));
        }
        T read = message.read();
        if (in.getBytesUntilLimit() != 0) {
            throw new InvalidProtocolBufferException("a message ends within a field");
        }
        nested--;
        in.popLimit(outer);
        return read;
    }

    private void requirePresent(int length) throws InvalidProtocolBufferException {
        if (length < 0 || in.getTotalBytesRead() + (long) length > fileBytes) {
            throw new InvalidProtocolBufferException("a field of %d bytes begins at byte %d of %d: it is cut short"
                    .formatted(Integer.toUnsignedLong(length), in.getTotalBytesRead(), fileBytes));
        }
    }

    private ModelProto model() throws IOException {
        ModelProto.Builder model = ModelProto.newBuilder();
        byte[] others = others(number -> {
            if (number == ModelProto.GRAPH_FIELD_NUMBER) {
                model.mergeGraph(nested(this::graph));
                return true;
            }
            return false;
        });
        return model.mergeFrom(others).build();
    }

    private GraphProto graph() throws IOException {
        GraphProto.Builder graph = GraphProto.newBuilder();
        byte[] others = others(number -> {
            switch (number) {
                case GraphProto.NODE_FIELD_NUMBER -> graph.addNode(nested(this::node));
                case GraphProto.INITIALIZER_FIELD_NUMBER -> graph.addInitializer(nested(this::tensor));
                case GraphProto.SPARSE_INITIALIZER_FIELD_NUMBER ->
                    graph.addSparseInitializer(nested(this::sparseTensor));
                default -> {
                    return false;
                }
            }
            return true;
        });
        return graph.mergeFrom(others).build();
    }

    private NodeProto node() throws IOException {
        NodeProto.Builder node = NodeProto.newBuilder();
        byte[] others = others(number -> {
            if (number == NodeProto.ATTRIBUTE_FIELD_NUMBER) {
                node.addAttribute(nested(this::attribute));
                return true;
            }
            return false;
        });
        return node.mergeFrom(others).build();
    }

    private AttributeProto attribute() throws IOException {
        AttributeProto.Builder attribute = AttributeProto.newBuilder();
        byte[] others = others(number -> {
            switch (number) {
                case AttributeProto.T_FIELD_NUMBER -> attribute.mergeT(nested(this::tensor));
                case AttributeProto.TENSORS_FIELD_NUMBER -> attribute.addTensors(nested(this::tensor));
                case AttributeProto.G_FIELD_NUMBER -> attribute.mergeG(nested(this::graph));
                case AttributeProto.GRAPHS_FIELD_NUMBER -> attribute.addGraphs(nested(this::graph));
                default -> {
                    return false;
                }
            }
            return true;
        });
        return attribute.mergeFrom(others).build();
    }

    private SparseTensorProto sparseTensor() throws IOException {
        SparseTensorProto.Builder sparse = SparseTensorProto.newBuilder();
        byte[] others = others(number -> {
            switch (number) {
                case SparseTensorProto.VALUES_FIELD_NUMBER -> sparse.mergeValues(nested(this::tensor));
                case SparseTensorProto.INDICES_FIELD_NUMBER -> sparse.mergeIndices(nested(this::tensor));
                default -> {
                    return false;
                }
            }
            return true;
        });
        return sparse.mergeFrom(others).build();
    }

    private TensorProto tensor() throws IOException {
        Elements elements = new Elements();
        byte[] others = others(number -> switch (number) {
            case TensorProto.RAW_DATA_FIELD_NUMBER,
                    TensorProto.FLOAT_DATA_FIELD_NUMBER,
                    TensorProto.DOUBLE_DATA_FIELD_NUMBER,
                    TensorProto.INT32_DATA_FIELD_NUMBER,
                    TensorProto.INT64_DATA_FIELD_NUMBER,
                    TensorProto.UINT64_DATA_FIELD_NUMBER -> {
                elements.add(number);
                yield true;
            }
            default -> false;
        });
        TensorProto.Builder tensor = TensorProto.newBuilder().mergeFrom(others);
        elements.addTo(tensor);
        return tensor.build();
    }

    /** A tensor's elements, of which large ones are passed over. */
    private final class Elements {
        private final ByteArrayOutputStream small = new ByteArrayOutputStream();
        private int field;
        private long offset;
        private int length;

        void add(int number) throws IOException {
            int bytes = in.readRawVarint32();
            requirePresent(bytes);
            if (bytes < LEAST_BYTES) {
                CodedOutputStream out = CodedOutputStream.newInstance(small);
                out.writeTag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                out.writeUInt32NoTag(bytes);
                out.writeRawBytes(in.readRawBytes(bytes));
                out.flush();
                return;
            }
            if (field != 0) {
                throw new InvalidProtocolBufferException("a tensor has its elements in more than one piece");
            }
            field = number;
            offset = in.getTotalBytesRead();
            length = bytes;
            in.skipRawBytes(bytes);
        }

        void addTo(TensorProto.Builder tensor) throws InvalidProtocolBufferException {
            tensor.mergeFrom(small.toByteArray());
            if (field == 0 || tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                return;
            }
            if (small.size() > 0) {
                throw new InvalidProtocolBufferException(
                        "tensor '%s' has its elements in more than one piece".formatted(tensor.getName()));
            }
            tensor.clearExternalData()
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", fileName))
                    .addExternalData(entry("offset", Long.toString(offset)))
                    .addExternalData(entry("length", Integer.toString(length)));
            if (field != TensorProto.RAW_DATA_FIELD_NUMBER) {
                tensor.addExternalData(entry(FIELD_KEY, Integer.toString(field)));
            }
        }
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
