package dev.baton.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class HalfFloatsTest {

    @Test
    void everyHalfIsTheNumberThatTheJdkSays() {
        for (int bits = 0; bits <= 0xffff; bits++) {
            short half = (short) bits;
            assertThat((Float) HalfFloats.fromFp16(half)).isEqualTo((Float) Float.float16ToFloat(half));
        }
    }

    @Test
    void everyHalfComesBack() {
        for (int bits = 0; bits <= 0xffff; bits++) {
            float value = Float.float16ToFloat((short) bits);
            if (!Float.isNaN(value)) {
                assertThat(HalfFloats.toFp16(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void floatsRoundAsInTheJdk() {
        Random random = new Random(5);
        for (int i = 0; i < 200_000; i++) {
            float value = i % 2 == 0
                    ? Float.intBitsToFloat(random.nextInt())
                    : (float) (random.nextGaussian() * Math.pow(2, random.nextInt(-26, 18)));
            if (Float.isNaN(value)) {
                assertThat(HalfFloats.fromFp16(HalfFloats.toFp16(value))).isNaN();
            } else {
                assertThat(HalfFloats.toFp16(value)).as("%s", value).isEqualTo(Float.floatToFloat16(value));
            }
        }
        assertThat(HalfFloats.toFp16(65519.996f)).isEqualTo(Float.floatToFloat16(65504));
        assertThat(HalfFloats.toFp16(65520)).isEqualTo(Float.floatToFloat16(Float.POSITIVE_INFINITY));
        assertThat(HalfFloats.toFp16(0x1p-25f)).isZero();
        assertThat(HalfFloats.toFp16(Math.nextUp(0x1p-25f))).isEqualTo((short) 1);
    }

    @Test
    void brainFloatsAreTheNearest() {
        Random random = new Random(6);
        for (int i = 0; i < 200_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            float there = HalfFloats.fromBf16(HalfFloats.toBf16(value));
            if (Float.isNaN(value)) {
                assertThat(there).isNaN();
            } else if (Float.isFinite(value) && Float.isFinite(there)) {
                // Eight bits of digits: half of the last one, or half of the smallest there is.
                assertThat(Math.abs((double) there - value))
                        .isLessThanOrEqualTo(Math.max(Math.abs((double) value) * 0x1p-8, 0x1p-134));
            }
        }
        assertThat(HalfFloats.fromBf16(HalfFloats.toBf16(1 + 0x1p-8f)))
                .as("ties to even")
                .isEqualTo(1f);
        assertThat(HalfFloats.fromBf16(HalfFloats.toBf16(1 + 3 * 0x1p-8f))).isEqualTo(1 + 0x1p-6f);
        assertThat(HalfFloats.fromBf16(HalfFloats.toBf16(Float.MAX_VALUE))).isInfinite();
        assertThat(HalfFloats.fromBf16(HalfFloats.toBf16(Float.intBitsToFloat(0x7f800001))))
                .isNaN();
        assertThat(Float.floatToRawIntBits(HalfFloats.fromBf16(HalfFloats.toBf16(-0f))))
                .isEqualTo(0x80000000);
    }
}
