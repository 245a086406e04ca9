package dev.baton.inference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.onnxruntime.TensorInfo;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Baton's tensors as DJL's and back. */
final class OnnxTensors {

    private OnnxTensors() {}

    /** A view of {@code tensor} owned by {@code owner}: no copy when the tensor lies in a direct buffer, else one. */
    static NDArray toNative(NDManager owner, String name, Tensor tensor) {
        long[] dimensions = dimensions(tensor.shape());
        ByteBuffer data = tensor.data();
        boolean isHalf = tensor.type() == ElementType.FP16 || tensor.type() == ElementType.BF16;
        if (isHalf && !data.isDirect()) {
            data = direct(data); // DJL takes halves in a heap buffer for a ShortBuffer, and fails
        }
        NDArray array = owner.create(data, new ai.djl.ndarray.types.Shape(dimensions), dataType(tensor.type()));
        array.setName(name);
        return array;
    }

    private static ByteBuffer direct(ByteBuffer data) {
        return ByteBuffer.allocateDirect(data.remaining())
                .order(data.order())
                .put(data)
                .flip();
    }

    /** A copy of {@code array} that owns its memory. */
    static Tensor fromNative(NDArray array, ElementType type) {
        Shape shape = Shape.of(array.getShape().getShape());
        ByteBuffer data = shape.elementCount() == 0 ? ByteBuffer.allocate(0) : array.toByteBuffer();
        return Tensor.of(type, shape, data);
    }

    /**
     * The type of a tensor as Baton knows it; empty for one that cannot be given to the engine: besides STRING and the
     * like the integers of 16 bits, for which DJL has no type, and unsigned ones of 32 and 64 bits, for which ONNX Runtime's
     * Java API has none.
     */
    static Optional<ElementType> elementType(TensorInfo info) {
        return switch (info.onnxType) {
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> Optional.of(ElementType.FP32);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> Optional.of(ElementType.FP16);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> Optional.of(ElementType.FP64);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> Optional.of(ElementType.BF16);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> Optional.of(ElementType.INT64);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> Optional.of(ElementType.INT32);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> Optional.of(ElementType.UINT8);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> Optional.of(ElementType.INT8);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> Optional.of(ElementType.BOOL);
            default -> Optional.empty();
        };
    }

    private static DataType dataType(ElementType type) {
        return switch (type) {
            case FP32 -> DataType.FLOAT32;
            case FP16 -> DataType.FLOAT16;
            case INT64 -> DataType.INT64;
            case INT32 -> DataType.INT32;
            case UINT8 -> DataType.UINT8;
            case INT8 -> DataType.INT8;
            case BOOL -> DataType.BOOLEAN;
            case FP64 -> DataType.FLOAT64;
            case BF16 -> DataType.BFLOAT16;
            case INT16, UINT16, UINT32, UINT64 ->
                throw new InferenceException("tensors of %s cannot be given to ONNX Runtime from Java".formatted(type));
        };
    }

    private static long[] dimensions(Shape shape) {
        long[] dimensions = new long[shape.rank()];
        for (int axis = 0; axis < dimensions.length; axis++) {
            dimensions[axis] = shape.dimension(axis);
        }
        return dimensions;
    }
}
