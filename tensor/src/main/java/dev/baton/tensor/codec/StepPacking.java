package dev.baton.tensor.codec;

import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Packs floats as multiples of one step for the whole tensor, entropy-coded: many steps where the tensor is large, none
 * where it is 0.
 *
 * <p>Error: half a step, {@code mean / (2 * steps)}, where mean is the mean magnitude of the elements that are not 0. The
 * step grows to {@code max / 2^20} where one element is a million times the mean.
 */
final class StepPacking {
    /*
     * The payload, little-endian, in version 1:
     *
     *   byte        version, 1
     *   float32     step; 0 where every element is 0
     *   byte[]      the levels in row-major order, as LevelCoder codes them; nothing where the step is 0
     *
     * An element is level * step, and 0 stays 0. One step for all channels, unlike in AffinePacking, because an entropy
     * coder charges a channel by how much it varies: equal steps then cost the least bits for a mean squared error (the
     * high-resolution result of Gish and Pierce 1968), while a range for each channel spends as many bits on a channel
     * that says little as on one that says much. The step follows the mean magnitude and not the range, as a single
     * outlier, which transformers have, would spoil a range; zeros do not count, or a sparse tensor would get finer steps
     * the sparser it is. Error to signal then hardly depends on the tensor: about 35, 29 and 23 dB with 12, 6 and 3 steps.
     *
     * Larger magnitudes than FLOOR allows are refused when encoding, so that no level of any payload overflows.
     */
    private static final byte VERSION = 1;

    private static final int HEADER = 1 + Float.BYTES;
    private static final double LARGEST_LEVEL = 1 << 20;
    /** With a larger step the largest level would overflow; about 1.6e32. */
    private static final float LARGEST_STEP = Float.MAX_VALUE / (1 << LevelCoder.MOST_BITS);

    private final double stepsToMean;

    private StepPacking(double stepsToMean) {
        this.stepsToMean = stepsToMean;
    }

    static StepPacking of(Codec.Quantization quantization) {
        return switch (quantization) {
            case STEP12 -> new StepPacking(12);
            case STEP6 -> new StepPacking(6);
            case STEP3 -> new StepPacking(3);
            case RAW, FP16, INT8, INT4 ->
                throw new IllegalArgumentException("%s has no step of its own".formatted(quantization));
        };
    }

    /** Packs an FP32 or FP16 tensor; empty when it has a NaN, an infinity or magnitudes of about 1e32. */
    Optional<byte[]> pack(Tensor tensor) {
        FloatBlocks values = FloatBlocks.of(tensor);
        double step = step(values);
        if (!(step <= LARGEST_STEP)) {
            return Optional.empty();
        }
        // A step of subnormal width has few bits of its own.
        float written = step == 0 ? 0 : Math.max((float) step, Float.MIN_NORMAL);
        byte[] header = ByteBuffer.allocate(HEADER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(VERSION)
                .putFloat(written)
                .array();
        if (written == 0) {
            return Optional.of(header);
        }
        LevelCoder.Grid grid = LevelCoder.Grid.of(tensor.shape(), values.count());
        ArithmeticCoder.Encoder encoder = new ArithmeticCoder.Encoder(header);
        new LevelCoder(encoder, grid).code(new Quantising(values, grid.columns(), written));
        return Optional.of(encoder.finish());
    }

    /** NaN or infinite where an element is. */
    private double step(FloatBlocks values) {
        float[] block = new float[AffinePacking.BLOCK];
        double sum = 0;
        long counted = 0;
        float largest = 0;
        for (int from = 0; from < values.count(); from += block.length) {
            int length = Math.min(block.length, values.count() - from);
            values.get(from, block, length);
            float blockSum = 0;
            for (int i = 0; i < length; i++) {
                float magnitude = Math.abs(block[i]);
                blockSum += magnitude;
                counted += magnitude == 0 ? 0 : 1;
                largest = Math.max(largest, magnitude); // carries a NaN through
            }
            sum += blockSum;
        }
        if (!Float.isFinite(largest)) {
            return Double.NaN;
        }
        return counted == 0 ? 0 : Math.max(sum / counted / stepsToMean, largest / LARGEST_LEVEL);
    }

    private static final class Quantising implements LevelCoder.Rows {
        private final FloatBlocks values;
        private final float step;
        private final float[] row;
        private final int[] levels;

        Quantising(FloatBlocks values, int columns, float step) {
            this.values = values;
            this.step = step;
            row = new float[columns];
            levels = new int[columns];
        }

        @Override
        public int[] begin(int number) {
            values.get(number * row.length, row, row.length);
            for (int i = 0; i < row.length; i++) {
                levels[i] = (int) (row[i] / step + Math.copySign(0.5f, row[i])); // truncates, so it rounds
            }
            return levels;
        }

        @Override
        public void end(int number, int[] coded) {}
    }

    /** The tensor that {@code encoded} stands for. */
    Tensor unpack(EncodedTensor encoded, int elements) {
        ByteBuffer header = encoded.payload();
        if (header.remaining() < HEADER) {
            throw corrupt(encoded, "%d bytes, a header has %d".formatted(header.remaining(), HEADER));
        }
        byte version = header.get();
        if (version != VERSION) {
            throw corrupt(encoded, "version %d, expected %d".formatted(version, VERSION));
        }
        float step = header.getFloat();
        if (!(step >= 0 && step <= LARGEST_STEP)) {
            throw corrupt(encoded, "step %s, expected 0 to %s".formatted(step, LARGEST_STEP));
        }
        Shape shape = encoded.shape();
        byte[] payload = Codecs.bytes(encoded.payload());
        if (step == 0) {
            if (payload.length != HEADER) {
                throw corrupt(encoded, "%d bytes, expected %d for a step of 0".formatted(payload.length, HEADER));
            }
            return Tensor.of(
                    encoded.type(),
                    shape,
                    ByteBuffer.allocateDirect(elements * encoded.type().bytes()));
        }
        if (payload.length < HEADER + Integer.BYTES) {
            throw corrupt(encoded, "%d bytes, its code has at least 4".formatted(payload.length));
        }
        ByteBuffer data =
                ByteBuffer.allocateDirect(elements * encoded.type().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        LevelCoder.Grid grid = LevelCoder.Grid.of(shape, elements);
        ArithmeticCoder.Decoder decoder = new ArithmeticCoder.Decoder(payload, HEADER);
        new LevelCoder(decoder, grid)
                .code(new Dequantising(FloatBlocks.of(encoded.type(), data), grid.columns(), step));
        if (decoder.left() > 0) {
            throw corrupt(encoded, "%d bytes after its code".formatted(decoder.left()));
        }
        return Tensor.of(encoded.type(), shape, data);
    }

    private static final class Dequantising implements LevelCoder.Rows {
        private final FloatBlocks values;
        private final float step;
        private final float[] row;
        private final int[] levels;

        Dequantising(FloatBlocks values, int columns, float step) {
            this.values = values;
            this.step = step;
            row = new float[columns];
            levels = new int[columns];
        }

        @Override
        public int[] begin(int number) {
            return levels;
        }

        @Override
        public void end(int number, int[] coded) {
            for (int i = 0; i < row.length; i++) {
                row[i] = coded[i] * step;
            }
            values.put(number * row.length, row, row.length);
        }
    }

    private static CorruptPayloadException corrupt(EncodedTensor encoded, String why) {
        return new CorruptPayloadException("%s: %s".formatted(encoded, why));
    }
}
