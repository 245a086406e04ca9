package dev.baton.models;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import dev.baton.tensor.image.ImageInput.Channels;
import dev.baton.tensor.image.ImageInput.Layout;
import dev.baton.tensor.image.ImageInput.Resize;
import java.util.List;
import java.util.Optional;

/**
 * How a picture probably becomes an input of which only the shape is known: covered, RGB, and normalised with ImageNet's
 * statistics, as most classifiers are trained. A grey input is scaled to 0..1.
 */
final class ImageGuess {

    private static final List<Double> IMAGENET_MEAN = List.of(123.675, 116.28, 103.53);
    private static final List<Double> IMAGENET_STD = List.of(58.395, 57.12, 57.375);

    private ImageGuess() {}

    /** For the first input that can take a picture: FP32, four dimensions, 1 or 3 channels, known height and width. */
    static Optional<ImageInput> of(List<TensorSpec> inputs) {
        return inputs.stream().flatMap(input -> of(input).stream()).findFirst();
    }

    private static Optional<ImageInput> of(TensorSpec input) {
        if (input.type() != ElementType.FP32
                || input.shape().rank() != 4
                || input.shape().dimension(0) > 1) {
            return Optional.empty();
        }
        long second = input.shape().dimension(1);
        long third = input.shape().dimension(2);
        long last = input.shape().dimension(3);
        if (isChannels(second) && third > 0 && last > 0) {
            return Optional.of(of(input.name(), last, third, second, Layout.NCHW));
        }
        if (isChannels(last) && second > 0 && third > 0) {
            return Optional.of(of(input.name(), third, second, last, Layout.NHWC));
        }
        return Optional.empty();
    }

    private static ImageInput of(String name, long width, long height, long channels, Layout layout) {
        return channels == 3
                ? new ImageInput(
                        name,
                        Math.toIntExact(width),
                        Math.toIntExact(height),
                        Resize.COVER,
                        Channels.RGB,
                        layout,
                        IMAGENET_MEAN,
                        IMAGENET_STD)
                : new ImageInput(
                        name,
                        Math.toIntExact(width),
                        Math.toIntExact(height),
                        Resize.COVER,
                        Channels.GRAY,
                        layout,
                        List.of(0.0),
                        List.of(255.0));
    }

    private static boolean isChannels(long dimension) {
        return dimension == 1 || dimension == 3;
    }
}
