package dev.baton.tensor.codec;

import dev.baton.tensor.Tensor;

/** Encodes tensors for the link and decodes them behind it. */
public final class Codecs {
    private Codecs() {}

    /**
     * Encodes {@code tensor}. The codec of the result may be a more exact one than was asked for: tensors that are not
     * FP32 or FP16 stay raw, and so do tensors with a NaN or an infinity.
     */
    @SuppressWarnings("DoNotCallSuggester")
    public static EncodedTensor encode(Tensor tensor, Codec codec) {
        throw new UnsupportedOperationException(tensor + " " + codec);
    }

    /**
     * Decodes a payload from anywhere.
     *
     * @param maxBytes the largest tensor to accept, in bytes of its elements
     * @throws CorruptPayloadException when the payload is not what type, shape and codec say, or is too large
     */
    @SuppressWarnings("DoNotCallSuggester")
    public static Tensor decode(EncodedTensor encoded, long maxBytes) {
        throw new UnsupportedOperationException(encoded + " " + maxBytes);
    }
}
