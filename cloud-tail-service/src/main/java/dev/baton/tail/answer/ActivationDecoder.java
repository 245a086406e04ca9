package dev.baton.tail.answer;

import dev.baton.messaging.TensorRecords;
import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.EncodedInput;
import dev.baton.schemas.records.EncodedTensor;
import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.failure.TailFailure;
import dev.baton.tail.models.TailModel;
import dev.baton.tail.models.TailModel.PictureInput;
import dev.baton.tail.models.TailSession;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.codec.CorruptPayloadException;
import dev.baton.tensor.image.UnreadableImageException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Turns what travelled into what a tail takes. Nothing of an activation is trusted. */
public final class ActivationDecoder {

    private final long maxTensorBytes;

    /**
     * A decoder that allocates no more than the model or this limit asks for.
     *
     * @param maxTensorBytes the largest decoded tensor where the model does not fix its shape
     */
    public ActivationDecoder(long maxTensorBytes) {
        if (maxTensorBytes < 1) {
            throw new IllegalArgumentException("maxTensorBytes must be at least 1, is " + maxTensorBytes);
        }
        this.maxTensorBytes = maxTensorBytes;
    }

    Map<String, Tensor> decode(Activation activation, TailModel model, TailSession tail) throws RefusedException {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (EncodedTensor encoded : activation.getTensorsList()) {
            requireCrossing(encoded, tail);
            TensorSpec expected = tail.inputs().get(encoded.getName());
            if (expected != null) {
                putOnce(inputs, encoded.getName(), decodeTensor(encoded, expected));
            }
        }
        for (EncodedInput picture : activation.getEncodedInputsList()) {
            putOnce(inputs, picture.getInputName(), decodePicture(picture, model, tail));
        }
        return inputs;
    }

    private static void requireCrossing(EncodedTensor encoded, TailSession tail) throws RefusedException {
        if (!tail.crossing().contains(encoded.getName())) {
            throw malformed("tensor '%s' does not cross at split point %d; what crosses is %s"
                    .formatted(encoded.getName(), tail.splitPoint(), tail.crossing()));
        }
    }

    private Tensor decodeTensor(EncodedTensor encoded, TensorSpec expected) throws RefusedException {
        try {
            return Codecs.decode(TensorRecords.fromRecord(encoded), maxBytes(expected));
        } catch (CorruptPayloadException e) {
            throw new RefusedException(
                    new TailFailure.Malformed("tensor '%s': %s".formatted(encoded.getName(), e.getMessage())), e);
        }
    }

    private static Tensor decodePicture(EncodedInput picture, TailModel model, TailSession tail)
            throws RefusedException {
        PictureInput accepted = model.picture()
                .filter(input -> tail.splitPoint() == 0 && input.input().equals(picture.getInputName()))
                .orElseThrow(() -> malformed("split point %d of %s takes no encoded picture as '%s'"
                        .formatted(tail.splitPoint(), model.ref().getName(), picture.getInputName())));
        try {
            return accepted.preprocessor().toTensor(picture.getPayload().toByteArray());
        } catch (UnreadableImageException e) {
            throw new RefusedException(
                    new TailFailure.Malformed("picture '%s': %s".formatted(picture.getInputName(), e.getMessage())), e);
        }
    }

    private long maxBytes(TensorSpec expected) {
        return expected.shape().isFixed()
                ? expected.shape().elementCount() * expected.type().bytes()
                : maxTensorBytes;
    }

    private static void putOnce(Map<String, Tensor> inputs, String name, Tensor tensor) throws RefusedException {
        if (inputs.putIfAbsent(name, tensor) != null) {
            throw malformed("input '%s' was sent twice".formatted(name));
        }
    }

    private static RefusedException malformed(String message) {
        return new RefusedException(new TailFailure.Malformed(message));
    }
}
