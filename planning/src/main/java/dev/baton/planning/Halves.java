package dev.baton.planning;

/** Numbers in two bytes (IEEE 754 binary16), which state of a hundred thousand edge nodes is kept in: exact to 0.05 %. */
final class Halves {
    static final short UNKNOWN = Float.floatToFloat16(Float.NaN);
    /** The largest finite one; what is more is kept as that, so that a large number never reads as unknown. */
    private static final float LARGEST = 65_504;

    private Halves() {}

    static short of(double value) {
        return Float.floatToFloat16((float) Math.min(value, LARGEST));
    }

    static float value(short half) {
        return Float.float16ToFloat(half);
    }
}
