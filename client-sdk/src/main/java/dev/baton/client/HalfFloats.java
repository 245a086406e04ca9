package dev.baton.client;

/**
 * Converts between {@code float} and its two halves, {@link Datatype#FP16} and {@link Datatype#BF16}, rounding to the nearest,
 * ties to even. The JDK does so for FP16 only from version 20 on.
 */
public final class HalfFloats {

    private static final int FRACTION_DIFFERENCE = 23 - 10;
    private static final int EXPONENT_DIFFERENCE = 127 - 15;
    private static final int QUIET_NAN = 0x7e00;
    private static final int INFINITY = 0x7c00;
    /** Two to the power of -24: the smallest half above zero. */
    private static final float SMALLEST = 0x1p-24f;
    /** Two to the power of -14: halves below have fewer digits. */
    private static final float SMALLEST_NORMAL = 0x1p-14f;
    /** The middle between the largest half and the one that there is not. */
    private static final float ROUNDED_TO_INFINITY = 65520;

    private HalfFloats() {}

    /**
     * {@return the nearest half precision number, as its 16 bits}
     *
     * @param value beyond 65504 becomes infinite
     */
    public static short toFp16(float value) {
        int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
        float magnitude = Math.abs(value);
        if (Float.isNaN(value)) {
            return (short) (sign | QUIET_NAN);
        }
        if (magnitude >= ROUNDED_TO_INFINITY) {
            return (short) (sign | INFINITY);
        }
        if (magnitude < SMALLEST_NORMAL) {
            // A multiple of the smallest half; rint rounds ties to even, and 1024 of them are the smallest normal one.
            return (short) (sign | (int) Math.rint(magnitude / SMALLEST));
        }
        int bits = Float.floatToRawIntBits(magnitude) - (EXPONENT_DIFFERENCE << 23);
        return (short) (sign | roundedShift(bits, FRACTION_DIFFERENCE));
    }

    /**
     * {@return the number that the 16 bits of a half stand for, exactly}
     *
     * @param half bits of an FP16
     */
    public static float fromFp16(short half) {
        int magnitude = half & 0x7fff;
        float value;
        if (magnitude < 0x400) {
            value = magnitude * SMALLEST;
        } else if (magnitude < INFINITY) {
            value = Float.intBitsToFloat((magnitude << FRACTION_DIFFERENCE) + (EXPONENT_DIFFERENCE << 23));
        } else {
            value = magnitude == INFINITY ? Float.POSITIVE_INFINITY : Float.NaN;
        }
        return half < 0 ? -value : value;
    }

    /**
     * {@return the nearest brain floating point number, as its 16 bits}
     *
     * @param value any number
     */
    public static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40); // stays a NaN where its digits are in the lower half only
        }
        return (short) ((bits >>> 16 & 0x8000) | roundedShift(bits & 0x7fffffff, 16));
    }

    /**
     * {@return the number that the 16 bits of a brain floating point number stand for, exactly}
     *
     * @param half bits of a BF16
     */
    public static float fromBf16(short half) {
        return Float.intBitsToFloat(half << 16);
    }

    /** Divides by a power of two; a carry out of the fraction rightly raises the exponent. */
    private static int roundedShift(int bits, int by) {
        int odd = bits >>> by & 1;
        return (bits + (1 << (by - 1)) - 1 + odd) >>> by;
    }
}
