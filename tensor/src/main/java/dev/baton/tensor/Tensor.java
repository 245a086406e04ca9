package dev.baton.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;

/**
 * Elements of one type in row-major order, with their shape. Immutable by contract: whoever hands over or receives the
 * buffer does not write to it any more.
 *
 * <p>Elements lie little-endian in a buffer, as on the wire and in ONNX Runtime. Tensors made here from Java arrays lie
 * in direct buffers, which ONNX Runtime reads where they are; a heap buffer given to {@link #of} is kept as it is, and
 * ONNX Runtime then copies it once.
 */
public final class Tensor {
    private final ElementType type;
    private final Shape shape;
    private final ByteBuffer data;

    private Tensor(ElementType type, Shape shape, ByteBuffer data) {
        this.type = type;
        this.shape = shape;
        this.data = data;
    }

    /**
     * A tensor over the remaining bytes of {@code littleEndianData}, which are not copied.
     *
     * @throws IllegalArgumentException when the shape is not fixed, the size is not what type and shape need, or a byte of
     *     a BOOL tensor is neither 0 nor 1
     */
    public static Tensor of(ElementType type, Shape shape, ByteBuffer littleEndianData) {
        long expected = byteSize(type, shape);
        if (littleEndianData.remaining() != expected) {
            throw new IllegalArgumentException(
                    "%s %s needs %d bytes, got %d".formatted(type, shape, expected, littleEndianData.remaining()));
        }
        return checked(new Tensor(type, shape, littleEndianData.slice()));
    }

    /** An FP32 tensor of {@code values} in row-major order. */
    public static Tensor ofFloats(Shape shape, float... values) {
        ByteBuffer data = allocate(ElementType.FP32, shape, values.length);
        data.asFloatBuffer().put(values);
        return new Tensor(ElementType.FP32, shape, data);
    }

    /** An INT64 tensor of {@code values} in row-major order. */
    public static Tensor ofLongs(Shape shape, long... values) {
        ByteBuffer data = allocate(ElementType.INT64, shape, values.length);
        data.asLongBuffer().put(values);
        return new Tensor(ElementType.INT64, shape, data);
    }

    /** An INT32 tensor of {@code values} in row-major order. */
    public static Tensor ofInts(Shape shape, int... values) {
        ByteBuffer data = allocate(ElementType.INT32, shape, values.length);
        data.asIntBuffer().put(values);
        return new Tensor(ElementType.INT32, shape, data);
    }

    /** A tensor of a one-byte type, UINT8, INT8 or BOOL, of {@code values} in row-major order. */
    public static Tensor ofBytes(ElementType type, Shape shape, byte... values) {
        if (type.bytes() != 1) {
            throw new IllegalArgumentException(
                    "%s has %d bytes an element, expected UINT8, INT8 or BOOL".formatted(type, type.bytes()));
        }
        ByteBuffer data = allocate(type, shape, values.length);
        data.put(0, values);
        return checked(new Tensor(type, shape, data));
    }

    /** A BOOL tensor of {@code values} in row-major order. */
    public static Tensor ofBooleans(Shape shape, boolean... values) {
        ByteBuffer data = allocate(ElementType.BOOL, shape, values.length);
        for (int i = 0; i < values.length; i++) {
            data.put(i, (byte) (values[i] ? 1 : 0));
        }
        return new Tensor(ElementType.BOOL, shape, data);
    }

    /** An FP16 tensor of {@code values}, rounded to the nearest half, in row-major order. */
    public static Tensor ofHalves(Shape shape, float... values) {
        ByteBuffer data = allocate(ElementType.FP16, shape, values.length);
        short[] halves = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            halves[i] = Float.floatToFloat16(values[i]);
        }
        data.asShortBuffer().put(halves);
        return new Tensor(ElementType.FP16, shape, data);
    }

    /** Engines read any other byte as a boolean that is neither true nor false. */
    private static Tensor checked(Tensor tensor) {
        if (tensor.type == ElementType.BOOL) {
            for (int i = 0; i < tensor.data.capacity(); i++) {
                if ((tensor.data.get(i) & ~1) != 0) {
                    throw new IllegalArgumentException("BOOL %s has the byte %d at index %d, expected 0 or 1"
                            .formatted(tensor.shape, tensor.data.get(i), i));
                }
            }
        }
        return tensor;
    }

    private static ByteBuffer allocate(ElementType type, Shape shape, int elements) {
        long expected = shape.elementCount();
        if (expected != elements) {
            throw new IllegalArgumentException(
                    "%s %s needs %d elements, got %d".formatted(type, shape, expected, elements));
        }
        return ByteBuffer.allocateDirect(Math.toIntExact(byteSize(type, shape))).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Bytes of a tensor of this type and fixed shape. */
    private static long byteSize(ElementType type, Shape shape) {
        long elements = shape.elementCount();
        if (elements > Integer.MAX_VALUE / type.bytes()) {
            throw new IllegalArgumentException("%s %s has %d elements: a tensor holds at most %d bytes"
                    .formatted(type, shape, elements, Integer.MAX_VALUE));
        }
        return elements * type.bytes();
    }

    public ElementType type() {
        return type;
    }

    public Shape shape() {
        return shape;
    }

    /** The elements, little-endian, from position 0. A view of its own for each call; do not write to it. */
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    public long byteSize() {
        return data.capacity();
    }

    /**
     * The elements of a floating-point tensor. FP16 and BF16 are widened, which is exact; FP64 is rounded to the nearest,
     * see {@link #toDoubles()}.
     *
     * @throws IllegalStateException for any other type
     */
    public float[] toFloats() {
        return switch (type) {
            case FP32 -> {
                float[] values = new float[data.capacity() / Float.BYTES];
                data().asFloatBuffer().get(values);
                yield values;
            }
            case FP16 -> {
                ShortBuffer halves = data().asShortBuffer();
                short[] bits = new short[halves.remaining()];
                halves.get(bits);
                float[] values = new float[bits.length];
                for (int i = 0; i < bits.length; i++) {
                    values[i] = Float.float16ToFloat(bits[i]);
                }
                yield values;
            }
            case BF16 -> {
                ByteBuffer bytes = data();
                float[] values = new float[data.capacity() / Short.BYTES];
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.intBitsToFloat(bytes.getShort(i * Short.BYTES) << 16);
                }
                yield values;
            }
            case FP64 -> {
                ByteBuffer bytes = data();
                float[] values = new float[data.capacity() / Double.BYTES];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) bytes.getDouble(i * Double.BYTES);
                }
                yield values;
            }
            case INT64, INT32, UINT8, INT8, BOOL, INT16, UINT16, UINT32, UINT64 ->
                throw new IllegalStateException("%s %s is not a tensor of floats".formatted(type, shape));
        };
    }

    /**
     * The elements of a floating-point tensor, exactly.
     *
     * @throws IllegalStateException for any other type
     */
    public double[] toDoubles() {
        if (type == ElementType.FP64) {
            double[] values = new double[data.capacity() / Double.BYTES];
            data().asDoubleBuffer().get(values);
            return values;
        }
        float[] floats = toFloats();
        double[] values = new double[floats.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats[i];
        }
        return values;
    }

    /**
     * The elements of an integer or BOOL tensor, widened; UINT8 is 0..255, BOOL 0 or 1. A UINT64 of 2^63 or more comes out
     * negative, as its bits are read.
     *
     * @throws IllegalStateException for floating-point types
     */
    public long[] toLongs() {
        ByteBuffer bytes = data();
        long[] values = new long[data.capacity() / type.bytes()];
        switch (type) {
            case INT64, UINT64 -> bytes.asLongBuffer().get(values);
            case INT32 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = bytes.getInt(i * Integer.BYTES);
                }
            }
            case UINT32 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Integer.toUnsignedLong(bytes.getInt(i * Integer.BYTES));
                }
            }
            case INT16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = bytes.getShort(i * Short.BYTES);
                }
            }
            case UINT16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Short.toUnsignedInt(bytes.getShort(i * Short.BYTES));
                }
            }
            case INT8 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = bytes.get(i);
                }
            }
            case UINT8, BOOL -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Byte.toUnsignedInt(bytes.get(i));
                }
            }
            case FP32, FP16, FP64, BF16 ->
                throw new IllegalStateException("%s %s is not a tensor of integers".formatted(type, shape));
        }
        return values;
    }

    /**
     * The largest |a - b| over all elements, 0 for empty tensors. Two NaN are equal, as are infinities of one sign; a NaN
     * against a number is infinitely far.
     *
     * @throws IllegalArgumentException when type or shape differ
     */
    public double maxAbsoluteDifference(Tensor other) {
        if (type != other.type || !shape.equals(other.shape)) {
            throw new IllegalArgumentException(
                    "cannot compare %s %s with %s %s".formatted(type, shape, other.type, other.shape));
        }
        double largest = 0;
        if (type.isFloat()) {
            return type == ElementType.FP64
                    ? largestDifference(toDoubles(), other.toDoubles())
                    : largestDifference(toFloats(), other.toFloats());
        }
        long[] mine = toLongs();
        long[] others = other.toLongs();
        for (int i = 0; i < mine.length; i++) {
            largest = Math.max(largest, Math.abs(number(mine[i]) - number(others[i])));
        }
        return largest;
    }

    /** An element as {@link #toLongs()} gives it. */
    private double number(long element) {
        boolean isHuge = type == ElementType.UINT64 && element < 0;
        return isHuge ? element + 0x1p64 : element;
    }

    private static double largestDifference(float[] mine, float[] others) {
        double largest = 0;
        for (int i = 0; i < mine.length; i++) {
            if (Float.compare(mine[i], others[i]) != 0) {
                double difference = Math.abs((double) mine[i] - others[i]);
                largest = Math.max(largest, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
            }
        }
        return largest;
    }

    private static double largestDifference(double[] mine, double[] others) {
        double largest = 0;
        for (int i = 0; i < mine.length; i++) {
            if (Double.compare(mine[i], others[i]) != 0) {
                double difference = Math.abs(mine[i] - others[i]);
                largest = Math.max(largest, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
            }
        }
        return largest;
    }

    /** True when type, shape and every bit of every element are the same. */
    public boolean bitEquals(Tensor other) {
        return type == other.type && shape.equals(other.shape) && data().equals(other.data());
    }

    /** Type and shape, not the elements: {@code FP32 [1, 3, 224, 224]}. */
    @Override
    public String toString() {
        return type + " " + shape;
    }
}
