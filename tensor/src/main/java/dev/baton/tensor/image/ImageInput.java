package dev.baton.tensor.image;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How an encoded picture becomes the model input {@code input}: its size, then each channel as
 * {@code (value - mean) / std} with values in 0..255.
 *
 * @param input name of the model input
 * @param width pixels
 * @param height pixels
 * @param mean one number for each channel, in the order of {@code channels}
 * @param std one positive number for each channel, in the order of {@code channels}
 */
public record ImageInput(
        String input,
        int width,
        int height,
        Resize resize,
        Channels channels,
        Layout layout,
        List<Double> mean,
        List<Double> std) {
    /** Larger targets are no model inputs, and would be a way to make a node allocate. */
    static final int MAX_SIDE = 8192;

    public ImageInput {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (input.isEmpty()) {
            throw new IllegalArgumentException("image.input is empty: expected the name of a model input");
        }
        requireSide("width", width);
        requireSide("height", height);
        requireNumbers("mean", mean, channels);
        requireNumbers("std", std, channels);
        for (double value : std) {
            if (value <= 0) {
                throw new IllegalArgumentException("image.std %s: expected positive numbers".formatted(std));
            }
        }
    }

    private static void requireSide(String name, int value) {
        if (value < 1 || value > MAX_SIDE) {
            throw new IllegalArgumentException("image.%s %d: expected 1 to %d pixels".formatted(name, value, MAX_SIDE));
        }
    }

    private static void requireNumbers(String name, List<Double> values, Channels channels) {
        if (values.size() != channels.count() || !values.stream().allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("image.%s %s: expected %d finite numbers for %s"
                    .formatted(name, values, channels.count(), channels));
        }
    }

    /** How a picture of another size or proportion becomes the input's. */
    public enum Resize {
        /** The whole picture, proportions not kept. */
        STRETCH,
        /** Proportions kept, the target covered, what overhangs cut off equally on both sides. */
        COVER,
        /** Proportions kept, the whole picture centred, the rest black (value 0 before normalisation). */
        CONTAIN;

        /** The constant named {@code name} in any case. */
        public static Resize parse(String name) {
            return parseConstant("resize", name, values());
        }
    }

    /** Which channels the model takes, in which order. */
    public enum Channels {
        RGB(3),
        BGR(3),
        /** Luma: 0.299 R + 0.587 G + 0.114 B. */
        GRAY(1);

        private final int count;

        Channels(int count) {
            this.count = count;
        }

        public int count() {
            return count;
        }

        /** The constant named {@code name} in any case. */
        public static Channels parse(String name) {
            return parseConstant("channels", name, values());
        }
    }

    /** The order of the input tensor's dimensions. */
    public enum Layout {
        /** Batch, channels, height, width. */
        NCHW,
        /** Batch, height, width, channels. */
        NHWC;

        /** The constant named {@code name} in any case. */
        public static Layout parse(String name) {
            return parseConstant("layout", name, values());
        }
    }

    private static <E extends Enum<E>> E parseConstant(String what, String name, E[] constants) {
        for (E constant : constants) {
            if (constant.name().equals(name.toUpperCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw new IllegalArgumentException(
                "image.%s '%s': expected one of %s".formatted(what, name, Arrays.toString(constants)));
    }
}
