package dev.baton.tensor.image;

import dev.baton.tensor.Tensor;
import java.util.Optional;

/** Turns encoded pictures into one model's input tensor. Thread-safe. */
public final class ImagePreprocessor {
    private final ImageInput input;

    public ImagePreprocessor(ImageInput input) {
        this.input = input;
    }

    /**
     * The input tensor, FP32, {@code [1, C, H, W]} or {@code [1, H, W, C]}.
     *
     * @throws UnreadableImageException when the bytes are no picture that can be read, or it is too large
     */
    @SuppressWarnings("DoNotCallSuggester")
    public Tensor toTensor(byte[] encodedImage) {
        throw new UnsupportedOperationException(input.input() + encodedImage.length);
    }

    /** {@code image/jpeg} or {@code image/png} by the first bytes; empty for anything else. */
    @SuppressWarnings("DoNotCallSuggester")
    public static Optional<String> mediaType(byte[] encodedImage) {
        throw new UnsupportedOperationException("" + encodedImage.length);
    }
}
