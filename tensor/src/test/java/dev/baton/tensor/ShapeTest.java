package dev.baton.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import org.junit.jupiter.api.Test;

final class ShapeTest {
    @Test
    void countsElements() {
        assertThat(Shape.of(1, 3, 224, 224).elementCount()).isEqualTo(150_528);
        assertThat(Shape.of().elementCount()).isEqualTo(1);
        assertThat(Shape.of(5, 0, 7).elementCount()).isZero();
        assertThat(Shape.of(Long.MAX_VALUE, 0, Long.MAX_VALUE).elementCount()).isZero();
        assertThat(Shape.of(Long.MAX_VALUE, 1).elementCount()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void refusesToCountMoreThanALongHolds() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(1L << 32, 1L << 31).elementCount())
                .withMessageContaining("[4294967296, 2147483648]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(1L << 32, 1L << 32, 2).elementCount());
    }

    @Test
    void refusesToCountVariableDimensions() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(-1, 3).elementCount())
                .withMessageContaining("[-1, 3]");
    }

    @Test
    void refusesNegativeDimensionsAndAbsurdRanks() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(2, -2))
                .withMessageContaining("dimension -2 in shape [2, -2]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Shape(Collections.nCopies(65, 1L)))
                .withMessageContaining("65 dimensions");
    }

    @Test
    void acceptsAnyLengthWhereADimensionIsVariable() {
        Shape shape = Shape.of(-1, 3, -1);
        assertThat(shape.accepts(Shape.of(4, 3, 7))).isTrue();
        assertThat(shape.accepts(Shape.of(4, 2, 7))).isFalse();
        assertThat(shape.accepts(Shape.of(4, 3))).isFalse();
        assertThat(shape.isFixed()).isFalse();
    }

    @Test
    void printsAsAList() {
        assertThat(Shape.of(1, 3, 224, 224)).hasToString("[1, 3, 224, 224]");
    }
}
