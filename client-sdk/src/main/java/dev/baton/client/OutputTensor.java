package dev.baton.client;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One output of an answer: a name, a type, a shape and the elements, row-major. Immutable. */
public final class OutputTensor {

    private final String name;
    private final Datatype datatype;
    private final Shape shape;
    private final ByteString contents;

    /** {@code contents} has been checked against type and shape. */
    OutputTensor(String name, Datatype datatype, Shape shape, ByteString contents) {
        this.name = name;
        this.datatype = datatype;
        this.shape = shape;
        this.contents = contents;
    }

    /** {@return the name of the model's output} */
    public String name() {
        return name;
    }

    /** {@return the type of the elements} */
    public Datatype datatype() {
        return datatype;
    }

    /** {@return the shape of the tensor} */
    public Shape shape() {
        return shape;
    }

    /** {@return how many elements there are} */
    public int elementCount() {
        return Math.toIntExact(shape.elementCount());
    }

    /**
     * {@return the elements as they came, read-only and little-endian, not copied}; those of {@link Datatype#BYTES} are each
     * preceded by their length in 4 bytes
     */
    public ByteBuffer data() {
        return Packing.little(contents);
    }

    /**
     * {@return the elements of an output in single or half precision}
     *
     * @throws IllegalStateException when it is of another type
     */
    public float[] toFloats() {
        ByteBuffer data = data();
        float[] values = new float[elementCount()];
        switch (datatype) {
            case FP32 -> data.asFloatBuffer().get(values);
            case FP16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = HalfFloats.fromFp16(data.getShort());
                }
            }
            case BF16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = HalfFloats.fromBf16(data.getShort());
                }
            }
            default -> throw not("FP32, FP16 or BF16");
        }
        return values;
    }

    /**
     * {@return the elements of an output of any floating point type}
     *
     * @throws IllegalStateException when it is of another type
     */
    public double[] toDoubles() {
        double[] values = new double[elementCount()];
        if (datatype == Datatype.FP64) {
            data().asDoubleBuffer().get(values);
            return values;
        }
        if (!datatype.isFloat()) {
            throw not("FP64, FP32, FP16 or BF16");
        }
        float[] floats = toFloats();
        for (int i = 0; i < floats.length; i++) {
            values[i] = floats[i];
        }
        return values;
    }

    /**
     * {@return the elements of an output of any integer type}; those of {@link Datatype#UINT64} are its 64 bits, for
     * {@link Long#toUnsignedString(long)} and its like
     *
     * @throws IllegalStateException when it is of another type
     */
    public long[] toLongs() {
        if (!datatype.isInteger()) {
            throw not("an integer type");
        }
        ByteBuffer data = data();
        long[] values = new long[elementCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = nextInteger(data);
        }
        return values;
    }

    /**
     * {@return the elements of an output of an integer type of up to 32 bits}; those of {@link Datatype#UINT32} are its 32
     * bits, for {@link Integer#toUnsignedLong(int)} and its like
     *
     * @throws IllegalStateException when it is of another type
     */
    public int[] toInts() {
        if (!datatype.isInteger() || datatype.bytes() > Integer.BYTES) {
            throw not("an integer type of up to 32 bits");
        }
        ByteBuffer data = data();
        int[] values = new int[elementCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (int) nextInteger(data);
        }
        return values;
    }

    private long nextInteger(ByteBuffer data) {
        return switch (datatype) {
            case INT64, UINT64 -> data.getLong();
            case INT32 -> data.getInt();
            case UINT32 -> Integer.toUnsignedLong(data.getInt());
            case INT16 -> data.getShort();
            case UINT16 -> Short.toUnsignedInt(data.getShort());
            case INT8 -> data.get();
            case UINT8 -> Byte.toUnsignedInt(data.get());
            default -> throw not("an integer type");
        };
    }

    /**
     * {@return the elements of an output of truth values}
     *
     * @throws IllegalStateException when it is of another type
     */
    public boolean[] toBooleans() {
        if (datatype != Datatype.BOOL) {
            throw not("BOOL");
        }
        ByteBuffer data = data();
        boolean[] values = new boolean[elementCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = data.get() != 0;
        }
        return values;
    }

    /**
     * {@return the elements of an output of byte strings, read-only and not copied}
     *
     * @throws IllegalStateException when it is of another type
     */
    public List<ByteBuffer> toBytes() {
        return elements().stream().map(ByteString::asReadOnlyByteBuffer).toList();
    }

    /**
     * {@return the elements of an output of byte strings, as texts in UTF-8}
     *
     * @throws IllegalStateException when it is of another type
     */
    public List<String> toStrings() {
        return elements().stream()
                .map(element -> element.toString(StandardCharsets.UTF_8))
                .toList();
    }

    private List<ByteString> elements() {
        if (datatype != Datatype.BYTES) {
            throw not("BYTES");
        }
        return Packing.unpackBytes(contents, IllegalStateException::new);
    }

    private IllegalStateException not(String wanted) {
        return new IllegalStateException("output '%s' is %s, not %s".formatted(name, datatype, wanted));
    }

    /** {@return name, type and shape} */
    @Override
    public String toString() {
        return "%s %s %s".formatted(name, datatype, shape);
    }
}
