package dev.baton.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/** The protocol's raw form: elements one after the other, little-endian; before an element of BYTES its length in 4 bytes. */
final class Packing {

    static final int LENGTH_BYTES = Integer.BYTES;

    private Packing() {}

    /** A little-endian buffer for so many elements. */
    static ByteBuffer room(Datatype type, int elements) {
        return ByteBuffer.allocate(Math.multiplyExact(elements, type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    }

    static ByteString floats(float[] values) {
        ByteBuffer packed = room(Datatype.FP32, values.length);
        packed.asFloatBuffer().put(values);
        return wrapped(packed);
    }

    static ByteString doubles(double[] values) {
        ByteBuffer packed = room(Datatype.FP64, values.length);
        packed.asDoubleBuffer().put(values);
        return wrapped(packed);
    }

    /** FP16 or BF16. */
    static ByteString halves(Datatype type, float[] values) {
        ByteBuffer packed = room(type, values.length);
        for (float value : values) {
            packed.putShort(type == Datatype.FP16 ? HalfFloats.toFp16(value) : HalfFloats.toBf16(value));
        }
        return wrapped(packed.rewind());
    }

    static ByteString longs(long[] values) {
        ByteBuffer packed = room(Datatype.INT64, values.length);
        packed.asLongBuffer().put(values);
        return wrapped(packed);
    }

    static ByteString ints(int[] values) {
        ByteBuffer packed = room(Datatype.INT32, values.length);
        packed.asIntBuffer().put(values);
        return wrapped(packed);
    }

    static ByteString shorts(short[] values) {
        ByteBuffer packed = room(Datatype.INT16, values.length);
        packed.asShortBuffer().put(values);
        return wrapped(packed);
    }

    static ByteString booleans(boolean[] values) {
        ByteBuffer packed = room(Datatype.BOOL, values.length);
        for (boolean value : values) {
            packed.put((byte) (value ? 1 : 0));
        }
        return wrapped(packed.rewind());
    }

    static ByteString bytes(Collection<ByteString> elements) {
        ByteString packed = ByteString.EMPTY;
        for (ByteString element : elements) {
            ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            packed = packed.concat(wrapped(length.putInt(element.size()).rewind()))
                    .concat(element);
        }
        return packed;
    }

    /** Elements of BYTES in raw form; {@code problem} makes the exception for what does not add up. */
    static List<ByteString> unpackBytes(ByteString packed, Function<String, ? extends RuntimeException> problem) {
        List<ByteString> elements = new ArrayList<>();
        int at = 0;
        while (at < packed.size()) {
            if (packed.size() - at < LENGTH_BYTES) {
                throw problem.apply(
                        "%d bytes are left where an element's length was expected".formatted(packed.size() - at));
            }
            int length = little(packed.substring(at, at + LENGTH_BYTES)).getInt();
            at += LENGTH_BYTES;
            if (length < 0 || length > packed.size() - at) {
                throw problem.apply("an element of %d bytes is announced, %d bytes are left"
                        .formatted(Integer.toUnsignedLong(length), packed.size() - at));
            }
            elements.add(packed.substring(at, at + length));
            at += length;
        }
        return elements;
    }

    static ByteString text(String text) {
        return ByteString.copyFrom(text, StandardCharsets.UTF_8);
    }

    /** A read-only little-endian view. */
    static ByteBuffer little(ByteString bytes) {
        return bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    static ByteString wrapped(ByteBuffer packed) {
        return UnsafeByteOperations.unsafeWrap(packed);
    }
}
