package dev.baton.client;

import java.util.Arrays;

/** The type of a tensor's elements, under the protocol's name for it. */
public enum Datatype {
    /** True or false; one byte, 1 or 0. */
    BOOL(1),
    /** Unsigned integer of 8 bits. */
    UINT8(1),
    /** Unsigned integer of 16 bits. */
    UINT16(2),
    /** Unsigned integer of 32 bits. */
    UINT32(4),
    /** Unsigned integer of 64 bits. */
    UINT64(8),
    /** Signed integer of 8 bits. */
    INT8(1),
    /** Signed integer of 16 bits. */
    INT16(2),
    /** Signed integer of 32 bits. */
    INT32(4),
    /** Signed integer of 64 bits. */
    INT64(8),
    /** Half precision of IEEE 754: 5 bits of exponent, 10 of fraction. */
    FP16(2),
    /** Brain floating point: the upper half of an {@link #FP32}. */
    BF16(2),
    /** Single precision. */
    FP32(4),
    /** Double precision. */
    FP64(8),
    /** Byte strings of any length: text, or an encoded picture. */
    BYTES(0);

    private final int bytes;

    Datatype(int bytes) {
        this.bytes = bytes;
    }

    /**
     * {@return how many bytes an element takes}
     *
     * @throws UnsupportedOperationException for {@link #BYTES}, whose elements differ in length
     */
    public int bytes() {
        if (this == BYTES) {
            throw new UnsupportedOperationException("elements of BYTES differ in length");
        }
        return bytes;
    }

    /** {@return whether elements are floating point numbers} */
    public boolean isFloat() {
        return this == FP16 || this == BF16 || this == FP32 || this == FP64;
    }

    /** {@return whether elements are integers, signed or not} */
    public boolean isInteger() {
        return this != BOOL && this != BYTES && !isFloat();
    }

    /**
     * {@return the type of this name}
     *
     * @param name as in the protocol, such as {@code FP32}
     * @throws IllegalArgumentException when there is none
     */
    public static Datatype ofName(String name) {
        return Arrays.stream(values())
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "datatype '%s'; expected one of %s".formatted(name, Arrays.toString(values()))));
    }
}
