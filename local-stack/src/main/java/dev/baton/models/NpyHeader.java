package dev.baton.models;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an array in NumPy's format (.npy, versions 1 to 3) begins: little-endian and in C order, as numpy.save writes it.
 *
 * @param length of the header itself, in bytes
 */
record NpyHeader(ElementType type, Shape shape, int length) {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    /** The magic, a version of two bytes and a length of two or four. */
    private static final int FIXED = MAGIC.length + 2;
    /** Headers have some hundred bytes. */
    private static final int LONGEST = 1 << 16;

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

    /**
     * Reads {@code stream} up to the first element.
     *
     * @param source what is read, for messages
     * @throws IllegalArgumentException naming the source, when it is no tensor that Baton carries
     */
    static NpyHeader read(InputStream stream, String source) throws IOException {
        byte[] fixed = stream.readNBytes(FIXED);
        if (fixed.length < FIXED || !Arrays.equals(fixed, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IllegalArgumentException("%s is no .npy file".formatted(source));
        }
        int lengthBytes = fixed[MAGIC.length] == 1 ? Short.BYTES : Integer.BYTES;
        byte[] length = Arrays.copyOf(stream.readNBytes(lengthBytes), Integer.BYTES);
        int headerLength =
                ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (headerLength < 0 || headerLength > LONGEST) {
            throw new IllegalArgumentException("%s: its header declares %d bytes, at most %d are read"
                    .formatted(source, Integer.toUnsignedLong(headerLength), LONGEST));
        }
        byte[] text = stream.readNBytes(headerLength);
        if (text.length < headerLength) {
            throw new IllegalArgumentException("%s: its header is cut off".formatted(source));
        }
        String header = new String(text, StandardCharsets.ISO_8859_1);
        if (FORTRAN_ORDER.matcher(header).find()) {
            throw new IllegalArgumentException("%s is in Fortran order; save it in C order".formatted(source));
        }
        String description = find(DESCRIPTION, header, source);
        ElementType type = TYPES.get(description);
        if (type == null) {
            throw new IllegalArgumentException("%s has elements of type %s; supported: %s"
                    .formatted(
                            source,
                            description,
                            TYPES.keySet().stream().sorted().toList()));
        }
        Shape shape = shape(find(SHAPE, header, source), source);
        return new NpyHeader(type, shape, FIXED + lengthBytes + headerLength);
    }

    private static Shape shape(String text, String source) {
        List<Long> dimensions = new ArrayList<>();
        for (String dimension : text.split(",", -1)) {
            String digits = dimension.strip();
            if (!digits.isEmpty() && !digits.matches("\\d{1,18}")) {
                throw new IllegalArgumentException("%s has the shape (%s)".formatted(source, text));
            }
            if (!digits.isEmpty()) {
                dimensions.add(Long.parseLong(digits));
            }
        }
        try {
            return new Shape(dimensions);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("%s: %s".formatted(source, e.getMessage()), e);
        }
    }

    private static String find(Pattern pattern, String header, String source) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new IllegalArgumentException("%s: its header does not hold %s".formatted(source, pattern));
        }
        return matcher.group(1);
    }

    /**
     * Bytes of all elements.
     *
     * @throws IllegalArgumentException naming the source, when they are more than {@code most}
     */
    long elementBytes(long most, String source) {
        long elements;
        try {
            elements = shape.elementCount();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("%s: %s".formatted(source, e.getMessage()), e);
        }
        if (elements > most / type.bytes()) {
            throw new IllegalArgumentException(
                    "%s: %s %s has %d elements, more than the %d bytes that are there can hold"
                            .formatted(source, type, shape, elements, most));
        }
        return elements * type.bytes();
    }
}
