package dev.baton.partitioning.cost;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.baton.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** The elements of tensors that describe others: shapes, axes, lengths. */
final class SmallValues {
    /** Longer tensors are no descriptions. */
    static final int LONGEST = 256;

    private SmallValues() {}

    /** The shape that a file's tensor has; empty when it is none. */
    static Optional<Shape> shape(TensorProto tensor) {
        boolean possible = tensor.getDimsCount() <= Shape.MAX_RANK
                && tensor.getDimsList().stream().allMatch(dimension -> dimension >= 0);
        return possible ? Optional.of(new Shape(tensor.getDimsList())) : Optional.empty();
    }

    /** Whole numbers of 32 or 64 bits that the file itself holds. */
    static Optional<long[]> of(TensorProto tensor) {
        boolean isLong = tensor.getDataType() == TensorProto.DataType.INT64_VALUE;
        boolean isInt = tensor.getDataType() == TensorProto.DataType.INT32_VALUE;
        double count = NodeView.elements(shape(tensor));
        if (!(isLong || isInt)
                || !(count <= LONGEST)
                || tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            return Optional.empty();
        }
        long[] values = new long[(int) count];
        ByteString raw = tensor.getRawData();
        if (raw.size() == values.length * (isLong ? Long.BYTES : Integer.BYTES)) {
            ByteBuffer bytes = ByteBuffer.wrap(raw.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < values.length; i++) {
                values[i] = isLong ? bytes.getLong() : bytes.getInt();
            }
            return Optional.of(values);
        }
        if ((isLong ? tensor.getInt64DataCount() : tensor.getInt32DataCount()) != values.length) {
            return Optional.empty();
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = isLong ? tensor.getInt64Data(i) : tensor.getInt32Data(i);
        }
        return Optional.of(values);
    }
}
