package dev.baton.openinference.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Elements of a tensor between JSON and the protocol's raw form. Flat, or nested exactly as the shape says. */
final class JsonTensors {

    static final String BYTES = "BYTES";
    private static final BigInteger UINT64_END = BigInteger.ONE.shiftLeft(Long.SIZE);

    private JsonTensors() {}

    /** Takes one element; the parser stands on it. */
    private interface Element {
        void read(JsonParser json) throws IOException;
    }

    /**
     * The raw form of {@code data}, a JSON array.
     *
     * @throws IllegalArgumentException when it is not {@code shape} of {@code type}
     */
    static ByteString read(ElementType type, Shape shape, ByteBuffer data) throws IOException {
        if (type == ElementType.FP16 || type == ElementType.BF16) {
            throw new IllegalArgumentException("%s cannot be sent as JSON; send it as binary data".formatted(type));
        }
        long elements = elements(shape, data);
        if (elements * type.bytes() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("%s %s is too large".formatted(type, shape));
        }
        ByteBuffer raw =
                ByteBuffer.allocateDirect((int) elements * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        readAll(shape, data, json -> put(type, json, raw));
        return UnsafeByteOperations.unsafeWrap(raw.flip());
    }

    /**
     * The raw form of texts: each after its length.
     *
     * @param base64 whether the texts are bytes in that form, and not themselves the bytes
     */
    static ByteString readTexts(Shape shape, ByteBuffer data, boolean base64) throws IOException {
        elements(shape, data);
        ByteString.Output raw = ByteString.newOutput();
        readAll(shape, data, json -> {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw new IllegalArgumentException(
                        "BYTES has the element %s; expected a text".formatted(json.getText()));
            }
            byte[] bytes = base64
                    ? Base64.getDecoder().decode(json.getText())
                    : json.getText().getBytes(StandardCharsets.UTF_8);
            raw.write(lengthOf(bytes));
            raw.write(bytes);
        });
        return raw.toByteString();
    }

    private static byte[] lengthOf(byte[] bytes) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.length)
                .array();
    }

    /** Checked before anything is allocated for them: each element takes a character at least. */
    private static long elements(Shape shape, ByteBuffer data) {
        if (!shape.isFixed()) {
            throw new IllegalArgumentException("shape %s; expected a length for each dimension".formatted(shape));
        }
        long elements = shape.elementCount();
        if (elements > data.remaining()) {
            throw new IllegalArgumentException(
                    "shape %s needs %d elements; data is shorter than that".formatted(shape, elements));
        }
        return elements;
    }

    private static void readAll(Shape shape, ByteBuffer data, Element element) throws IOException {
        try (JsonParser json = Json.parser(data)) {
            json.nextToken(); // the array's beginning
            boolean nested = json.nextToken() == JsonToken.START_ARRAY;
            if (nested) {
                readNested(json, shape, 0, element);
            } else {
                readFlat(json, shape, shape.elementCount(), element);
            }
        }
    }

    /** The parser stands behind the array's beginning; afterwards on its end. */
    private static void readFlat(JsonParser json, Shape shape, long expected, Element element) throws IOException {
        long count = 0;
        while (json.currentToken() != JsonToken.END_ARRAY) {
            if (json.currentToken().isStructStart()) {
                throw new IllegalArgumentException("data is nested deeper than shape %s".formatted(shape));
            }
            if (count < expected) {
                element.read(json);
            }
            count++;
            json.nextToken();
        }
        if (count != expected) {
            throw new IllegalArgumentException(
                    "data has %d elements where shape %s has %d".formatted(count, shape, expected));
        }
    }

    private static void readNested(JsonParser json, Shape shape, int axis, Element element) throws IOException {
        if (axis >= shape.rank() - 1) {
            readFlat(json, shape, shape.dimension(axis), element);
            return;
        }
        long count = 0;
        while (json.currentToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw new IllegalArgumentException("data is nested less deep than shape %s".formatted(shape));
            }
            count++;
            requireCount(count <= shape.dimension(axis), count, axis, shape);
            json.nextToken();
            readNested(json, shape, axis + 1, element);
            json.nextToken();
        }
        requireCount(count == shape.dimension(axis), count, axis, shape);
    }

    private static void requireCount(boolean holds, long count, int axis, Shape shape) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "data has %d elements in dimension %d of shape %s".formatted(count, axis, shape));
        }
    }

    private static void put(ElementType type, JsonParser json, ByteBuffer raw) throws IOException {
        switch (type) {
            case FP32 -> raw.putFloat((float) fitting(json, number(json).getFloatValue()));
            case FP64 -> raw.putDouble(fitting(json, number(json).getDoubleValue()));
            case INT64 -> raw.putLong(whole(json, Long.MIN_VALUE, Long.MAX_VALUE));
            case INT32 -> raw.putInt((int) whole(json, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case INT16 -> raw.putShort((short) whole(json, Short.MIN_VALUE, Short.MAX_VALUE));
            case INT8 -> raw.put((byte) whole(json, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case UINT32 -> raw.putInt((int) whole(json, 0, 0xffff_ffffL));
            case UINT16 -> raw.putShort((short) whole(json, 0, 0xffff));
            case UINT8 -> raw.put((byte) whole(json, 0, 0xff));
            case UINT64 -> raw.putLong(unsigned(json));
            case BOOL -> raw.put((byte) (flag(json) ? 1 : 0));
            case FP16, BF16 -> throw new IllegalStateException(type + " is not read from JSON");
        }
    }

    /** NaN and infinities are what they say; a number that becomes one does not fit. */
    private static double fitting(JsonParser json, double value) throws IOException {
        if (!Double.isFinite(value) && Character.isDigit(json.getText().charAt(json.getTextLength() - 1))) {
            throw new IllegalArgumentException("the element %s does not fit the datatype".formatted(json.getText()));
        }
        return value;
    }

    private static JsonParser number(JsonParser json) throws IOException {
        if (!json.currentToken().isNumeric()) {
            throw new IllegalArgumentException("the element %s is not a number".formatted(json.getText()));
        }
        return json;
    }

    private static long whole(JsonParser json, long least, long most) throws IOException {
        boolean isLong = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        if (!isLong || json.getLongValue() < least || json.getLongValue() > most) {
            throw new IllegalArgumentException(
                    "the element %s; expected a whole number from %d to %d".formatted(json.getText(), least, most));
        }
        return json.getLongValue();
    }

    private static long unsigned(JsonParser json) throws IOException {
        boolean isWhole = json.currentToken() == JsonToken.VALUE_NUMBER_INT;
        if (!isWhole
                || json.getBigIntegerValue().signum() < 0
                || json.getBigIntegerValue().compareTo(UINT64_END) >= 0) {
            throw new IllegalArgumentException(
                    "the element %s; expected a whole number from 0 to 2^64 - 1".formatted(json.getText()));
        }
        return json.getBigIntegerValue().longValue();
    }

    private static boolean flag(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> whole(json, 0, 1) == 1;
        };
    }

    /** Writes the raw form of a tensor as a flat array. */
    static void write(JsonGenerator json, String datatype, ByteString contents) throws IOException {
        ByteBuffer raw = contents.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        json.writeStartArray();
        if (datatype.equals(BYTES)) {
            while (raw.hasRemaining()) {
                byte[] text = new byte[raw.getInt()];
                raw.get(text);
                json.writeString(new String(text, StandardCharsets.UTF_8));
            }
        } else {
            ElementType type = ElementType.ofName(datatype);
            while (raw.hasRemaining()) {
                writeElement(json, type, raw);
            }
        }
        json.writeEndArray();
    }

    private static void writeElement(JsonGenerator json, ElementType type, ByteBuffer raw) throws IOException {
        switch (type) {
            case FP32 -> json.writeNumber(raw.getFloat());
            case FP16 -> json.writeNumber(Float.float16ToFloat(raw.getShort()));
            case BF16 -> json.writeNumber(Float.intBitsToFloat(raw.getShort() << 16));
            case FP64 -> json.writeNumber(raw.getDouble());
            case INT64 -> json.writeNumber(raw.getLong());
            case INT32 -> json.writeNumber(raw.getInt());
            case INT16 -> json.writeNumber(raw.getShort());
            case INT8 -> json.writeNumber(raw.get());
            case UINT64 -> json.writeNumber(new BigInteger(Long.toUnsignedString(raw.getLong())));
            case UINT32 -> json.writeNumber(Integer.toUnsignedLong(raw.getInt()));
            case UINT16 -> json.writeNumber(Short.toUnsignedInt(raw.getShort()));
            case UINT8 -> json.writeNumber(Byte.toUnsignedInt(raw.get()));
            case BOOL -> json.writeBoolean(raw.get() != 0);
        }
    }
}
