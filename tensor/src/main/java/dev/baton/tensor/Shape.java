package dev.baton.tensor;

import java.util.Arrays;
import java.util.List;

/**
 * The dimensions of a tensor, outermost first; none for a scalar. A dimension is a length of 0 or more, or
 * {@link #VARIABLE} in the shape of a specification.
 */
public record Shape(List<Long> dimensions) {
    /** A dimension that is known only when a request comes. */
    public static final long VARIABLE = -1;

    /** More dimensions than any model has; keeps a hostile description short. */
    public static final int MAX_RANK = 64;

    public Shape {
        if (dimensions.size() > MAX_RANK) {
            throw new IllegalArgumentException(
                    "shape has %d dimensions, at most %d are possible".formatted(dimensions.size(), MAX_RANK));
        }
        dimensions = List.copyOf(dimensions);
        for (long dimension : dimensions) {
            if (dimension < VARIABLE) {
                throw new IllegalArgumentException(
                        "dimension %d in shape %s: expected a length of 0 or more, or -1 for a variable one"
                                .formatted(dimension, dimensions));
            }
        }
    }

    public static Shape of(long... dimensions) {
        return new Shape(Arrays.stream(dimensions).boxed().toList());
    }

    public int rank() {
        return dimensions.size();
    }

    public long dimension(int axis) {
        return dimensions.get(axis);
    }

    /** True when no dimension is variable. */
    public boolean isFixed() {
        for (long dimension : dimensions) {
            if (dimension == VARIABLE) {
                return false;
            }
        }
        return true;
    }

    /**
     * The number of elements, 1 for a scalar.
     *
     * @throws IllegalArgumentException when a dimension is variable or the product exceeds a long
     */
    public long elementCount() {
        if (!isFixed()) {
            throw new IllegalArgumentException("shape %s has a variable dimension: no element count".formatted(this));
        }
        if (dimensions.contains(0L)) {
            return 0; // also where the other dimensions alone would overflow
        }
        long count = 1;
        for (long dimension : dimensions) {
            if (Math.multiplyHigh(count, dimension) != 0 || count * dimension < 0) {
                throw new IllegalArgumentException(
                        "shape %s has more elements than a 64-bit number can count".formatted(this));
            }
            count *= dimension;
        }
        return count;
    }

    /** True when {@code concrete} has the same rank and each dimension equals this one's, or this one's is variable. */
    public boolean accepts(Shape concrete) {
        if (concrete.rank() != rank()) {
            return false;
        }
        for (int axis = 0; axis < rank(); axis++) {
            if (dimension(axis) != VARIABLE && dimension(axis) != concrete.dimension(axis)) {
                return false;
            }
        }
        return true;
    }

    /** As in {@code [1, 3, 224, 224]}. */
    @Override
    public String toString() {
        return dimensions.toString();
    }
}
