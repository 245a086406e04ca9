package dev.baton.gauge;

import java.awt.image.BufferedImage;

/**
 * A picture as the gauge model takes it: {@value #SIDE} x {@value #SIDE}, planes of red, green and blue. Resized by area
 * averaging: each pixel of the result is the mean of the part of the picture it covers.
 */
public final class ModelInput {

    /** Width and height of the model's input, in pixels. */
    public static final int SIDE = 128;

    /** Values per picture. */
    public static final int LENGTH = 3 * SIDE * SIDE;

    /** What the model expects for a value {@code v} of 0 to 255 is {@code (v - MEAN) / DEVIATION}. */
    public static final float MEAN = 127.5f;

    /** See {@link #MEAN}. */
    public static final float DEVIATION = 63.75f;

    private ModelInput() {}

    /** Planes of red, green and blue, 0 to 255, not normalised. */
    public static float[] resized(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        if (width < SIDE || height < SIDE) {
            throw new IllegalArgumentException(
                    "picture of %d x %d is smaller than the model's input".formatted(width, height));
        }
        int[] pixels = picture.getRGB(0, 0, width, height, null, 0, width);
        float[] across = new float[3 * height * SIDE];
        for (int x = 0; x < SIDE; x++) {
            double from = (double) x * width / SIDE;
            double to = (double) (x + 1) * width / SIDE;
            for (int column = (int) from; column < Math.min(width, Math.ceil(to)); column++) {
                float share = (float) ((Math.min(to, column + 1.0) - Math.max(from, column)) / (to - from));
                for (int y = 0; y < height; y++) {
                    int rgb = pixels[y * width + column];
                    int at = y * SIDE + x;
                    across[at] += share * (rgb >> 16 & 255);
                    across[at + height * SIDE] += share * (rgb >> 8 & 255);
                    across[at + 2 * height * SIDE] += share * (rgb & 255);
                }
            }
        }
        float[] result = new float[LENGTH];
        for (int y = 0; y < SIDE; y++) {
            double from = (double) y * height / SIDE;
            double to = (double) (y + 1) * height / SIDE;
            for (int row = (int) from; row < Math.min(height, Math.ceil(to)); row++) {
                float share = (float) ((Math.min(to, row + 1.0) - Math.max(from, row)) / (to - from));
                for (int plane = 0; plane < 3; plane++) {
                    int source = (plane * height + row) * SIDE;
                    int target = (plane * SIDE + y) * SIDE;
                    for (int x = 0; x < SIDE; x++) {
                        result[target + x] += share * across[source + x];
                    }
                }
            }
        }
        return result;
    }

    /** {@link #resized}, normalised as the model expects it. */
    public static float[] normalised(BufferedImage picture) {
        float[] values = resized(picture);
        for (int i = 0; i < values.length; i++) {
            values[i] = (values[i] - MEAN) / DEVIATION;
        }
        return values;
    }
}
