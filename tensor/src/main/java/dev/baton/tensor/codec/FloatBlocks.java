package dev.baton.tensor.codec;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * Floats of FP32 or FP16 elements, read and written a block at a time: bulk copies between a buffer and a small array,
 * so that the loops over the array vectorise wherever the elements lie. For one thread.
 */
abstract sealed class FloatBlocks {
    /** The elements of an FP32 or FP16 tensor. */
    static FloatBlocks of(Tensor tensor) {
        return of(tensor.type(), tensor.data());
    }

    /** Elements of type FP32 or FP16 in {@code littleEndian}. */
    static FloatBlocks of(ElementType type, ByteBuffer littleEndian) {
        return type == ElementType.FP16 ? ofHalves(littleEndian) : new Singles(littleEndian.asFloatBuffer());
    }

    static FloatBlocks ofHalves(ByteBuffer littleEndian) {
        return new Halves(littleEndian.asShortBuffer());
    }

    abstract int count();

    /** Reads {@code length} elements from index {@code from} on into {@code block}. */
    abstract void get(int from, float[] block, int length);

    /** Writes {@code length} elements of {@code block} from index {@code from} on. */
    abstract void put(int from, float[] block, int length);

    private static final class Singles extends FloatBlocks {
        private final FloatBuffer values;

        Singles(FloatBuffer values) {
            this.values = values;
        }

        @Override
        int count() {
            return values.capacity();
        }

        @Override
        void get(int from, float[] block, int length) {
            values.get(from, block, 0, length);
        }

        @Override
        void put(int from, float[] block, int length) {
            values.put(from, block, 0, length);
        }
    }

    private static final class Halves extends FloatBlocks {
        private final ShortBuffer values;
        private short[] bits = new short[0];

        Halves(ShortBuffer values) {
            this.values = values;
        }

        @Override
        int count() {
            return values.capacity();
        }

        @Override
        void get(int from, float[] block, int length) {
            short[] halves = bits(block.length);
            values.get(from, halves, 0, length);
            for (int i = 0; i < length; i++) {
                block[i] = Float.float16ToFloat(halves[i]);
            }
        }

        @Override
        void put(int from, float[] block, int length) {
            short[] halves = bits(block.length);
            for (int i = 0; i < length; i++) {
                halves[i] = Float.floatToFloat16(block[i]);
            }
            values.put(from, halves, 0, length);
        }

        private short[] bits(int length) {
            if (bits.length < length) {
                bits = new short[length];
            }
            return bits;
        }
    }
}
