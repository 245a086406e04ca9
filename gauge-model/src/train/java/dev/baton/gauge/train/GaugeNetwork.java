package dev.baton.gauge.train;

/**
 * The gauge reader: a residual convolutional network from a picture of 3 x 128 x 128 to a fraction of full scale.
 *
 * <p>{@link #read} is the part that is exported. {@link #directions} exists during training only.
 */
final class GaugeNetwork {
    /* Why a softmax over bins and its mean instead of one number: where the needle could be at two places, a regression
       is pulled to the middle, a distribution keeps both peaks until the evidence decides, and its gradient does not
       vanish far from the answer. Why directions: the reading is (needle - start) / (end - start), a quotient that a
       network discovers slowly from the reading alone. Told the three angles as well, it converges several times
       faster; the angles are known exactly because the renderer draws the pictures. Why flatten and not a global mean:
       the answer is a place, which a mean over places would have to carry in channels. */

    static final int SIDE = 128;
    static final int BINS = 80;

    /** Bins reach a little beyond the scale so that the mean can reach its ends. */
    static final float BIN_MARGIN = 0.06f;

    /** Directions learnt besides the reading: needle, start and end of the scale, each as sine and cosine. */
    static final int DIRECTION_VALUES = 6;

    private static final int[] STAGE_CHANNELS = {16, 32, 64, 128, 128};
    private static final int LAST_SIDE = 4;
    private static final int FEATURES = 256;
    private static final int HIDDEN = 128;

    private GaugeNetwork() {}

    /** What the network sees in a picture: {@value #FEATURES} features of the whole dial. */
    static <T> T features(Layers<T> layers, T image) {
        T x = layers.relu("stem/relu", layers.convolution("stem/conv", image, 3, STAGE_CHANNELS[0], 5, 2));
        x = block(layers, "stage1/block1", x, STAGE_CHANNELS[0], STAGE_CHANNELS[0], 1);
        for (int stage = 2; stage <= STAGE_CHANNELS.length; stage++) {
            int before = STAGE_CHANNELS[stage - 2];
            int channels = STAGE_CHANNELS[stage - 1];
            x = block(layers, "stage" + stage + "/block1", x, before, channels, 2);
            x = block(layers, "stage" + stage + "/block2", x, channels, channels, 1);
        }
        x = layers.flatten("head/flatten", x);
        x = layers.linear("head/features", x, STAGE_CHANNELS[4] * LAST_SIDE * LAST_SIDE, FEATURES);
        return layers.relu("head/features_relu", x);
    }

    /** Unnormalised log probabilities of the reading, one for each of {@link #binCentres}. */
    static <T> T logits(Layers<T> layers, T features) {
        T x = layers.linear("head/hidden", features, FEATURES, HIDDEN);
        x = layers.relu("head/hidden_relu", x);
        return layers.linear("head/logits", x, HIDDEN, BINS);
    }

    /** The reading as a fraction of full scale. */
    static <T> T read(Layers<T> layers, T logits) {
        return layers.expectation("reading", layers.softmax("head/probabilities", logits), binCentres());
    }

    /** Sine and cosine of needle, start and end of the scale; learnt besides the reading and not exported. */
    static <T> T directions(Layers<T> layers, T features) {
        return layers.linear("training/directions", features, FEATURES, DIRECTION_VALUES);
    }

    static float[] binCentres() {
        float[] centres = new float[BINS];
        for (int i = 0; i < BINS; i++) {
            centres[i] = -BIN_MARGIN + (1 + 2 * BIN_MARGIN) * i / (BINS - 1);
        }
        return centres;
    }

    private static <T> T block(Layers<T> layers, String name, T input, int inputChannels, int channels, int stride) {
        T x = layers.relu(
                name + "/relu1", layers.convolution(name + "/conv1", input, inputChannels, channels, 3, stride));
        x = layers.convolution(name + "/conv2", x, channels, channels, 3, 1);
        T shortcut = stride == 1
                ? input
                : layers.convolution(name + "/shortcut", input, inputChannels, channels, 1, stride);
        return layers.relu(name + "/relu2", layers.add(name + "/add", x, shortcut));
    }
}
