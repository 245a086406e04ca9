package dev.baton.openinference.protocol;

import com.google.protobuf.ByteString;
import dev.baton.openinference.ModelInput;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.schemas.inference.InferTensorContents;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads one input of a request: a tensor, or an encoded picture in place of one. */
final class InputReader {

    private static final String BYTES = "BYTES";
    private static final int LENGTH_PREFIX_BYTES = 4;

    private final String path;
    private final InferInputTensor input;

    /** {@code path} names the input's field in the request. */
    InputReader(String path, InferInputTensor input) {
        this.path = path;
        this.input = input;
    }

    ModelInput raw(ByteString contents) {
        if (input.hasContents()) {
            throw invalid(
                    "contents",
                    "input '%s' has contents although raw_input_contents is used; expected one of the two"
                            .formatted(input.getName()));
        }
        if (input.getDatatype().equals(BYTES)) {
            return picture(unprefixed(contents));
        }
        ElementType type = type();
        Shape shape = shape();
        long expected = Math.multiplyExact(shape.elementCount(), (long) type.bytes());
        if (contents.size() != expected) {
            throw invalid(
                    "shape",
                    "input '%s' %s %s needs %d bytes, raw_input_contents has %d"
                            .formatted(input.getName(), type, shape, expected, contents.size()));
        }
        return tensor(type, shape, contents.asReadOnlyByteBuffer());
    }

    private ByteString unprefixed(ByteString contents) {
        if (contents.size() < LENGTH_PREFIX_BYTES) {
            throw invalid(
                    "shape",
                    "input '%s' BYTES has %d raw bytes; expected a length of 4 bytes and the picture"
                            .formatted(input.getName(), contents.size()));
        }
        long length = Integer.toUnsignedLong(
                contents.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getInt());
        if (length != contents.size() - LENGTH_PREFIX_BYTES) {
            throw invalid(
                    "shape",
                    "input '%s' BYTES says that %d bytes follow, %d do; expected one element"
                            .formatted(input.getName(), length, contents.size() - LENGTH_PREFIX_BYTES));
        }
        return contents.substring(LENGTH_PREFIX_BYTES);
    }

    private ModelInput picture(ByteString encoded) {
        Shape shape = shape();
        if (shape.rank() == 0 || shape.rank() > 2 || shape.elementCount() != 1) {
            throw invalid(
                    "shape",
                    "input '%s' BYTES has shape %s; expected [1], one picture".formatted(input.getName(), shape));
        }
        return new ModelInput.OfPicture(encoded.toByteArray());
    }

    ModelInput typed() {
        if (!input.hasContents()) {
            throw invalid(
                    "contents", "input '%s' has neither contents nor raw_input_contents".formatted(input.getName()));
        }
        InferTensorContents contents = input.getContents();
        if (input.getDatatype().equals(BYTES)) {
            requireOnly("bytes_contents", contents.getBytesContentsCount(), 1);
            return picture(contents.getBytesContents(0));
        }
        ElementType type = type();
        Shape shape = shape();
        long elements = shape.elementCount();
        requireOnly(field(type), count(contents, type), elements);
        return tensor(type, shape, packed(type, contents, (int) elements));
    }

    private ModelInput tensor(ElementType type, Shape shape, ByteBuffer data) {
        try {
            return new ModelInput.OfTensor(Tensor.of(type, shape, data));
        } catch (IllegalArgumentException e) {
            throw invalid("contents", "input '%s': %s".formatted(input.getName(), e.getMessage()));
        }
    }

    private String field(ElementType type) {
        return switch (type) {
            case FP32 -> "fp32_contents";
            case INT64 -> "int64_contents";
            case FP64 -> "fp64_contents";
            case INT32, INT16, INT8 -> "int_contents";
            case UINT32, UINT16, UINT8 -> "uint_contents";
            case UINT64 -> "uint64_contents";
            case BOOL -> "bool_contents";
            case FP16, BF16 ->
                throw invalid(
                        "datatype",
                        "input '%s' is %s, which has no typed contents; use raw_input_contents"
                                .formatted(input.getName(), type));
        };
    }

    private static int count(InferTensorContents contents, ElementType type) {
        return switch (type) {
            case FP32 -> contents.getFp32ContentsCount();
            case INT64 -> contents.getInt64ContentsCount();
            case FP64 -> contents.getFp64ContentsCount();
            case INT32, INT16, INT8 -> contents.getIntContentsCount();
            case UINT32, UINT16, UINT8 -> contents.getUintContentsCount();
            case UINT64 -> contents.getUint64ContentsCount();
            case BOOL -> contents.getBoolContentsCount();
            case FP16, BF16 -> 0;
        };
    }

    private ByteBuffer packed(ElementType type, InferTensorContents contents, int elements) {
        ByteBuffer data = ByteBuffer.allocateDirect(elements * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            switch (type) {
                case FP32 -> data.putFloat(contents.getFp32Contents(i));
                case INT64 -> data.putLong(contents.getInt64Contents(i));
                case FP64 -> data.putDouble(contents.getFp64Contents(i));
                case INT32 -> data.putInt(contents.getIntContents(i));
                case UINT32 -> data.putInt(contents.getUintContents(i));
                case UINT64 -> data.putLong(contents.getUint64Contents(i));
                case INT16 ->
                    data.putShort((short) inRange(contents.getIntContents(i), Short.MIN_VALUE, Short.MAX_VALUE));
                case UINT16 -> data.putShort((short) inRange(contents.getUintContents(i), 0, 0xffff));
                case INT8 -> data.put((byte) inRange(contents.getIntContents(i), Byte.MIN_VALUE, Byte.MAX_VALUE));
                case UINT8 -> data.put((byte) inRange(contents.getUintContents(i), 0, 255));
                case BOOL -> data.put((byte) (contents.getBoolContents(i) ? 1 : 0));
                case FP16, BF16 -> throw new IllegalStateException(type + " has no typed contents");
            }
        }
        return data.flip();
    }

    private int inRange(int value, int least, int most) {
        if (value < least || value > most) {
            throw invalid(
                    "contents",
                    "input '%s' %s has the element %d; expected %d to %d"
                            .formatted(input.getName(), input.getDatatype(), value, least, most));
        }
        return value;
    }

    private void requireOnly(String field, int count, long expected) {
        InferTensorContents contents = input.getContents();
        int all = contents.getBoolContentsCount()
                + contents.getIntContentsCount()
                + contents.getInt64ContentsCount()
                + contents.getUintContentsCount()
                + contents.getUint64ContentsCount()
                + contents.getFp32ContentsCount()
                + contents.getFp64ContentsCount()
                + contents.getBytesContentsCount();
        if (count != expected || all != count) {
            throw invalid(
                    "contents",
                    "input '%s' %s %s needs %d elements in %s; it has %d there and %d in other contents"
                            .formatted(
                                    input.getName(),
                                    input.getDatatype(),
                                    input.getShapeList(),
                                    expected,
                                    field,
                                    count,
                                    all - count));
        }
    }

    private ElementType type() {
        try {
            return ElementType.ofName(input.getDatatype());
        } catch (IllegalArgumentException e) {
            throw invalid("datatype", "input '%s': %s".formatted(input.getName(), e.getMessage()));
        }
    }

    private Shape shape() {
        try {
            Shape shape = new Shape(input.getShapeList());
            if (!shape.isFixed()) {
                throw new IllegalArgumentException("shape %s; expected a length for each dimension".formatted(shape));
            }
            if (shape.elementCount() > Integer.MAX_VALUE / Long.BYTES) {
                throw new IllegalArgumentException("shape %s is too large".formatted(shape));
            }
            return shape;
        } catch (IllegalArgumentException e) {
            throw invalid("shape", "input '%s': %s".formatted(input.getName(), e.getMessage()));
        }
    }

    RequestRefusedException invalid(String field, String message) {
        return RequestRefusedException.invalid(path + "." + field, message);
    }
}
