package dev.baton.tensor.codec;

import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Packs floats as small integers: an element is the nearest of equal steps between its channel's minimum and maximum.
 *
 * <p>Error: half a step, {@code (max - min) / (2 * levels)} over the element's channel, with 255 levels in 8 bits and 15
 * in 4; channels narrower than {@code levels * 2^-126} (3e-36) become constant.
 */
final class AffinePacking {
    /*
     * The payload, little-endian, in version 1:
     *
     *   byte        version, 1
     *   byte        channel axis, or -1: all elements are one channel
     *   int32       channel count: the length of the channel axis, or 1
     *   float32[]   each channel's minimum
     *   float32[]   each channel's scale: the width of a step, 0 for a constant channel
     *   byte[]      packed elements in row-major order; two in a byte with 4 bits, the first in the low half
     *
     * An element is minimum + packed * scale. Channels differ in range by orders of magnitude, and one range for all of
     * them would spend the steps on the widest, so ranges are per channel (as in most post-training quantisation, e.g.
     * Krishnamoorthi 2018, arXiv:1806.08342). The minimum is kept as a float rather than as an integer zero point:
     * four bytes a channel buy an exact zero wherever zero is the minimum, which after a ReLU it is, and then runs of
     * zero bytes for zstd.
     *
     * Which axis holds channels is a guess from the rank, so it is part of the payload, not of the format:
     *
     *   rank >= 4   axis 1: channels of NCHW, heads of attention. (In NHWC axis 1 is a picture's row: a fair range too.)
     *   rank 3      axis 1: in [batch, tokens, features] each token has its range. Outliers of transformers are features
     *               of few tokens (the first, separators), and a range for each feature would let one such token spoil
     *               it for all others, would change with the length of the text and would need every token before the
     *               first is packed. In [batch, channels, length] axis 1 is the channel.
     *   rank 2      axis 0, each row on its own: a row's answer does not depend on what it is batched with.
     *   less        one channel.
     *
     * Eight bytes of header a channel must not outweigh the channel: with fewer than 32 elements in each, all elements
     * are one channel. The decoder insists on this, so the header of a hostile payload is small as well.
     *
     * Loops: blocks of a channel are copied into a small array and go through plain loops that C2 vectorises: a min/max
     * scan and (x - min) * inverse + 0.5 with a cast. The cast truncates, which rounds, because the value is not
     * negative; Math.round would be 40 times slower. The value cannot exceed levels + 0.5, so nothing is clamped. Two
     * 4-bit values go into a byte eight at a time within a long, by shifts (Long.compress is one instruction on recent
     * x86 and a slow loop on most ARM cores, where edge nodes are).
     */
    private static final byte VERSION = 1;

    private static final byte ONE_CHANNEL = -1;
    private static final int FIXED_HEADER = 1 + 1 + Integer.BYTES;
    private static final int CHANNEL_HEADER = 2 * Float.BYTES;
    private static final int FEWEST_IN_CHANNEL = 32;
    /** Elements at a time: small enough for the first-level cache, large enough to vectorise. */
    static final int BLOCK = 2048;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final AffinePacking INT8 = new AffinePacking(8);
    private static final AffinePacking INT4 = new AffinePacking(4);

    private final int bits;
    private final float levels;

    private AffinePacking(int bits) {
        this.bits = bits;
        this.levels = (1 << bits) - 1;
    }

    static AffinePacking of(Codec.Quantization quantization) {
        return switch (quantization) {
            case INT8 -> INT8;
            case INT4 -> INT4;
            case RAW, FP16, STEP12, STEP6, STEP3 ->
                throw new IllegalArgumentException("%s has no steps of each channel".formatted(quantization));
        };
    }

    /** How a tensor's elements fall into channels: {@code outer} times {@code count} runs of {@code inner} elements. */
    private record Channels(byte axis, int outer, int count, int inner) {
        static Channels forEncoding(Shape shape, int elements) {
            Channels all = new Channels(ONE_CHANNEL, 1, 1, elements);
            if (shape.rank() < 2 || elements == 0) {
                return all;
            }
            Channels channels = along(shape.rank() == 2 ? 0 : 1, shape, elements);
            return channels.isAllowed() ? channels : all;
        }

        /** {@code elements} must not be 0. */
        static Channels along(int axis, Shape shape, int elements) {
            int outer = 1;
            for (int before = 0; before < axis; before++) {
                outer *= (int) shape.dimension(before);
            }
            int count = (int) shape.dimension(axis);
            return new Channels((byte) axis, outer, count, elements / count / outer);
        }

        boolean isAllowed() {
            return axis == ONE_CHANNEL || (long) outer * inner >= FEWEST_IN_CHANNEL;
        }

        int headerSize() {
            return FIXED_HEADER + count * CHANNEL_HEADER;
        }
    }

    private int packedSize(int elements) {
        return bits == 8 ? elements : elements / 2 + elements % 2;
    }

    /** Packs an FP32 or FP16 tensor; empty when it has a NaN, an infinity or a channel whose range exceeds FP32. */
    Optional<byte[]> pack(Tensor tensor) {
        FloatBlocks values = FloatBlocks.of(tensor);
        Channels channels = Channels.forEncoding(tensor.shape(), values.count());
        int headerSize = channels.headerSize();
        byte[] payload = new byte[headerSize + packedSize(values.count())];
        ByteBuffer header = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        header.put(VERSION).put(channels.axis()).putInt(channels.count());

        byte[] quantised = bits == 8 ? payload : new byte[wholeLongs(values.count())];
        int offset = bits == 8 ? headerSize : 0;
        float[] block = new float[BLOCK];
        for (int channel = 0; channel < channels.count(); channel++) {
            Range range = Range.of(values, channels, channel, block);
            float width = range.max() - range.min();
            boolean constant = width < levels * Float.MIN_NORMAL; // also an empty tensor's
            float minimum = constant ? range.min() + width / 2 : range.min();
            float scale = constant ? 0 : width / levels;
            float inverse = constant ? 0 : levels / width;
            if (!Float.isFinite(minimum + levels * scale)) {
                return Optional.empty();
            }
            header.putFloat(FIXED_HEADER + channel * Float.BYTES, minimum);
            header.putFloat(FIXED_HEADER + (channels.count() + channel) * Float.BYTES, scale);
            quantise(values, channels, channel, minimum, inverse, block, quantised, offset);
        }
        if (bits == 4) {
            joinHalves(quantised, payload, headerSize);
        }
        return Optional.of(payload);
    }

    private record Range(float min, float max) {
        static Range of(FloatBlocks values, Channels channels, int channel, float[] block) {
            if (values.count() == 0) {
                return new Range(0, 0);
            }
            float min = Float.POSITIVE_INFINITY;
            float max = Float.NEGATIVE_INFINITY;
            for (int outer = 0; outer < channels.outer(); outer++) {
                int start = (outer * channels.count() + channel) * channels.inner();
                for (int from = 0; from < channels.inner(); from += BLOCK) {
                    int length = Math.min(BLOCK, channels.inner() - from);
                    values.get(start + from, block, length);
                    for (int i = 0; i < length; i++) { // Math.min and max carry a NaN through
                        min = Math.min(min, block[i]);
                        max = Math.max(max, block[i]);
                    }
                }
            }
            return new Range(min, max);
        }
    }

    private static void quantise(
            FloatBlocks values,
            Channels channels,
            int channel,
            float minimum,
            float inverse,
            float[] block,
            byte[] target,
            int offset) {
        for (int outer = 0; outer < channels.outer(); outer++) {
            int start = (outer * channels.count() + channel) * channels.inner();
            for (int from = 0; from < channels.inner(); from += BLOCK) {
                int length = Math.min(BLOCK, channels.inner() - from);
                values.get(start + from, block, length);
                int to = offset + start + from;
                for (int i = 0; i < length; i++) {
                    target[to + i] = (byte) (int) ((block[i] - minimum) * inverse + 0.5f);
                }
            }
        }
    }

    /** Every size that a payload of this shape can have, one for each choice of the channel axis. */
    int[] possibleSizes(Shape shape, int elements) {
        int packed = packedSize(elements);
        IntStream channelCounts = elements == 0
                ? IntStream.empty()
                : IntStream.range(0, shape.rank())
                        .mapToObj(axis -> Channels.along(axis, shape, elements))
                        .filter(Channels::isAllowed)
                        .mapToInt(Channels::count);
        return IntStream.concat(IntStream.of(1), channelCounts)
                .map(count -> FIXED_HEADER + count * CHANNEL_HEADER + packed)
                .distinct()
                .toArray();
    }

    /** The tensor that {@code payload}, which is {@code encoded}'s without zstd, stands for. */
    Tensor unpack(EncodedTensor encoded, byte[] payload, int elements) {
        Channels channels = requireChannels(encoded, payload, elements);
        ByteBuffer header = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer data =
                ByteBuffer.allocateDirect(elements * encoded.type().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        FloatBlocks values = FloatBlocks.of(encoded.type(), data);
        byte[] quantised = bits == 8 ? payload : splitHalves(payload, channels.headerSize(), elements);
        int offset = bits == 8 ? channels.headerSize() : 0;
        float[] block = new float[BLOCK];
        for (int channel = 0; channel < channels.count(); channel++) {
            float minimum = header.getFloat(FIXED_HEADER + channel * Float.BYTES);
            float scale = header.getFloat(FIXED_HEADER + (channels.count() + channel) * Float.BYTES);
            if (!Float.isFinite(minimum) || !(scale >= 0) || !Float.isFinite(minimum + levels * scale)) {
                throw corrupt(encoded, "channel %d has minimum %s and scale %s".formatted(channel, minimum, scale));
            }
            dequantise(quantised, offset, channels, channel, minimum, scale, block, values);
        }
        return Tensor.of(encoded.type(), encoded.shape(), data);
    }

    private Channels requireChannels(EncodedTensor encoded, byte[] payload, int elements) {
        if (payload.length < FIXED_HEADER + CHANNEL_HEADER) {
            throw corrupt(
                    encoded,
                    "%d bytes, a header has at least %d".formatted(payload.length, FIXED_HEADER + CHANNEL_HEADER));
        }
        ByteBuffer header = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        byte version = header.get();
        if (version != VERSION) {
            throw corrupt(encoded, "version %d, expected %d".formatted(version, VERSION));
        }
        byte axis = header.get();
        if (axis < ONE_CHANNEL || axis >= encoded.shape().rank()) {
            throw corrupt(encoded, "channel axis %d".formatted(axis));
        }
        if (axis != ONE_CHANNEL && elements == 0) {
            throw corrupt(encoded, "channel axis %d of an empty tensor, expected none".formatted(axis));
        }
        Channels channels = axis == ONE_CHANNEL
                ? new Channels(ONE_CHANNEL, 1, 1, elements)
                : Channels.along(axis, encoded.shape(), elements);
        int count = header.getInt();
        if (count != channels.count() || !channels.isAllowed()) {
            throw corrupt(
                    encoded,
                    "%d channels along axis %d, expected %d with at least %d elements each"
                            .formatted(count, axis, channels.count(), FEWEST_IN_CHANNEL));
        }
        int size = channels.headerSize() + packedSize(elements);
        if (payload.length != size) {
            throw corrupt(encoded, "%d bytes, expected %d".formatted(payload.length, size));
        }
        return channels;
    }

    private static void dequantise(
            byte[] quantised,
            int offset,
            Channels channels,
            int channel,
            float minimum,
            float scale,
            float[] block,
            FloatBlocks values) {
        for (int outer = 0; outer < channels.outer(); outer++) {
            int start = (outer * channels.count() + channel) * channels.inner();
            for (int from = 0; from < channels.inner(); from += BLOCK) {
                int length = Math.min(BLOCK, channels.inner() - from);
                int source = offset + start + from;
                for (int i = 0; i < length; i++) {
                    block[i] = minimum + (quantised[source + i] & 0xFF) * scale;
                }
                values.put(start + from, block, length);
            }
        }
    }

    /** Two values of 0..15 into each byte of {@code payload} from {@code to} on; {@code quantised} is whole longs. */
    private static void joinHalves(byte[] quantised, byte[] payload, int to) {
        int from = 0;
        for (; to + Integer.BYTES <= payload.length; from += Long.BYTES, to += Integer.BYTES) {
            long eight = (long) LONGS.get(quantised, from);
            eight = (eight | eight >>> 4) & 0x00FF00FF00FF00FFL;
            eight = (eight | eight >>> 8) & 0x0000FFFF0000FFFFL;
            INTS.set(payload, to, (int) (eight | eight >>> 16));
        }
        for (; to < payload.length; from += 2, to++) {
            payload[to] = (byte) (quantised[from] | quantised[from + 1] << 4);
        }
    }

    private static byte[] splitHalves(byte[] payload, int from, int elements) {
        byte[] quantised = new byte[wholeLongs(elements)];
        int to = 0;
        for (; from + Integer.BYTES <= payload.length; from += Integer.BYTES, to += Long.BYTES) {
            long eight = (int) INTS.get(payload, from) & 0xFFFFFFFFL;
            eight = (eight | eight << 16) & 0x0000FFFF0000FFFFL;
            eight = (eight | eight << 8) & 0x00FF00FF00FF00FFL;
            LONGS.set(quantised, to, (eight | eight << 4) & 0x0F0F0F0F0F0F0F0FL);
        }
        for (; from < payload.length; from++, to += 2) {
            quantised[to] = (byte) (payload[from] & 0x0F);
            quantised[to + 1] = (byte) ((payload[from] & 0xF0) >>> 4);
        }
        return quantised;
    }

    private static int wholeLongs(int elements) {
        return Math.toIntExact((elements + Long.BYTES - 1L) / Long.BYTES * Long.BYTES);
    }

    private static CorruptPayloadException corrupt(EncodedTensor encoded, String why) {
        return new CorruptPayloadException("%s: %s".formatted(encoded, why));
    }
}
