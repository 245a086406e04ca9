package dev.baton.edge.service;

import ai.onnx.proto.OnnxMl;
import java.util.Arrays;
import java.util.Random;

/** A branch of a classifier: average pooling and one linear layer, trained by softmax regression. */
final class LinearExit {

    static final String OUTPUT = "exit";
    static final String FLAT = "exit-flat";

    private static final String POOLED = "exit-pooled";
    private static final int POOLING = 4;
    private static final int EPOCHS = 60;
    private static final double STEP = 0.02;
    private static final double DECAY = 2e-3;

    private final int inputs;
    private final int classes;
    private final float[] weights;
    private final float[] bias;

    private LinearExit(int inputs, int classes, float[] weights, float[] bias) {
        this.inputs = inputs;
        this.classes = classes;
        this.weights = weights;
        this.bias = bias;
    }

    /** Learns by gradient descent, from one sample after the other in random order. */
    static LinearExit train(float[][] samples, int[] labels, int classes) {
        int count = samples.length;
        int inputs = samples[0].length;
        float[] weights = new float[inputs * classes];
        float[] bias = new float[classes];
        float scale = scale(samples);
        Random random = new Random(1);
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            double step = STEP / (1 + epoch / 10.0);
            for (int turn = 0; turn < count; turn++) {
                int sample = random.nextInt(count);
                double[] wrong = softmax(scores(samples[sample], scale, weights, bias));
                wrong[labels[sample]] -= 1;
                for (int input = 0; input < inputs; input++) {
                    float value = samples[sample][input] * scale;
                    for (int c = 0; c < classes; c++) {
                        int at = input * classes + c;
                        weights[at] -= (float) (step * (wrong[c] * value + DECAY * weights[at]));
                    }
                }
                for (int c = 0; c < classes; c++) {
                    bias[c] -= (float) (step * wrong[c]);
                }
            }
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= scale; // the network's features are not scaled
        }
        return new LinearExit(inputs, classes, weights, bias);
    }

    /** Makes features about 1 in size. */
    private static float scale(float[][] samples) {
        double squares = 0;
        for (float[] sample : samples) {
            for (float value : sample) {
                squares += value * value;
            }
        }
        return (float) (1 / Math.sqrt(squares / samples.length / samples[0].length));
    }

    private static double[] scores(float[] sample, float scale, float[] weights, float[] bias) {
        double[] scores = new double[bias.length];
        Arrays.setAll(scores, c -> bias[c]);
        for (int input = 0; input < sample.length; input++) {
            float value = sample[input] * scale;
            for (int c = 0; c < scores.length; c++) {
                scores[c] += value * weights[input * scores.length + c];
            }
        }
        return scores;
    }

    private static double[] softmax(double[] scores) {
        double highest = Arrays.stream(scores).max().orElseThrow();
        double[] powers =
                Arrays.stream(scores).map(score -> Math.exp(score - highest)).toArray();
        double sum = Arrays.stream(powers).sum();
        return Arrays.stream(powers).map(power -> power / sum).toArray();
    }

    static OnnxMl.NodeProto pooling(String features) {
        return BranchedModel.node("AveragePool", POOLED, features).toBuilder()
                .addAttribute(sides("kernel_shape"))
                .addAttribute(sides("strides"))
                .build();
    }

    static OnnxMl.NodeProto flattening() {
        return BranchedModel.node("Flatten", FLAT, POOLED);
    }

    private static OnnxMl.AttributeProto sides(String name) {
        return OnnxMl.AttributeProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.AttributeProto.AttributeType.INTS)
                .addInts(POOLING)
                .addInts(POOLING)
                .build();
    }

    /** Adds the branch after {@code features}, with its output. */
    void addTo(OnnxMl.GraphProto.Builder graph, String features) {
        graph.addInitializer(BranchedModel.weights("exit-weights", weights, inputs, classes))
                .addInitializer(BranchedModel.weights("exit-bias", bias, classes))
                .addNode(pooling(features))
                .addNode(flattening())
                .addNode(BranchedModel.node("Gemm", OUTPUT, FLAT, "exit-weights", "exit-bias"))
                .addOutput(BranchedModel.value(OUTPUT, -1, classes));
    }
}
