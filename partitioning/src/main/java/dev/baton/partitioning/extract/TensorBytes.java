package dev.baton.partitioning.extract;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import dev.baton.partitioning.graph.ExternalData;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.graph.OnnxFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The elements of ONNX tensors as little-endian bytes, wherever the file keeps them: raw, in typed fields, or in an external
 * file beside it.
 */
final class TensorBytes {
    private static final int CHUNK = 1 << 20;

    /** The model's file; external data lies beside it, or in itself. */
    private final Path model;

    /** Its directory. */
    private final Path root;

    private TensorBytes(Path onnx) {
        this.model = onnx.toAbsolutePath().normalize();
        this.root = model.resolveSibling(".").normalize();
    }

    /** For the model of this file. */
    static TensorBytes beside(Path onnx) {
        return new TensorBytes(onnx);
    }

    /** How many bytes the elements take; empty for strings and for types whose layout is not known here. */
    static OptionalLong size(TensorProto tensor) throws InvalidModelException {
        int bits = bitsPerElement(tensor);
        if (bits == 0) {
            return OptionalLong.empty();
        }
        long elements = 1;
        try {
            for (long dimension : tensor.getDimsList()) {
                if (dimension < 0) {
                    throw new InvalidModelException("initialiser '%s' has dimensions %s: expected 0 or more"
                            .formatted(tensor.getName(), tensor.getDimsList()));
                }
                elements = Math.multiplyExact(elements, dimension);
            }
            return OptionalLong.of((Math.multiplyExact(elements, (long) bits) + 7) / 8);
        } catch (ArithmeticException e) {
            throw new InvalidModelException(
                    "initialiser '%s' has dimensions %s: more elements than can be counted"
                            .formatted(tensor.getName(), tensor.getDimsList()),
                    e);
        }
    }

    private static int bitsPerElement(TensorProto tensor) {
        return switch (TensorProto.DataType.forNumber(tensor.getDataType())) {
            case FLOAT, INT32, UINT32 -> 32;
            case INT64, UINT64, DOUBLE, COMPLEX64 -> 64;
            case COMPLEX128 -> 128;
            case FLOAT16, BFLOAT16, INT16, UINT16 -> 16;
            case UINT8, INT8, BOOL, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> 8;
            case UINT4, INT4 -> 4;
            case UNDEFINED, STRING -> 0;
            case null -> 0;
        };
    }

    static boolean isExternal(TensorProto tensor) {
        return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
    }

    /** Writes exactly {@link #size} bytes. */
    void write(TensorProto tensor, OutputStream out) throws InvalidModelException, IOException {
        long expected = size(tensor)
                .orElseThrow(() ->
                        new IllegalArgumentException("initialiser '%s' has no known size".formatted(tensor.getName())));
        if (isExternal(tensor)) {
            copyExternal(tensor, expected, out);
        } else if (tensor.hasRawData()) {
            if (tensor.getRawData().size() != expected) {
                throw wrongSize(tensor, expected, tensor.getRawData().size());
            }
            tensor.getRawData().writeTo(out);
        } else {
            writeTyped(tensor, expected, out);
        }
    }

    /** The same tensor with its bytes inside. */
    TensorProto inlined(TensorProto tensor) throws InvalidModelException, IOException {
        if (!isExternal(tensor)) {
            return tensor;
        }
        long expected = size(tensor)
                .orElseThrow(() ->
                        new InvalidModelException("initialiser '%s' has external data of a type that cannot lie there"
                                .formatted(tensor.getName())));
        if (expected > Integer.MAX_VALUE - 1024) {
            throw new InvalidModelException("initialiser '%s' has %d bytes within a subgraph: expected less than 2 GB"
                    .formatted(tensor.getName(), expected));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        copyExternal(tensor, expected, bytes);
        return tensor.toBuilder()
                .clearExternalData()
                .clearDataLocation()
                .setRawData(ByteString.copyFrom(bytes.toByteArray()))
                .build();
    }

    private void copyExternal(TensorProto tensor, long expected, OutputStream out)
            throws InvalidModelException, IOException {
        Map<String, String> entries = new HashMap<>();
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            entries.put(entry.getKey(), entry.getValue());
        }
        String location = entries.getOrDefault("location", "");
        long offset = number(tensor, "offset", entries.getOrDefault("offset", "0"));
        boolean isInModel = location.equals(model.getFileName().toString());
        String field = entries.get(OnnxFile.FIELD_KEY);
        long length = number(tensor, "length", entries.getOrDefault("length", Long.toString(expected)));
        if (isInModel && field != null) {
            copyTyped(tensor, Integer.parseInt(field), offset, length, expected, out);
            return;
        }
        if (length != expected) {
            throw wrongSize(tensor, expected, length);
        }
        copy(tensor, isInModel ? model : externalFile(tensor, location), offset, length, out);
    }

    /** Elements in the model's own file, in a field of their own: as they are to be, or as variable-length integers. */
    private void copyTyped(TensorProto tensor, int field, long offset, long length, long expected, OutputStream out)
            throws InvalidModelException, IOException {
        if (field != fieldOf(tensor)) {
            throw new InvalidModelException("initialiser '%s' of type %s has its elements in the field of another type"
                    .formatted(tensor.getName(), TensorProto.DataType.forNumber(tensor.getDataType())));
        }
        if (field == TensorProto.FLOAT_DATA_FIELD_NUMBER || field == TensorProto.DOUBLE_DATA_FIELD_NUMBER) {
            if (length != expected) {
                throw wrongSize(tensor, expected, length);
            }
            copy(tensor, model, offset, length, out);
            return;
        }
        ElementBytes elements = new ElementBytes(tensor, expected, out);
        try (InputStream bytes = Files.newInputStream(model)) {
            bytes.skipNBytes(offset);
            CodedInputStream in = CodedInputStream.newInstance(bytes, 1 << 16);
            in.pushLimit(Math.toIntExact(length));
            while (!in.isAtEnd()) {
                elements.add(in.readRawVarint64());
            }
        }
        elements.finish();
    }

    private void copy(TensorProto tensor, Path source, long offset, long length, OutputStream out)
            throws InvalidModelException, IOException {
        try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "r")) {
            if (offset > file.length() - length) {
                throw new InvalidModelException(
                        "initialiser '%s' wants %d bytes from %d of %s, which has only %d: the external data is cut short"
                                .formatted(tensor.getName(), length, offset, source.getFileName(), file.length()));
            }
            file.seek(offset);
            byte[] chunk = new byte[(int) Math.min(CHUNK, Math.max(1, length))];
            for (long left = length; left > 0; ) {
                int count = (int) Math.min(left, chunk.length);
                file.readFully(chunk, 0, count);
                out.write(chunk, 0, count);
                left -= count;
            }
        }
    }

    private Path externalFile(TensorProto tensor, String location) throws InvalidModelException, IOException {
        return ExternalData.file(root, location, "initialiser '%s'".formatted(tensor.getName()));
    }

    private static long number(TensorProto tensor, String what, String digits) throws InvalidModelException {
        if (!digits.matches("[0-9]{1,18}")) {
            throw new InvalidModelException("initialiser '%s' has external data of %s '%s': expected a number of bytes"
                    .formatted(tensor.getName(), what, digits));
        }
        return Long.parseLong(digits);
    }

    /** Which field elements of the tensor's type lie in where they are not raw. */
    private static int fieldOf(TensorProto tensor) {
        return switch (TensorProto.DataType.forNumber(tensor.getDataType())) {
            case FLOAT, COMPLEX64 -> TensorProto.FLOAT_DATA_FIELD_NUMBER;
            case INT64 -> TensorProto.INT64_DATA_FIELD_NUMBER;
            case UINT32, UINT64 -> TensorProto.UINT64_DATA_FIELD_NUMBER;
            case DOUBLE, COMPLEX128 -> TensorProto.DOUBLE_DATA_FIELD_NUMBER;
            case null, default -> TensorProto.INT32_DATA_FIELD_NUMBER;
        };
    }

    private static void writeTyped(TensorProto tensor, long expected, OutputStream out)
            throws InvalidModelException, IOException {
        ElementBytes elements = new ElementBytes(tensor, expected, out);
        switch (fieldOf(tensor)) {
            case TensorProto.FLOAT_DATA_FIELD_NUMBER -> {
                for (float element : tensor.getFloatDataList()) {
                    elements.add(Float.floatToRawIntBits(element));
                }
            }
            case TensorProto.DOUBLE_DATA_FIELD_NUMBER -> {
                for (double element : tensor.getDoubleDataList()) {
                    elements.add(Double.doubleToRawLongBits(element));
                }
            }
            case TensorProto.INT64_DATA_FIELD_NUMBER -> {
                for (long element : tensor.getInt64DataList()) {
                    elements.add(element);
                }
            }
            case TensorProto.UINT64_DATA_FIELD_NUMBER -> {
                for (long element : tensor.getUint64DataList()) {
                    elements.add(element);
                }
            }
            default -> {
                for (int element : tensor.getInt32DataList()) {
                    elements.add(element);
                }
            }
        }
        elements.finish();
    }

    /** Writes elements that come one by one, each in its type's own bytes, little-endian. */
    private static final class ElementBytes {
        private final TensorProto tensor;
        private final long expected;
        private final OutputStream out;
        private final int width;
        private final ByteBuffer buffer = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);
        private long written;

        ElementBytes(TensorProto tensor, long expected, OutputStream out) {
            this.tensor = tensor;
            this.expected = expected;
            this.out = out;
            this.width = switch (TensorProto.DataType.forNumber(tensor.getDataType())) {
                case DOUBLE, COMPLEX128, INT64, UINT64 -> 8;
                case FLOAT, COMPLEX64, INT32, UINT32 -> 4;
                case FLOAT16, BFLOAT16, INT16, UINT16 -> 2;
                case null, default -> 1;
            };
        }

        void add(long element) throws InvalidModelException, IOException {
            if (buffer.remaining() < width) {
                flush();
            }
            switch (width) {
                case 8 -> buffer.putLong(element);
                case 4 -> buffer.putInt((int) element);
                case 2 -> buffer.putShort((short) element);
                default -> buffer.put((byte) element);
            }
        }

        private void flush() throws InvalidModelException, IOException {
            written += buffer.position();
            if (written > expected) {
                throw wrongSize(tensor, expected, written);
            }
            out.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }

        void finish() throws InvalidModelException, IOException {
            flush();
            if (written != expected) {
                throw wrongSize(tensor, expected, written);
            }
        }
    }

    private static InvalidModelException wrongSize(TensorProto tensor, long expected, long found) {
        return new InvalidModelException("initialiser '%s' of dimensions %s holds %d bytes: expected %d"
                .formatted(tensor.getName(), tensor.getDimsList(), found, expected));
    }
}
