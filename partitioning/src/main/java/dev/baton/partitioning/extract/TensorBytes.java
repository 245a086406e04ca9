package dev.baton.partitioning.extract;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.baton.partitioning.graph.InvalidModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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

    /** Where the model's file lies, and therefore its external data. */
    private final Path directory;

    private TensorBytes(Path directory) {
        this.directory = directory;
    }

    /** For the model of this file. */
    static TensorBytes beside(Path onnx) {
        return new TensorBytes(onnx.toAbsolutePath().normalize().resolveSibling("."));
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
        Path source = externalFile(tensor, entries.getOrDefault("location", ""));
        long offset = number(tensor, "offset", entries.getOrDefault("offset", "0"));
        long length = number(tensor, "length", entries.getOrDefault("length", Long.toString(expected)));
        if (length != expected) {
            throw wrongSize(tensor, expected, length);
        }
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

    /** A file in the model's own directory or below: anything else is refused, as it could be any file of this machine. */
    private Path externalFile(TensorProto tensor, String location) throws InvalidModelException, IOException {
        Path root = directory.toAbsolutePath().normalize();
        Path source = root.resolve(location).normalize();
        if (location.isEmpty() || !source.startsWith(root) || source.equals(root)) {
            throw new InvalidModelException(
                    "initialiser '%s' has external data in '%s': expected a file beside the model"
                            .formatted(tensor.getName(), location));
        }
        if (!Files.isRegularFile(source)) {
            throw new InvalidModelException("initialiser '%s' has external data in '%s', which does not exist"
                    .formatted(tensor.getName(), location));
        }
        if (!source.toRealPath().startsWith(root.toRealPath())) {
            throw new InvalidModelException(
                    "initialiser '%s' has external data in '%s', a link that leads away from the model"
                            .formatted(tensor.getName(), location));
        }
        return source;
    }

    private static long number(TensorProto tensor, String what, String digits) throws InvalidModelException {
        if (!digits.matches("[0-9]{1,18}")) {
            throw new InvalidModelException("initialiser '%s' has external data of %s '%s': expected a number of bytes"
                    .formatted(tensor.getName(), what, digits));
        }
        return Long.parseLong(digits);
    }

    private static void writeTyped(TensorProto tensor, long expected, OutputStream out)
            throws InvalidModelException, IOException {
        int count =
                switch (TensorProto.DataType.forNumber(tensor.getDataType())) {
                    case FLOAT, COMPLEX64 -> tensor.getFloatDataCount();
                    case INT64 -> tensor.getInt64DataCount();
                    case UINT32, UINT64 -> tensor.getUint64DataCount();
                    case DOUBLE, COMPLEX128 -> tensor.getDoubleDataCount();
                    case null, default -> tensor.getInt32DataCount();
                };
        ByteBuffer element = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        long written = 0;
        for (int i = 0; i < count; i++) {
            element.clear();
            switch (TensorProto.DataType.forNumber(tensor.getDataType())) {
                case FLOAT, COMPLEX64 -> element.putFloat(tensor.getFloatData(i));
                case INT64 -> element.putLong(tensor.getInt64Data(i));
                case UINT64 -> element.putLong(tensor.getUint64Data(i));
                case UINT32 -> element.putInt((int) tensor.getUint64Data(i));
                case DOUBLE, COMPLEX128 -> element.putDouble(tensor.getDoubleData(i));
                case INT32 -> element.putInt(tensor.getInt32Data(i));
                case FLOAT16, BFLOAT16, INT16, UINT16 -> element.putShort((short) tensor.getInt32Data(i));
                case null, default -> element.put((byte) tensor.getInt32Data(i));
            }
            out.write(element.array(), 0, element.position());
            written += element.position();
        }
        if (written != expected) {
            throw wrongSize(tensor, expected, written);
        }
    }

    private static InvalidModelException wrongSize(TensorProto tensor, long expected, long found) {
        return new InvalidModelException("initialiser '%s' of dimensions %s holds %d bytes: expected %d"
                .formatted(tensor.getName(), tensor.getDimsList(), found, expected));
    }
}
