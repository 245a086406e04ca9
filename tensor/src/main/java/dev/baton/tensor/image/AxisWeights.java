package dev.baton.tensor.image;

/** One axis of a resampling: each target pixel is a weighted sum of consecutive source pixels; weights add up to 1. */
final class AxisWeights {
    private final int[] first;

    /** Where a target pixel's weights begin; one entry more than there are target pixels. */
    private final int[] starts;

    private final float[] weights;

    private AxisWeights(int[] first, int[] starts, float[] weights) {
        this.first = first;
        this.starts = starts;
        this.weights = weights;
    }

    /**
     * Weights that map the source interval from {@code start} over {@code length}, both in pixels of an axis with
     * {@code sourceLength} of them, onto {@code targetLength} pixels.
     */
    static AxisWeights of(int sourceLength, double start, double length, int targetLength) {
        double step = length / targetLength;
        int mostTaps = (int) Math.ceil(Math.max(step, 1)) + 1;
        int[] first = new int[targetLength];
        int[] starts = new int[targetLength + 1];
        float[] weights = new float[Math.multiplyExact(targetLength, mostTaps)];
        int filled = 0;
        for (int target = 0; target < targetLength; target++) {
            double from;
            double to;
            if (step > 1) { // the area that the target pixel covers
                from = start + target * step;
                to = from + step;
            } else { // linear between two centres: the area of one source pixel's width around the target's centre
                double centre = start + (target + 0.5) * step;
                from = centre - 0.5;
                to = centre + 0.5;
            }
            int begin = Math.clamp((long) Math.floor(from), 0, sourceLength - 1);
            int end = Math.clamp((long) Math.ceil(to), begin + 1, sourceLength);
            first[target] = begin;
            starts[target] = filled;
            for (int source = begin; source < end; source++) {
                // What lies beyond the picture counts as its border.
                double low = source == 0 ? from : Math.max(from, source);
                double high = source == sourceLength - 1 ? to : Math.min(to, source + 1.0);
                weights[filled++] = (float) ((high - low) / (to - from));
            }
        }
        starts[targetLength] = filled;
        return new AxisWeights(first, starts, weights);
    }

    int targetLength() {
        return first.length;
    }

    /** The first source pixel that counts for {@code target}. */
    int first(int target) {
        return first[target];
    }

    /** How many source pixels count for {@code target}. */
    int taps(int target) {
        return starts[target + 1] - starts[target];
    }

    float weight(int target, int tap) {
        return weights[starts[target] + tap];
    }

    /** Resamples the samples at {@code offset}, {@code offset + stride}... of {@code source} into {@code target}. */
    void apply(float[] source, int stride, int offset, float[] target) {
        for (int x = 0; x < target.length; x++) {
            int sample = first[x] * stride + offset;
            float sum = 0;
            for (int weight = starts[x]; weight < starts[x + 1]; weight++) {
                sum += weights[weight] * source[sample];
                sample += stride;
            }
            target[x] = sum;
        }
    }
}
