package dev.baton.tensor.image;

/**
 * How pictures of one size become one input: the weights of both axes, and where the result lies in the target.
 *
 * @param left target column of the first resampled one; above 0 only beside a letterboxed picture
 * @param top target row of the first resampled one
 */
record Resampling(int sourceWidth, int sourceHeight, AxisWeights horizontal, AxisWeights vertical, int left, int top) {
    boolean isFor(int width, int height) {
        return width == sourceWidth && height == sourceHeight;
    }

    static Resampling of(int sourceWidth, int sourceHeight, ImageInput input) {
        double acrossScale = (double) input.width() / sourceWidth;
        double downScale = (double) input.height() / sourceHeight;
        return switch (input.resize()) {
            case STRETCH ->
                new Resampling(
                        sourceWidth,
                        sourceHeight,
                        AxisWeights.of(sourceWidth, 0, sourceWidth, input.width()),
                        AxisWeights.of(sourceHeight, 0, sourceHeight, input.height()),
                        0,
                        0);
            case COVER -> {
                double scale = Math.max(acrossScale, downScale);
                double boxWidth = Math.min(sourceWidth, input.width() / scale);
                double boxHeight = Math.min(sourceHeight, input.height() / scale);
                yield new Resampling(
                        sourceWidth,
                        sourceHeight,
                        AxisWeights.of(sourceWidth, (sourceWidth - boxWidth) / 2, boxWidth, input.width()),
                        AxisWeights.of(sourceHeight, (sourceHeight - boxHeight) / 2, boxHeight, input.height()),
                        0,
                        0);
            }
            case CONTAIN -> {
                double scale = Math.min(acrossScale, downScale);
                int width = Math.clamp(Math.round(sourceWidth * scale), 1, input.width());
                int height = Math.clamp(Math.round(sourceHeight * scale), 1, input.height());
                yield new Resampling(
                        sourceWidth,
                        sourceHeight,
                        AxisWeights.of(sourceWidth, 0, sourceWidth, width),
                        AxisWeights.of(sourceHeight, 0, sourceHeight, height),
                        (input.width() - width) / 2,
                        (input.height() - height) / 2);
            }
        };
    }
}
