package dev.baton.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RowsTest {

    private static final Tensor ONE = Tensor.ofFloats(Shape.of(1, 2), 1, 2);
    private static final Tensor TWO = Tensor.ofFloats(Shape.of(2, 2), 3, 4, 5, 6);

    @Test
    void joinedRowsComeApartAgain() {
        Tensor joined = Rows.join(List.of(ONE, TWO));
        assertThat(joined.shape()).isEqualTo(Shape.of(3, 2));
        assertThat(joined.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(Rows.part(joined, 0, 1).bitEquals(ONE)).isTrue();
        assertThat(Rows.part(joined, 1, 2).bitEquals(TWO)).isTrue();
    }

    @Test
    void aPartIsNoCopyAndMayBeEmpty() {
        assertThat(Rows.part(TWO, 0, 2)).isSameAs(TWO);
        assertThat(Rows.part(TWO, 2, 0).shape()).isEqualTo(Shape.of(0, 2));
    }

    @Test
    void rowsOfNoElementsCount() {
        Tensor empty = Tensor.ofFloats(Shape.of(2, 0));
        assertThat(Rows.part(Rows.join(List.of(empty, empty)), 1, 2).shape()).isEqualTo(Shape.of(2, 0));
    }

    @Test
    void whatDiffersBeyondItsRowsIsNotJoined() {
        assertThatThrownBy(() -> Rows.join(List.of(ONE, Tensor.ofFloats(Shape.of(1, 3), 1, 2, 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rows of FP32 [1, 2] and of FP32 [1, 3] cannot be joined");
        assertThatThrownBy(() -> Rows.join(List.of(ONE, Tensor.ofLongs(Shape.of(1, 2), 1, 2))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Rows.join(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void partsBeyondTheRowsAreRefused() {
        assertThatThrownBy(() -> Rows.part(TWO, 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("FP32 [2, 2] has no 2 rows from row 1: it has 2");
        assertThatThrownBy(() -> Rows.of(Tensor.ofFloats(Shape.of(), 1))).hasMessageContaining("scalar");
    }
}
