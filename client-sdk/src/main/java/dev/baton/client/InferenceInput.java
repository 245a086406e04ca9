package dev.baton.client;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * One input of a request: a name, a type, a shape and the elements, row-major. Immutable: elements are copied where the
 * input is made, except by {@link #wrap}.
 */
public final class InferenceInput {

    private final String name;
    private final Datatype datatype;
    private final Shape shape;
    private final ByteString contents;

    private InferenceInput(String name, Datatype datatype, Shape shape, ByteString contents) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("an input without a name");
        }
        if (!shape.isFixed()) {
            throw new IllegalArgumentException(
                    "input '%s' has shape %s; expected a length for each dimension".formatted(name, shape));
        }
        this.name = name;
        this.datatype = datatype;
        this.shape = shape;
        this.contents = contents;
    }

    /**
     * {@return an input of elements that are not copied}
     *
     * @param name of the model's input
     * @param datatype of the elements; those of {@link Datatype#BYTES} are each preceded by their length in 4 bytes
     * @param shape of the tensor
     * @param data from its position to its limit: row-major, little-endian, without padding, whatever order the buffer
     *     has; must not change until the call has ended
     * @throws IllegalArgumentException when there are more or fewer bytes than type and shape need
     */
    public static InferenceInput wrap(String name, Datatype datatype, Shape shape, ByteBuffer data) {
        InferenceInput input = new InferenceInput(name, datatype, shape, Packing.wrapped(data.slice()));
        long given = input.givenElements();
        if (given != shape.elementCount()) {
            throw new IllegalArgumentException("input '%s' %s %s needs %d elements; %d bytes hold %d"
                    .formatted(name, datatype, shape, shape.elementCount(), data.remaining(), given));
        }
        return input;
    }

    private long givenElements() {
        if (datatype == Datatype.BYTES) {
            return Packing.unpackBytes(
                            contents, why -> new IllegalArgumentException("input '%s' BYTES: %s".formatted(name, why)))
                    .size();
        }
        if (contents.size() % datatype.bytes() != 0) {
            throw new IllegalArgumentException("input '%s' has %d bytes; %s takes %d for each element"
                    .formatted(name, contents.size(), datatype, datatype.bytes()));
        }
        return contents.size() / datatype.bytes();
    }

    /**
     * {@return an input of single precision numbers}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput fp32(String name, Shape shape, float... values) {
        return of(name, Datatype.FP32, shape, values.length, Packing.floats(values));
    }

    /**
     * {@return an input of double precision numbers}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput fp64(String name, Shape shape, double... values) {
        return of(name, Datatype.FP64, shape, values.length, Packing.doubles(values));
    }

    /**
     * {@return an input of half precision numbers}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major; each is rounded to the nearest half
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput fp16(String name, Shape shape, float... values) {
        return of(name, Datatype.FP16, shape, values.length, Packing.halves(Datatype.FP16, values));
    }

    /**
     * {@return an input of brain floating point numbers}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major; each is rounded to the nearest
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput bf16(String name, Shape shape, float... values) {
        return of(name, Datatype.BF16, shape, values.length, Packing.halves(Datatype.BF16, values));
    }

    /**
     * {@return an input of integers of 64 bits}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput int64(String name, Shape shape, long... values) {
        return of(name, Datatype.INT64, shape, values.length, Packing.longs(values));
    }

    /**
     * {@return an input of integers of 32 bits}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput int32(String name, Shape shape, int... values) {
        return of(name, Datatype.INT32, shape, values.length, Packing.ints(values));
    }

    /**
     * {@return an input of integers of 16 bits}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput int16(String name, Shape shape, short... values) {
        return of(name, Datatype.INT16, shape, values.length, Packing.shorts(values));
    }

    /**
     * {@return an input of integers of 8 bits}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput int8(String name, Shape shape, byte... values) {
        return of(name, Datatype.INT8, shape, values.length, ByteString.copyFrom(values));
    }

    /**
     * {@return an input of unsigned integers of 64 bits}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major; their 64 bits are taken as unsigned
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput uint64(String name, Shape shape, long... values) {
        return of(name, Datatype.UINT64, shape, values.length, Packing.longs(values));
    }

    /**
     * {@return an input of unsigned integers of 32 bits}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major; their 32 bits are taken as unsigned
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput uint32(String name, Shape shape, int... values) {
        return of(name, Datatype.UINT32, shape, values.length, Packing.ints(values));
    }

    /**
     * {@return an input of unsigned integers of 16 bits}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major; their 16 bits are taken as unsigned
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput uint16(String name, Shape shape, short... values) {
        return of(name, Datatype.UINT16, shape, values.length, Packing.shorts(values));
    }

    /**
     * {@return an input of unsigned integers of 8 bits, such as raw pixels}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major; their 8 bits are taken as unsigned
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput uint8(String name, Shape shape, byte... values) {
        return of(name, Datatype.UINT8, shape, values.length, ByteString.copyFrom(values));
    }

    /**
     * {@return an input of truth values}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param values row-major
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput bool(String name, Shape shape, boolean... values) {
        return of(name, Datatype.BOOL, shape, values.length, Packing.booleans(values));
    }

    /**
     * {@return an input of byte strings}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param elements row-major
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput bytes(String name, Shape shape, List<byte[]> elements) {
        return ofBytes(name, shape, elements.stream().map(ByteString::copyFrom));
    }

    /**
     * {@return an input of texts, as {@link Datatype#BYTES} in UTF-8}
     *
     * @param name of the model's input
     * @param shape of the tensor
     * @param texts row-major
     * @throws IllegalArgumentException when the shape needs more or fewer of them
     */
    public static InferenceInput strings(String name, Shape shape, String... texts) {
        return ofBytes(name, shape, Arrays.stream(texts).map(Packing::text));
    }

    /**
     * {@return an input that is an encoded picture, for models that say how a picture becomes their input}
     *
     * @param name of the model's input
     * @param picture to be sent as one element of {@link Datatype#BYTES}
     */
    public static InferenceInput picture(String name, Picture picture) {
        return ofBytes(name, Shape.of(1), Stream.of(picture.encoded()));
    }

    private static InferenceInput ofBytes(String name, Shape shape, Stream<ByteString> elements) {
        List<ByteString> list = elements.collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
        return of(name, Datatype.BYTES, shape, list.size(), Packing.bytes(list));
    }

    private static InferenceInput of(String name, Datatype datatype, Shape shape, int elements, ByteString contents) {
        InferenceInput input = new InferenceInput(name, datatype, shape, contents);
        if (shape.elementCount() != elements) {
            throw new IllegalArgumentException("input '%s' %s %s needs %d elements; %d are given"
                    .formatted(name, datatype, shape, shape.elementCount(), elements));
        }
        return input;
    }

    /** {@return the name of the model's input} */
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

    /** {@return the elements as they are sent, read-only and little-endian, not copied} */
    public ByteBuffer data() {
        return Packing.little(contents);
    }

    ByteString contents() {
        return contents;
    }

    /** {@return name, type and shape} */
    @Override
    public String toString() {
        return "%s %s %s".formatted(name, datatype, shape);
    }
}
