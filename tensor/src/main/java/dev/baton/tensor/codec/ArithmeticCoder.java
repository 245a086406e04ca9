package dev.baton.tensor.codec;

import java.util.Arrays;

/** A binary arithmetic coder: bits with their probabilities become bytes, and bits again. For one thread. */
abstract sealed class ArithmeticCoder {
    /*
     * The interval [low, high] of 32-bit numbers is divided in proportion to the probability, and the bit chooses the
     * part. Leading bytes on which both ends agree are final. Integers only: every machine divides alike.
     */

    /** Probabilities are parts of {@code 1 << PROBABILITY_BITS}. */
    static final int PROBABILITY_BITS = 12;

    private static final long WHOLE = 0xFFFF_FFFFL;

    long low;
    long high = WHOLE;

    private ArithmeticCoder() {}

    /**
     * Codes one bit.
     *
     * @param bit to encode; a decoder ignores it
     * @param probabilityOfOne 1..4095, of 4096
     * @return the bit
     */
    abstract int code(int bit, int probabilityOfOne);

    /** The last number of the lower part, which stands for a one. */
    final long divide(int probabilityOfOne) {
        long range = high - low;
        return low
                + (range >>> PROBABILITY_BITS) * probabilityOfOne
                + (((range & 0xFFF) * probabilityOfOne) >>> PROBABILITY_BITS);
    }

    final boolean leadingByteIsFinal() {
        return ((low ^ high) & 0xFF00_0000L) == 0;
    }

    final void shift() {
        low = (low << 8) & WHOLE;
        high = ((high << 8) & WHOLE) | 0xFF;
    }

    static final class Encoder extends ArithmeticCoder {
        private byte[] bytes;
        private int length;

        /** @param header what the bytes begin with */
        Encoder(byte[] header) {
            bytes = Arrays.copyOf(header, header.length + 1024);
            length = header.length;
        }

        @Override
        int code(int bit, int probabilityOfOne) {
            long middle = divide(probabilityOfOne);
            if (bit == 1) {
                high = middle;
            } else {
                low = middle + 1;
            }
            while (leadingByteIsFinal()) {
                put((int) (high >>> 24));
                shift();
            }
            return bit;
        }

        private void put(int value) {
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.addExact(length, length / 2));
            }
            bytes[length++] = (byte) value;
        }

        /** Header and code. Nothing is coded after it. */
        byte[] finish() {
            for (int shift = 24; shift >= 0; shift -= 8) {
                put((int) (low >>> shift));
            }
            return Arrays.copyOf(bytes, length);
        }
    }

    static final class Decoder extends ArithmeticCoder {
        private final byte[] bytes;
        private int position;
        private long value;

        /** Decodes what lies in {@code bytes} from {@code position} on. */
        Decoder(byte[] bytes, int position) {
            this.bytes = bytes;
            this.position = position;
            for (int i = 0; i < Integer.BYTES; i++) {
                value = (value << 8) | next();
            }
        }

        @Override
        int code(int ignored, int probabilityOfOne) {
            long middle = divide(probabilityOfOne);
            int bit;
            if (value <= middle) {
                bit = 1;
                high = middle;
            } else {
                bit = 0;
                low = middle + 1;
            }
            while (leadingByteIsFinal()) {
                shift();
                value = ((value << 8) & WHOLE) | next();
            }
            return bit;
        }

        /** @throws IllegalArgumentException when there is none: then the bytes are cut off, or others than were encoded */
        private int next() {
            if (position == bytes.length) {
                throw new IllegalArgumentException("its code ends after %d bytes".formatted(bytes.length));
            }
            return bytes[position++] & 0xFF;
        }

        /** Bytes that were not needed: 0 where what was encoded has been decoded. */
        int left() {
            return bytes.length - position;
        }
    }
}
