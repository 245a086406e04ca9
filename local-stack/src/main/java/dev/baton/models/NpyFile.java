package dev.baton.models;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tensors in NumPy's file format (.npy, versions 1 to 3), little-endian and in C order, as numpy.save writes them. */
public final class NpyFile {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCRIPTION = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern FORTRAN_ORDER = Pattern.compile("'fortran_order'\\s*:\\s*True");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");
    private static final Map<String, ElementType> TYPES = Map.ofEntries(
            Map.entry("<f4", ElementType.FP32),
            Map.entry("<f2", ElementType.FP16),
            Map.entry("<f8", ElementType.FP64),
            Map.entry("<i8", ElementType.INT64),
            Map.entry("<i4", ElementType.INT32),
            Map.entry("<i2", ElementType.INT16),
            Map.entry("<u8", ElementType.UINT64),
            Map.entry("<u4", ElementType.UINT32),
            Map.entry("<u2", ElementType.UINT16),
            Map.entry("|u1", ElementType.UINT8),
            Map.entry("|i1", ElementType.INT8),
            Map.entry("|b1", ElementType.BOOL));

    private NpyFile() {}

    /**
     * The tensor in {@code file}.
     *
     * @throws IllegalArgumentException naming the file, when it holds no tensor that Baton carries
     */
    public static Tensor read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < 10 || bytes.slice(0, MAGIC.length).mismatch(ByteBuffer.wrap(MAGIC)) >= 0) {
            throw new IllegalArgumentException("%s is no .npy file".formatted(file));
        }
        int major = bytes.get(MAGIC.length);
        int headerLength = major == 1 ? Short.toUnsignedInt(bytes.getShort(8)) : bytes.getInt(8);
        int headerStart = major == 1 ? 10 : 12;
        if (headerLength < 0 || headerLength > bytes.limit() - headerStart) {
            throw new IllegalArgumentException("%s: its header is cut off".formatted(file));
        }
        String header = new String(bytes.array(), headerStart, headerLength, StandardCharsets.ISO_8859_1);
        if (FORTRAN_ORDER.matcher(header).find()) {
            throw new IllegalArgumentException("%s is in Fortran order; save it in C order".formatted(file));
        }
        String description = find(DESCRIPTION, header, file);
        ElementType type = TYPES.get(description);
        if (type == null) {
            throw new IllegalArgumentException("%s has elements of type %s; supported: %s"
                    .formatted(
                            file, description, TYPES.keySet().stream().sorted().toList()));
        }
        Shape shape = shape(find(SHAPE, header, file));
        ByteBuffer elements = bytes.position(headerStart + headerLength).slice();
        if (elements.remaining() != shape.elementCount() * type.bytes()) {
            throw new IllegalArgumentException("%s: %d bytes of elements, but %s %s takes %d"
                    .formatted(file, elements.remaining(), type, shape, shape.elementCount() * type.bytes()));
        }
        ByteBuffer direct = ByteBuffer.allocateDirect(elements.remaining());
        return Tensor.of(type, shape, direct.put(elements).flip());
    }

    private static Shape shape(String text) {
        List<Long> dimensions = new ArrayList<>();
        for (String dimension : text.split(",", -1)) {
            if (!dimension.isBlank()) {
                dimensions.add(Long.parseLong(dimension.strip()));
            }
        }
        return new Shape(dimensions);
    }

    private static String find(Pattern pattern, String header, Path file) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new IllegalArgumentException("%s: its header does not hold %s".formatted(file, pattern));
        }
        return matcher.group(1);
    }
}
