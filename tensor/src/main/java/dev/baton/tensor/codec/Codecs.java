package dev.baton.tensor.codec;

import com.github.luben.zstd.ZstdException;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Encodes tensors for the link and decodes them behind it.
 *
 * <table>
 * <caption>Largest error of one element x of an FP32 tensor</caption>
 * <tr><th>codec</th><th>bytes an element</th><th>|decoded - x|</th></tr>
 * <tr><td>raw</td><td>4</td><td>0, every bit is kept</td></tr>
 * <tr><td>fp16</td><td>2</td><td>|x| / 2048 + 2<sup>-25</sup></td></tr>
 * <tr><td>int8</td><td>1</td><td>half a step: (max - min) / (2 * 255) over the element's channel</td></tr>
 * <tr><td>int4</td><td>1/2</td><td>half a step: (max - min) / (2 * 15) over the element's channel</td></tr>
 * <tr><td>step12</td><td>about 3.5 / 8</td><td>half a step: a 24th of the mean magnitude of elements that are not 0</td></tr>
 * <tr><td>step6</td><td>about 2.8 / 8</td><td>half a step: a 12th of it</td></tr>
 * <tr><td>step3</td><td>about 2.1 / 8</td><td>half a step: a 6th of it</td></tr>
 * </table>
 *
 * <p>To half a step comes the rounding of float arithmetic, at most a ten-thousandth of it and one ulp of the channel's
 * largest magnitude. An FP16 tensor is exact under fp16, and is rounded to half precision once more after
 * the others.
 * zstd adds no error. Steps are described at {@link AffinePacking} and {@link StepPacking}; the
 * bytes of the last three depend on the tensor, those named are of activations after a ReLU.
 */
public final class Codecs {
    /*
     * Payloads, before zstd:
     *
     *   raw           the tensor's own bytes, no header: what needs no description gets none, the elements stay
     *                 aligned, and encoding copies nothing
     *   fp16          little-endian binary16, no header
     *   int8, int4    see AffinePacking; self-contained, begins with a version
     *   step12, ...   see StepPacking; self-contained, begins with a version; no zstd, as it is entropy-coded
     *
     * With zstd the whole payload is one zstd frame that declares its content size.
     *
     * A payload comes from a network, so decoding believes nothing. Every size is computed from type, shape and codec
     * first, and is compared with the limit and with the bytes that are really there, before anything is allocated.
     * What a decode allocates is therefore at most about twice the tensor that its caller was willing to accept.
     */

    /** Elements that are converted at a time: small enough for the first-level cache, large enough to vectorise. */
    private static final int BLOCK = 2048;

    /** The exponent of infinities and NaN in binary16. */
    private static final int HALF_SPECIAL = 0x7C00;

    private Codecs() {}

    /**
     * Encodes {@code tensor}. The codec of the result is what was done, which may be more exact than what was asked:
     *
     * <ul>
     *   <li>tensors that are not FP32 or FP16 stay raw;
     *   <li>a tensor with a NaN or an infinity stays raw under int8, int4 and the step codecs, as it would ruin the steps of
     *       its whole channel, and so does one whose range exceeds FP32, or is about 1e32 under the step codecs;
     *   <li>an FP32 tensor with an element that is not finite as binary16 stays raw under fp16.
     * </ul>
     *
     * Whether zstd follows is as asked, and it does where a step codec was asked for and the tensor stays raw. The result of raw without zstd shares the tensor's bytes.
     */
    public static EncodedTensor encode(Tensor tensor, Codec codec) {
        Optional<byte[]> packed =
                switch (codec.quantization()) {
                    case RAW -> Optional.empty();
                    case FP16 -> tensor.type() == ElementType.FP32 ? toHalves(tensor) : Optional.empty();
                    case INT8, INT4 ->
                        tensor.type().isQuantisable()
                                ? AffinePacking.of(codec.quantization()).pack(tensor)
                                : Optional.empty();
                    case STEP12, STEP6, STEP3 ->
                        tensor.type().isQuantisable()
                                ? StepPacking.of(codec.quantization()).pack(tensor)
                                : Optional.empty();
                };
        // The bytes of an FP16 tensor already are what fp16 makes.
        boolean asAsked = packed.isPresent()
                || (codec.quantization() == Codec.Quantization.FP16 && tensor.type() == ElementType.FP16);
        Codec done = asAsked
                ? codec
                : new Codec(
                        Codec.Quantization.RAW,
                        codec.zstd() || codec.quantization().isEntropyCoded());
        ByteBuffer payload = packed.map(ByteBuffer::wrap).orElseGet(tensor::data);
        return new EncodedTensor(
                tensor.type(), tensor.shape(), done, done.zstd() ? ZstdFrame.compress(payload) : payload);
    }

    /**
     * Decodes a payload from anywhere into a tensor of its own, which shares nothing with the payload.
     *
     * @param maxBytes the largest tensor to accept, in bytes of its elements; bounds what is allocated
     * @throws CorruptPayloadException when the payload is not what type, shape and codec say, or the tensor is too large
     */
    public static Tensor decode(EncodedTensor encoded, long maxBytes) {
        try {
            int elements = requireElementCount(encoded, maxBytes);
            return switch (encoded.codec().quantization()) {
                case RAW -> decodeRaw(encoded, elements * encoded.type().bytes());
                case FP16 -> decodeHalves(encoded, elements);
                case INT8, INT4 -> decodeAffine(encoded, elements);
                case STEP12, STEP6, STEP3 ->
                    StepPacking.of(encoded.codec().quantization()).unpack(encoded, elements);
            };
        } catch (CorruptPayloadException corrupt) {
            throw corrupt;
        } catch (ZstdException refused) {
            throw new CorruptPayloadException("%s: zstd: %s".formatted(encoded, refused.getMessage()), refused);
        } catch (IllegalArgumentException invalid) { // from Shape and Tensor, whose checks hold here too
            throw new CorruptPayloadException("%s: %s".formatted(encoded, invalid.getMessage()), invalid);
        }
    }

    private static int requireElementCount(EncodedTensor encoded, long maxBytes) {
        long elements = encoded.shape().elementCount();
        long most = Math.min(maxBytes, Integer.MAX_VALUE) / encoded.type().bytes();
        if (elements > most) {
            throw new CorruptPayloadException("%s: %d elements, at most %d bytes are accepted"
                    .formatted(encoded, elements, Math.min(maxBytes, Integer.MAX_VALUE)));
        }
        if (encoded.codec().quantization() != Codec.Quantization.RAW
                && !encoded.type().isQuantisable()) {
            throw new CorruptPayloadException(
                    "%s: only FP32 and FP16 can be quantised, others are raw".formatted(encoded));
        }
        return (int) elements;
    }

    private static Tensor decodeRaw(EncodedTensor encoded, int bytes) {
        ByteBuffer elements = exactly(bytes, encoded);
        return Tensor.of(encoded.type(), encoded.shape(), elements);
    }

    private static Tensor decodeHalves(EncodedTensor encoded, int elements) {
        ByteBuffer halves = exactly(elements * Short.BYTES, encoded);
        return encoded.type() == ElementType.FP16
                ? Tensor.of(ElementType.FP16, encoded.shape(), halves)
                : fromHalves(encoded.shape(), halves);
    }

    private static Tensor decodeAffine(EncodedTensor encoded, int elements) {
        AffinePacking packing = AffinePacking.of(encoded.codec().quantization());
        byte[] packed = encoded.codec().zstd()
                ? ZstdFrame.decompressOneOf(packing.possibleSizes(encoded.shape(), elements), encoded)
                : bytes(encoded.payload());
        return packing.unpack(encoded, packed, elements);
    }

    /** The payload without zstd, in a direct buffer of its own; refused unless it has this many bytes. */
    private static ByteBuffer exactly(int bytes, EncodedTensor encoded) {
        if (encoded.codec().zstd()) {
            return ZstdFrame.decompressDirect(bytes, encoded);
        }
        if (encoded.byteSize() != bytes) {
            throw new CorruptPayloadException("%s: expected %d bytes".formatted(encoded, bytes));
        }
        return ByteBuffer.allocateDirect(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(encoded.payload())
                .flip();
    }

    /** The remaining bytes as an array, which may be the buffer's own. */
    static byte[] bytes(ByteBuffer buffer) {
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.array().length == buffer.remaining()) {
            return buffer.array();
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    private static Optional<byte[]> toHalves(Tensor tensor) {
        FloatBlocks values = FloatBlocks.of(tensor);
        ByteBuffer payload = ByteBuffer.allocate(Math.multiplyExact(values.count(), Short.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] block = new float[BLOCK];
        short[] halves = new short[BLOCK];
        for (int from = 0; from < values.count(); from += BLOCK) {
            int length = Math.min(BLOCK, values.count() - from);
            values.get(from, block, length);
            for (int i = 0; i < length; i++) {
                halves[i] = Float.floatToFloat16(block[i]);
            }
            int largest = 0;
            for (int i = 0; i < length; i++) {
                largest = Math.max(largest, halves[i] & HALF_SPECIAL);
            }
            if (largest == HALF_SPECIAL) {
                return Optional.empty();
            }
            payload.asShortBuffer().put(from, halves, 0, length);
        }
        return Optional.of(payload.array());
    }

    private static Tensor fromHalves(Shape shape, ByteBuffer halves) {
        int count = halves.remaining() / Short.BYTES;
        ByteBuffer data = ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        FloatBlocks source = FloatBlocks.ofHalves(halves);
        float[] block = new float[BLOCK];
        for (int from = 0; from < count; from += BLOCK) {
            int length = Math.min(BLOCK, count - from);
            source.get(from, block, length);
            data.asFloatBuffer().put(from, block, 0, length);
        }
        return Tensor.of(ElementType.FP32, shape, data);
    }
}
