package dev.baton.tensor.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** One zstd frame that declares its content size, around a payload. Throws ZstdException for what zstd itself refuses. */
final class ZstdFrame {
    /*
     * Level 1: activations are noise in their low bits and zeros after a ReLU, which the fastest level already finds;
     * level 3 takes twice the time for a few per cent. The frame is decompressed in one call straight into an array of
     * the size that type, shape and codec need: whatever window or content size a hostile frame declares, zstd then
     * allocates nothing for it, and a bomb ends at the array's end. Frames after the first are refused.
     */
    private static final int LEVEL = 1;

    private ZstdFrame() {}

    static ByteBuffer compress(ByteBuffer payload) {
        byte[] content = Codecs.bytes(payload);
        byte[] frame = new byte[Math.toIntExact(Zstd.compressBound(content.length))];
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            zstd.setLevel(LEVEL);
            zstd.setContentSize(true);
            int length = zstd.compressByteArray(frame, 0, frame.length, content, 0, content.length);
            return ByteBuffer.wrap(frame, 0, length);
        }
    }

    /** Decompresses {@code encoded} into a direct buffer of {@code size} bytes, or refuses it. */
    static ByteBuffer decompressDirect(int size, EncodedTensor encoded) {
        byte[] frame = requireFrame(encoded);
        if (contentSize(frame) != size) {
            throw corrupt(encoded, "the zstd frame declares %d bytes, expected %d".formatted(contentSize(frame), size));
        }
        ByteBuffer content = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
        try (ZstdDecompressCtx zstd = new ZstdDecompressCtx()) {
            requireSize(
                    zstd.decompressByteArrayToDirectByteBuffer(content, 0, size, frame, 0, frame.length),
                    size,
                    encoded);
            return content;
        }
    }

    /** Decompresses {@code encoded} when it declares one of {@code sizes}, or refuses it. */
    static byte[] decompressOneOf(int[] sizes, EncodedTensor encoded) {
        byte[] frame = requireFrame(encoded);
        long declared = contentSize(frame);
        for (int size : sizes) {
            if (size == declared) {
                return decompress(size, frame, encoded);
            }
        }
        throw corrupt(
                encoded,
                "the zstd frame declares %d bytes, no payload of this shape has that size".formatted(declared));
    }

    private static byte[] decompress(int size, byte[] frame, EncodedTensor encoded) {
        byte[] content = new byte[size];
        try (ZstdDecompressCtx zstd = new ZstdDecompressCtx()) {
            requireSize(zstd.decompressByteArray(content, 0, size, frame, 0, frame.length), size, encoded);
            return content;
        }
    }

    private static byte[] requireFrame(EncodedTensor encoded) {
        byte[] frame = Codecs.bytes(encoded.payload());
        if (frame.length == 0) {
            throw corrupt(encoded, "expected a zstd frame");
        }
        long length = Zstd.findFrameCompressedSize(frame);
        if (length != frame.length) {
            throw corrupt(encoded, "the zstd frame ends after %d bytes".formatted(length));
        }
        return frame;
    }

    /** Negative when the frame does not say. */
    private static long contentSize(byte[] frame) {
        return Zstd.getFrameContentSize(frame);
    }

    private static void requireSize(int decompressed, int size, EncodedTensor encoded) {
        if (decompressed != size) {
            throw corrupt(encoded, "the zstd frame holds %d bytes, expected %d".formatted(decompressed, size));
        }
    }

    private static CorruptPayloadException corrupt(EncodedTensor encoded, String why) {
        return new CorruptPayloadException("%s: %s".formatted(encoded, why));
    }
}
