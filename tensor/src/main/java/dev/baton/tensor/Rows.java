package dev.baton.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Tensors as rows along their first dimension: several joined into a batch, and a batch taken apart again. */
public final class Rows {

    private Rows() {}

    /** The first dimension's length. */
    public static int of(Tensor tensor) {
        if (tensor.shape().rank() == 0) {
            throw new IllegalArgumentException("%s is a scalar: it has no rows".formatted(tensor));
        }
        return Math.toIntExact(tensor.shape().dimension(0));
    }

    /**
     * All rows of {@code tensors}, in their order: a copy in a direct buffer, or the tensor itself where there is only one.
     *
     * @throws IllegalArgumentException when they differ in type or in another dimension than the first
     */
    public static Tensor join(List<Tensor> tensors) {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("no tensors to join");
        }
        Tensor first = tensors.getFirst();
        if (tensors.size() == 1) {
            return first;
        }
        long rows = 0;
        long bytes = 0;
        for (Tensor tensor : tensors) {
            requireAlike(first, tensor);
            rows += of(tensor);
            bytes += tensor.byteSize();
        }
        ByteBuffer joined = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        tensors.forEach(tensor -> joined.put(tensor.data()));
        return Tensor.of(first.type(), withRows(first.shape(), rows), joined.flip());
    }

    /**
     * A part of {@code tensor}, which shares its memory.
     *
     * @param first of the rows
     * @param count at least 0
     */
    public static Tensor part(Tensor tensor, int first, int count) {
        int rows = of(tensor);
        if (first < 0 || count < 0 || first > rows - count) {
            throw new IllegalArgumentException(
                    "%s has no %d rows from row %d: it has %d".formatted(tensor, count, first, rows));
        }
        if (count == rows) {
            return tensor;
        }
        int rowBytes = rows == 0 ? 0 : Math.toIntExact(tensor.byteSize() / rows);
        ByteBuffer data =
                tensor.data().slice(first * rowBytes, count * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
        return Tensor.of(tensor.type(), withRows(tensor.shape(), count), data);
    }

    private static void requireAlike(Tensor first, Tensor other) {
        Shape mine = first.shape();
        Shape others = other.shape();
        if (first.type() != other.type()
                || mine.rank() == 0
                || mine.rank() != others.rank()
                || !mine.dimensions()
                        .subList(1, mine.rank())
                        .equals(others.dimensions().subList(1, others.rank()))) {
            throw new IllegalArgumentException("rows of %s and of %s cannot be joined".formatted(first, other));
        }
    }

    private static Shape withRows(Shape shape, long rows) {
        List<Long> dimensions = new ArrayList<>(shape.dimensions());
        dimensions.set(0, rows);
        return new Shape(dimensions);
    }
}
