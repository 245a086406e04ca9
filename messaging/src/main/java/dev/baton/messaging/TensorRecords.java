package dev.baton.messaging;

import com.google.protobuf.UnsafeByteOperations;
import dev.baton.schemas.records.EncodedTensor;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.CorruptPayloadException;

/** Encoded tensors to and from the message that carries them. */
public final class TensorRecords {
    private static final int MAX_SHOWN = 200;

    private TensorRecords() {}

    /** The message for {@code tensor}; shares its payload. */
    public static EncodedTensor toRecord(String name, dev.baton.tensor.codec.EncodedTensor tensor) {
        return EncodedTensor.newBuilder()
                .setName(name)
                .setElementTypeValue(tensor.type().onnxNumber())
                .addAllShape(tensor.shape().dimensions())
                .setCodec(tensor.codec().id())
                .setPayload(UnsafeByteOperations.unsafeWrap(tensor.payload()))
                .build();
    }

    /**
     * The encoded tensor in {@code message}, whose payload it shares and does not look into.
     *
     * @throws CorruptPayloadException when the message names an element type, shape or codec that there is not
     */
    public static dev.baton.tensor.codec.EncodedTensor fromRecord(EncodedTensor message) {
        try {
            if (message.getShapeCount() > Shape.MAX_RANK) { // before they are copied
                throw new IllegalArgumentException("shape has %d dimensions, at most %d are possible"
                        .formatted(message.getShapeCount(), Shape.MAX_RANK));
            }
            Shape shape = new Shape(message.getShapeList());
            if (!shape.isFixed()) {
                throw new IllegalArgumentException(
                        "shape %s of a tensor that travels has a variable dimension".formatted(shape));
            }
            return new dev.baton.tensor.codec.EncodedTensor(
                    ElementType.ofOnnx(message.getElementTypeValue()),
                    shape,
                    Codec.parse(beginning(message.getCodec())),
                    message.getPayload().asReadOnlyByteBuffer());
        } catch (IllegalArgumentException refused) {
            throw new CorruptPayloadException(
                    "tensor '%s': %s".formatted(beginning(message.getName()), refused.getMessage()), refused);
        }
    }

    /** Enough of a text to be recognised; what strangers write does not fill a log. */
    private static String beginning(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
    }
}
