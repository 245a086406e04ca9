package dev.baton.planning.device;

import dev.baton.tensor.codec.Codec;

/*
 * What packing took per FP32 byte on one core of an AMD EPYC (./baton bench codecs; docs/codecs.md has the ranges), rounded. It stands in
 * until an edge node has measured its own codecs, which it does when it opens a model. Unpacking a step code takes as long as
 * packing, the others are faster to unpack; taken as equal here.
 */
/** Times of codecs and pictures on the core that {@code codecSpeed} is relative to; estimates for devices that measured none. */
final class CodecSpeeds {

    /** Each call: buffers, loops that begin. */
    private static final double CALL_MICROS = 15;

    private static final double AFFINE_NANOS_PER_BYTE = 0.35;
    private static final double ZSTD_NANOS_PER_BYTE = 0.6;
    private static final double STEP_NANOS_PER_BYTE = 20;
    private static final double COPY_NANOS_PER_BYTE = 0.05;

    /** Decoding a JPEG, scaling and normalising it: for each of its bytes, and for each byte of the tensor. */
    private static final double JPEG_NANOS_PER_BYTE = 50;

    private static final double PIXEL_NANOS_PER_TENSOR_BYTE = 1.5;

    private CodecSpeeds() {}

    static double micros(Codec codec, long tensorBytes) {
        double nanosPerByte =
                switch (codec.quantization()) {
                    case RAW -> COPY_NANOS_PER_BYTE;
                    case FP16, INT8, INT4 -> AFFINE_NANOS_PER_BYTE;
                    case STEP12, STEP6, STEP3 -> STEP_NANOS_PER_BYTE;
                };
        return CALL_MICROS + (nanosPerByte + (codec.zstd() ? ZSTD_NANOS_PER_BYTE : 0)) * tensorBytes / 1e3;
    }

    static double pictureMicros(long pictureBytes, long tensorBytes) {
        return CALL_MICROS + (JPEG_NANOS_PER_BYTE * pictureBytes + PIXEL_NANOS_PER_TENSOR_BYTE * tensorBytes) / 1e3;
    }
}
