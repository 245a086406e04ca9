package dev.baton.gauge.train;

import dev.baton.gauge.ModelInput;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Pictures to learn from at one step, normalised, with what the network should say about them. */
final class Batch {
    /** Standard deviation of a target distribution, in bins. */
    private static final double TARGET_WIDTH = 1.0;

    private static final int SIDE = ModelInput.SIDE;
    private static final int PLANE = SIDE * SIDE;

    private final int size;
    private final float[] images;
    private final float[] fractions;
    private final float[] bins;
    private final float[] directions;

    private Batch(int size) {
        this.size = size;
        images = new float[size * ModelInput.LENGTH];
        fractions = new float[size];
        bins = new float[size * GaugeNetwork.BINS];
        directions = new float[size * GaugeNetwork.DIRECTION_VALUES];
    }

    /** Pictures as drawn. */
    static Batch plain(PictureCache cache, int first, int size) {
        return of(cache, size, i -> first + i, null);
    }

    /** Pictures chosen at random from {@code from} on, most of them turned, shifted, scaled, or in another light. */
    static Batch augmented(PictureCache cache, int from, int size, SplittableRandom random) {
        return of(cache, size, i -> random.nextInt(from, cache.size()), random);
    }

    private static Batch of(
            PictureCache cache, int size, IntUnaryOperator choice, @Nullable SplittableRandom random) {
        Batch batch = new Batch(size);
        byte[] planes = new byte[ModelInput.LENGTH];
        for (int i = 0; i < size; i++) {
            int index = choice.applyAsInt(i);
            cache.planes(index, planes);
            double turned = random == null ? 0 : augment(planes, batch.images, i * ModelInput.LENGTH, random);
            if (random == null) {
                for (int k = 0; k < planes.length; k++) {
                    batch.images[i * ModelInput.LENGTH + k] = normalised(planes[k] & 255);
                }
            }
            batch.label(i, cache.fraction(index), cache.degrees(index), turned);
        }
        return batch;
    }

    int size() {
        return size;
    }

    /** Planes of red, green and blue of all pictures, one picture after another. */
    float[] images() {
        return images;
    }

    /** The readings. */
    float[] fractions() {
        return fractions;
    }

    /** The readings as distributions over {@link GaugeNetwork#binCentres}. */
    float[] bins() {
        return bins;
    }

    /** Sine and cosine of needle, start and end of the scale. */
    float[] directions() {
        return directions;
    }

    private void label(int i, float fraction, float[] degrees, double turned) {
        fractions[i] = fraction;
        for (int d = 0; d < degrees.length; d++) {
            double angle = Math.toRadians(degrees[d] + turned);
            directions[i * GaugeNetwork.DIRECTION_VALUES + 2 * d] = (float) Math.sin(angle);
            directions[i * GaugeNetwork.DIRECTION_VALUES + 2 * d + 1] = (float) Math.cos(angle);
        }
        float[] centres = GaugeNetwork.binCentres();
        double step = centres[1] - centres[0];
        double sum = 0;
        double[] weights = new double[centres.length];
        for (int b = 0; b < centres.length; b++) {
            double distance = (centres[b] - fraction) / (step * TARGET_WIDTH);
            weights[b] = Math.exp(-distance * distance / 2);
            sum += weights[b];
        }
        for (int b = 0; b < centres.length; b++) {
            bins[i * centres.length + b] = (float) (weights[b] / sum);
        }
    }

    /** Writes a changed picture; returns by how many degrees it was turned clockwise. */
    private static double augment(byte[] planes, float[] images, int at, SplittableRandom random) {
        float gain = (float) random.nextDouble(0.8, 1.2);
        float lift = (float) random.nextDouble(-20, 20);
        float[] gains = new float[3];
        for (int c = 0; c < 3; c++) {
            gains[c] = gain * (float) random.nextDouble(0.93, 1.07);
        }
        // A third stays on its pixel grid: turning blurs, and pictures in use are not blurred that way.
        if (random.nextInt(3) == 0) {
            for (int k = 0; k < ModelInput.LENGTH; k++) {
                images[at + k] = lit(planes[k] & 255, gains[k / PLANE], lift);
            }
            return 0;
        }
        double degrees = random.nextDouble(-10, 10);
        double scale = random.nextDouble(0.93, 1.07);
        double shiftX = random.nextDouble(-5, 5);
        double shiftY = random.nextDouble(-5, 5);
        double cos = Math.cos(Math.toRadians(degrees)) / scale;
        double sin = Math.sin(Math.toRadians(degrees)) / scale;
        double middle = (SIDE - 1) / 2.0;
        for (int y = 0; y < SIDE; y++) {
            double dy = y - middle - shiftY;
            for (int x = 0; x < SIDE; x++) {
                double dx = x - middle - shiftX;
                float u = (float) Math.clamp(middle + cos * dx + sin * dy, 0, SIDE - 1.001);
                float v = (float) Math.clamp(middle - sin * dx + cos * dy, 0, SIDE - 1.001);
                int left = (int) u;
                int top = (int) v;
                float fx = u - left;
                float fy = v - top;
                int source = top * SIDE + left;
                int target = at + y * SIDE + x;
                for (int c = 0; c < 3; c++) {
                    float above = (planes[source] & 255) * (1 - fx) + (planes[source + 1] & 255) * fx;
                    float below = (planes[source + SIDE] & 255) * (1 - fx) + (planes[source + SIDE + 1] & 255) * fx;
                    images[target] = lit(above + (below - above) * fy, gains[c], lift);
                    source += PLANE;
                    target += PLANE;
                }
            }
        }
        return degrees;
    }

    private static float lit(float value, float gain, float lift) {
        return normalised(Math.clamp(value * gain + lift, 0f, 255f));
    }

    private static float normalised(float value) {
        return (value - ModelInput.MEAN) / ModelInput.DEVIATION;
    }
}
