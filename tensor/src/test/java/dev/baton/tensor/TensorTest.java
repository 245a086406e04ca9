package dev.baton.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

final class TensorTest {
    @Test
    void liesLittleEndianInADirectBuffer() {
        Tensor tensor = Tensor.ofFloats(Shape.of(2), 1.5f, -2f);
        assertThat(tensor.data().isDirect()).isTrue();
        assertThat(tensor.data().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(tensor.data().getFloat(4)).isEqualTo(-2f);
        assertThat(tensor.byteSize()).isEqualTo(8);
    }

    @Test
    void eachViewHasItsOwnPosition() {
        Tensor tensor = Tensor.ofInts(Shape.of(2), 7, 8);
        ByteBuffer view = tensor.data();
        view.getInt();
        assertThat(tensor.data().position()).isZero();
    }

    @Test
    void keepsTheGivenBytesWithoutCopying() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(12).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(0).putInt(5).putInt(6).position(4);
        Tensor tensor = Tensor.of(ElementType.INT32, Shape.of(2), bytes);
        assertThat(tensor.toLongs()).containsExactly(5, 6);
        bytes.putInt(8, 9); // what the contract forbids shows that nothing was copied
        assertThat(tensor.toLongs()).containsExactly(5, 9);
    }

    @Test
    void refusesASizeThatDoesNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(ElementType.FP32, Shape.of(1, 2), ByteBuffer.allocate(7)))
                .withMessage("FP32 [1, 2] needs 8 bytes, got 7");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.ofLongs(Shape.of(3), 1, 2))
                .withMessage("INT64 [3] needs 3 elements, got 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(ElementType.INT64, Shape.of(1L << 40), ByteBuffer.allocate(0)))
                .withMessageContaining("at most 2147483647 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(ElementType.INT64, Shape.of(-1), ByteBuffer.allocate(0)));
    }

    @Test
    void refusesBooleansThatAreNeitherTrueNorFalse() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(ElementType.BOOL, Shape.of(2), ByteBuffer.wrap(new byte[] {1, 2})))
                .withMessage("BOOL [2] has the byte 2 at index 1, expected 0 or 1");
    }

    @Test
    void refusesBytesForWiderTypes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.ofBytes(ElementType.INT32, Shape.of(1), (byte) 1))
                .withMessageContaining("INT32 has 4 bytes");
    }

    @Test
    void widensIntegers() {
        assertThat(Tensor.ofBytes(ElementType.UINT8, Shape.of(2), (byte) 255, (byte) 1)
                        .toLongs())
                .containsExactly(255, 1);
        assertThat(Tensor.ofBytes(ElementType.INT8, Shape.of(2), (byte) 255, (byte) 1)
                        .toLongs())
                .containsExactly(-1, 1);
        assertThat(Tensor.ofBooleans(Shape.of(2), true, false).toLongs()).containsExactly(1, 0);
        assertThat(Tensor.ofLongs(Shape.of(), Long.MIN_VALUE).toLongs()).containsExactly(Long.MIN_VALUE);
    }

    @Test
    void widensHalvesExactly() {
        assertThat(Tensor.ofHalves(Shape.of(3), 0.5f, -65504f, 0.1f).toFloats())
                .containsExactly(0.5f, -65504f, 0.099975586f);
    }

    @Test
    void readsTheWiderTypes() {
        Tensor exact = Tensor.of(
                ElementType.FP64, Shape.of(1), bytes(ElementType.FP64, 8).putDouble(0, 0.1));
        assertThat(exact.toDoubles()).containsExactly(0.1);
        assertThat(exact.toFloats()).containsExactly(0.1f);
        Tensor brain = Tensor.of(
                ElementType.BF16, Shape.of(1), bytes(ElementType.BF16, 2).putShort(0, (short) 0xc049));
        assertThat(brain.toFloats()).containsExactly(-3.140625f);
        assertThat(Tensor.of(
                                ElementType.INT16,
                                Shape.of(1),
                                bytes(ElementType.INT16, 2).putShort(0, (short) -2))
                        .toLongs())
                .containsExactly(-2);
        assertThat(Tensor.of(
                                ElementType.UINT16,
                                Shape.of(1),
                                bytes(ElementType.UINT16, 2).putShort(0, (short) -2))
                        .toLongs())
                .containsExactly(65534);
        assertThat(Tensor.of(
                                ElementType.UINT32,
                                Shape.of(1),
                                bytes(ElementType.UINT32, 4).putInt(0, -1))
                        .toLongs())
                .containsExactly(0xffffffffL);
    }

    @Test
    void comparesTheWiderTypesExactly() {
        Tensor one = Tensor.of(
                ElementType.FP64, Shape.of(1), bytes(ElementType.FP64, 8).putDouble(0, 1));
        Tensor next = Tensor.of(
                ElementType.FP64, Shape.of(1), bytes(ElementType.FP64, 8).putDouble(0, 1 + 0x1p-52));
        assertThat(one.maxAbsoluteDifference(next)).isEqualTo(0x1p-52);
        Tensor nan = Tensor.of(
                ElementType.FP64, Shape.of(1), bytes(ElementType.FP64, 8).putDouble(0, Double.NaN));
        assertThat(nan.maxAbsoluteDifference(nan)).isZero();
        assertThat(nan.maxAbsoluteDifference(one)).isInfinite();
        Tensor huge = Tensor.of(
                ElementType.UINT64, Shape.of(1), bytes(ElementType.UINT64, 8).putLong(0, -1));
        Tensor zero = Tensor.of(ElementType.UINT64, Shape.of(1), bytes(ElementType.UINT64, 8));
        assertThat(huge.maxAbsoluteDifference(zero)).isEqualTo(0x1p64);
    }

    private static ByteBuffer bytes(ElementType type, int count) {
        assertThat(type.bytes()).isEqualTo(count);
        return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void floatsAndIntegersAreNotConfused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Tensor.ofInts(Shape.of(1), 1).toFloats());
        assertThatIllegalStateException()
                .isThrownBy(() -> Tensor.ofFloats(Shape.of(1), 1).toLongs());
    }

    @Test
    void measuresTheLargestDifference() {
        Tensor tensor = Tensor.ofFloats(Shape.of(3), 1, 2, 3);
        assertThat(tensor.maxAbsoluteDifference(Tensor.ofFloats(Shape.of(3), 1, 2.5f, 2.75f)))
                .isEqualTo(0.5);
        assertThat(Tensor.ofLongs(Shape.of(1), 4).maxAbsoluteDifference(Tensor.ofLongs(Shape.of(1), 7)))
                .isEqualTo(3);
        assertThat(Tensor.ofFloats(Shape.of(0)).maxAbsoluteDifference(Tensor.ofFloats(Shape.of(0))))
                .isZero();
    }

    @Test
    void nanEqualsNanAndIsInfinitelyFarFromANumber() {
        Tensor special = Tensor.ofFloats(Shape.of(2), Float.NaN, Float.POSITIVE_INFINITY);
        assertThat(special.maxAbsoluteDifference(special)).isZero();
        assertThat(special.maxAbsoluteDifference(Tensor.ofFloats(Shape.of(2), 0, Float.POSITIVE_INFINITY)))
                .isInfinite();
    }

    @Test
    void refusesToCompareDifferentShapes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.ofFloats(Shape.of(1), 1).maxAbsoluteDifference(Tensor.ofFloats(Shape.of(), 1)))
                .withMessage("cannot compare FP32 [1] with FP32 []");
    }

    @Test
    void bitEqualityDistinguishesZeros() {
        Tensor zero = Tensor.ofFloats(Shape.of(1), 0f);
        Tensor negativeZero = Tensor.ofFloats(Shape.of(1), -0f);
        assertThat(zero.bitEquals(negativeZero)).isFalse();
        assertThat(zero.maxAbsoluteDifference(negativeZero)).isZero();
        assertThat(zero.bitEquals(Tensor.ofFloats(Shape.of(1), 0f))).isTrue();
    }
}
