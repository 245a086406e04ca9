package dev.baton.openinference.rest;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.baton.openinference.ModelDescription;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.tensor.Shape;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImagePreprocessor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Triton's raw binary request: the body is the model's one input, nothing else, and the outputs come back as binary. A model
 * that takes a picture may be sent just that.
 */
final class RawInfer {

    private static final int LONGEST_SIGNATURE = 16;

    private RawInfer() {}

    static ModelInferRequest.Builder read(ByteBuffer body, ModelDescription model) {
        if (model.inputs().size() != 1) {
            throw invalid("model %s takes %d inputs: a raw request has one"
                    .formatted(model.name(), model.inputs().size()));
        }
        TensorSpec spec = model.inputs().getFirst();
        boolean picture = model.pictureInput().equals(Optional.of(spec.name())) && isPicture(body);
        return (picture ? picture(spec, body) : tensor(spec, body))
                .putParameters(
                        InferBodyWriter.BINARY_BY_DEFAULT,
                        InferParameter.newBuilder().setBoolParam(true).build());
    }

    private static boolean isPicture(ByteBuffer body) {
        byte[] signature = new byte[Math.min(LONGEST_SIGNATURE, body.remaining())];
        body.get(body.position(), signature);
        return ImagePreprocessor.mediaType(signature).isPresent();
    }

    private static ModelInferRequest.Builder picture(TensorSpec spec, ByteBuffer body) {
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(body.remaining())
                .flip();
        return request(
                spec,
                "BYTES",
                List.of(1L),
                UnsafeByteOperations.unsafeWrap(length).concat(UnsafeByteOperations.unsafeWrap(body.slice())));
    }

    private static ModelInferRequest.Builder tensor(TensorSpec spec, ByteBuffer body) {
        return request(
                spec, spec.type().name(), shape(spec, body.remaining()), UnsafeByteOperations.unsafeWrap(body.slice()));
    }

    /** The model's shape, its one variable dimension as long as the body makes it; the first of several is 1, the batch. */
    private static List<Long> shape(TensorSpec spec, int bytes) {
        List<Long> shape = new ArrayList<>(spec.shape().dimensions());
        long variable = shape.stream().filter(d -> d == Shape.VARIABLE).count();
        if (variable > 1 && shape.getFirst() == Shape.VARIABLE) {
            shape.set(0, 1L);
            variable--;
        }
        if (variable > 1) {
            throw invalid("input '%s' %s has more than one variable dimension: a raw request cannot tell them"
                    .formatted(spec.name(), spec.shape()));
        }
        int axis = shape.indexOf(Shape.VARIABLE);
        if (axis >= 0) {
            shape.set(axis, 1L);
            long each = new Shape(shape).elementCount() * spec.type().bytes();
            shape.set(axis, each == 0 ? 0 : bytes / each);
        }
        return shape;
    }

    private static ModelInferRequest.Builder request(
            TensorSpec spec, String datatype, List<Long> shape, ByteString contents) {
        return ModelInferRequest.newBuilder()
                .addInputs(InferInputTensor.newBuilder()
                        .setName(spec.name())
                        .setDatatype(datatype)
                        .addAllShape(shape))
                .addRawInputContents(contents);
    }

    private static RequestRefusedException invalid(String message) {
        return RequestRefusedException.invalid("body", message);
    }
}
