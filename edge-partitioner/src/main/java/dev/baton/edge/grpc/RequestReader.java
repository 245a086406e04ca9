package dev.baton.edge.grpc;

import com.google.protobuf.ByteString;
import dev.baton.edge.request.Deadline;
import dev.baton.edge.request.InferenceRequest;
import dev.baton.edge.request.ModelInput;
import dev.baton.edge.request.RequestRefusedException;
import dev.baton.edge.request.RequestRefusedException.Reason;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.InferTensorContents;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Makes a request of a {@code ModelInferRequest}, or says what is wrong with it. */
final class RequestReader {

    private static final String TIMEOUT = "timeout";
    private static final String BYTES = "BYTES";
    private static final int LENGTH_PREFIX_BYTES = 4;

    private RequestReader() {}

    /** The call has its own deadline; the parameter {@code timeout} may make it earlier. */
    static InferenceRequest read(ModelInferRequest message, Optional<Deadline> callDeadline, long arrivedNanos) {
        if (message.getModelName().isEmpty()) {
            throw invalid("model_name is empty");
        }
        try {
            return new InferenceRequest(
                    UUID.randomUUID().toString(),
                    message.getModelName(),
                    Optional.of(message.getModelVersion()).filter(version -> !version.isEmpty()),
                    inputs(message),
                    message.getOutputsList().stream()
                            .map(ModelInferRequest.InferRequestedOutputTensor::getName)
                            .toList(),
                    Deadline.earlier(callDeadline, timeout(message, arrivedNanos)),
                    arrivedNanos);
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException(Reason.INVALID_INPUT, String.valueOf(e.getMessage()), e);
        }
    }

    private static Optional<Deadline> timeout(ModelInferRequest message, long arrivedNanos) {
        InferParameter parameter = message.getParametersMap().get(TIMEOUT);
        if (parameter == null) {
            return Optional.empty();
        }
        long micros =
                switch (parameter.getParameterChoiceCase()) {
                    case INT64_PARAM -> parameter.getInt64Param();
                    case UINT64_PARAM -> parameter.getUint64Param();
                    case BOOL_PARAM, STRING_PARAM, DOUBLE_PARAM, PARAMETERCHOICE_NOT_SET ->
                        throw invalid("parameter 'timeout' is not an int64; expected microseconds");
                };
        if (micros < 0) {
            throw invalid("parameter 'timeout' is %d; expected microseconds, 0 for none".formatted(micros));
        }
        return micros == 0
                ? Optional.empty()
                : Optional.of(Deadline.in(
                        Duration.of(
                                Math.min(micros, ChronoUnit.DAYS.getDuration().toMillis() * 1_000), ChronoUnit.MICROS),
                        arrivedNanos));
    }

    private static Map<String, ModelInput> inputs(ModelInferRequest message) {
        int raw = message.getRawInputContentsCount();
        if (raw > 0 && raw != message.getInputsCount()) {
            throw invalid("raw_input_contents has %d elements for %d inputs; expected one for each"
                    .formatted(raw, message.getInputsCount()));
        }
        Map<String, ModelInput> inputs = new LinkedHashMap<>();
        for (int i = 0; i < message.getInputsCount(); i++) {
            InferInputTensor input = message.getInputs(i);
            if (raw > 0 && input.hasContents()) {
                throw invalid("input '%s' has contents although raw_input_contents is used; expected one of the two"
                        .formatted(input.getName()));
            }
            ModelInput read = raw > 0 ? raw(input, message.getRawInputContents(i)) : typed(input);
            if (inputs.put(input.getName(), read) != null) {
                throw invalid("input '%s' is given twice".formatted(input.getName()));
            }
        }
        return inputs;
    }

    private static ModelInput raw(InferInputTensor input, ByteString contents) {
        if (input.getDatatype().equals(BYTES)) {
            return picture(input, unprefixed(input, contents));
        }
        ElementType type = type(input);
        Shape shape = shape(input);
        long expected = Math.multiplyExact(shape.elementCount(), (long) type.bytes());
        if (contents.size() != expected) {
            throw invalid("input '%s' %s %s needs %d bytes, raw_input_contents has %d"
                    .formatted(input.getName(), type, shape, expected, contents.size()));
        }
        return new ModelInput.OfTensor(Tensor.of(type, shape, contents.asReadOnlyByteBuffer()));
    }

    private static ByteString unprefixed(InferInputTensor input, ByteString contents) {
        if (contents.size() < LENGTH_PREFIX_BYTES) {
            throw invalid("input '%s' BYTES has %d raw bytes; expected a length of 4 bytes and the picture"
                    .formatted(input.getName(), contents.size()));
        }
        long length = Integer.toUnsignedLong(
                contents.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getInt());
        if (length != contents.size() - LENGTH_PREFIX_BYTES) {
            throw invalid("input '%s' BYTES says that %d bytes follow, %d do; expected one element"
                    .formatted(input.getName(), length, contents.size() - LENGTH_PREFIX_BYTES));
        }
        return contents.substring(LENGTH_PREFIX_BYTES);
    }

    private static ModelInput picture(InferInputTensor input, ByteString encoded) {
        Shape shape = shape(input);
        if (shape.rank() == 0 || shape.rank() > 2 || shape.elementCount() != 1) {
            throw invalid("input '%s' BYTES has shape %s; expected [1], one picture".formatted(input.getName(), shape));
        }
        return new ModelInput.OfPicture(encoded.toByteArray());
    }

    private static ModelInput typed(InferInputTensor input) {
        if (!input.hasContents()) {
            throw invalid("input '%s' has neither contents nor raw_input_contents".formatted(input.getName()));
        }
        InferTensorContents contents = input.getContents();
        if (input.getDatatype().equals(BYTES)) {
            requireOnly(input, "bytes_contents", contents.getBytesContentsCount(), 1);
            return picture(input, contents.getBytesContents(0));
        }
        ElementType type = type(input);
        Shape shape = shape(input);
        long elements = shape.elementCount();
        String field =
                switch (type) {
                    case FP32 -> "fp32_contents";
                    case INT64 -> "int64_contents";
                    case FP64 -> "fp64_contents";
                    case INT32, INT16, INT8 -> "int_contents";
                    case UINT32, UINT16, UINT8 -> "uint_contents";
                    case UINT64 -> "uint64_contents";
                    case BOOL -> "bool_contents";
                    case FP16, BF16 ->
                        throw invalid("input '%s' is %s, which has no typed contents; use raw_input_contents"
                                .formatted(input.getName(), type));
                };
        requireOnly(input, field, count(contents, type), elements);
        return new ModelInput.OfTensor(Tensor.of(type, shape, packed(input, type, contents, (int) elements)));
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

    private static ByteBuffer packed(
            InferInputTensor input, ElementType type, InferTensorContents contents, int elements) {
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
                    data.putShort((short) inRange(input, contents.getIntContents(i), Short.MIN_VALUE, Short.MAX_VALUE));
                case UINT16 -> data.putShort((short) inRange(input, contents.getUintContents(i), 0, 0xffff));
                case INT8 ->
                    data.put((byte) inRange(input, contents.getIntContents(i), Byte.MIN_VALUE, Byte.MAX_VALUE));
                case UINT8 -> data.put((byte) inRange(input, contents.getUintContents(i), 0, 255));
                case BOOL -> data.put((byte) (contents.getBoolContents(i) ? 1 : 0));
                case FP16, BF16 -> throw new IllegalStateException(type + " has no typed contents");
            }
        }
        return data.flip();
    }

    private static int inRange(InferInputTensor input, int value, int least, int most) {
        if (value < least || value > most) {
            throw invalid("input '%s' %s has the element %d; expected %d to %d"
                    .formatted(input.getName(), input.getDatatype(), value, least, most));
        }
        return value;
    }

    private static void requireOnly(InferInputTensor input, String field, int count, long expected) {
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
            throw invalid("input '%s' %s %s needs %d elements in %s; it has %d there and %d in other contents"
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

    private static ElementType type(InferInputTensor input) {
        try {
            return ElementType.ofName(input.getDatatype());
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException(
                    Reason.INVALID_INPUT, "input '%s': %s".formatted(input.getName(), e.getMessage()), e);
        }
    }

    private static Shape shape(InferInputTensor input) {
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
            throw new RequestRefusedException(
                    Reason.INVALID_INPUT, "input '%s': %s".formatted(input.getName(), e.getMessage()), e);
        }
    }

    private static RequestRefusedException invalid(String message) {
        return new RequestRefusedException(Reason.INVALID_INPUT, message);
    }
}
