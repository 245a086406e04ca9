package dev.baton.client;

import java.util.Arrays;
import java.util.List;

/**
 * The dimensions of a tensor, outermost first; none for a scalar.
 *
 * @param dimensions lengths; -1, which only a model's metadata has, stands for any length
 */
public record Shape(List<Long> dimensions) {

    /** The length of a dimension that may have any. */
    public static final long ANY = -1;

    /**
     * A shape is checked where it is made.
     *
     * @throws IllegalArgumentException when a length is below -1
     */
    public Shape {
        dimensions = List.copyOf(dimensions);
        for (long length : dimensions) {
            if (length < ANY) {
                throw new IllegalArgumentException("shape %s; expected lengths of 0 or more".formatted(dimensions));
            }
        }
    }

    /**
     * {@return the shape of these dimensions}
     *
     * @param dimensions lengths, outermost first
     */
    public static Shape of(long... dimensions) {
        return new Shape(Arrays.stream(dimensions).boxed().toList());
    }

    /** {@return how many dimensions there are} */
    public int rank() {
        return dimensions.size();
    }

    /** {@return whether every dimension has one length} */
    public boolean isFixed() {
        return !dimensions.contains(ANY);
    }

    /**
     * {@return how many elements a tensor of this shape has}
     *
     * @throws IllegalStateException when a dimension may have any length
     * @throws ArithmeticException when they are more than fit into a long
     */
    public long elementCount() {
        if (!isFixed()) {
            throw new IllegalStateException("shape %s has no one number of elements".formatted(this));
        }
        if (dimensions.contains(0L)) {
            return 0;
        }
        long count = 1;
        for (long length : dimensions) {
            count = Math.multiplyExact(count, length);
        }
        return count;
    }

    /**
     * {@return whether a tensor of the other shape may be given where this one is asked for}
     *
     * @param given without dimensions of any length
     */
    public boolean accepts(Shape given) {
        if (given.rank() != rank()) {
            return false;
        }
        for (int i = 0; i < rank(); i++) {
            long wanted = dimensions.get(i);
            if (wanted != ANY && wanted != given.dimensions.get(i)) {
                return false;
            }
        }
        return true;
    }

    /** {@return the dimensions in brackets} */
    @Override
    public String toString() {
        return dimensions.toString();
    }
}
