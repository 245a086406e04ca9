package dev.baton.gauge.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Layers as libtorch computes them, with their weights. A weight is made when its layer is first used, which must be
 * outside any pointer scope, or the weight would die with it: see {@link #initialised}.
 */
final class TorchLayers implements Layers<Tensor> {
    private static final double BATCH_NORM_EPSILON = 1e-5;
    private static final double BATCH_NORM_MOMENTUM = 0.05;

    private final Map<String, Tensor> learnt = new LinkedHashMap<>();
    private final Map<String, Tensor> statistics = new LinkedHashMap<>();
    private final Random random;
    private boolean training;
    private List<String> frozen = List.of();

    private TorchLayers(long seed) {
        random = new Random(seed);
    }

    /** The network of {@link GaugeNetwork} with all its weights, by chance. */
    static TorchLayers initialised(long seed) {
        TorchLayers network = new TorchLayers(seed);
        network.training(true);
        Tensor features = GaugeNetwork.features(network, torch.zeros(2, 3, GaugeNetwork.SIDE, GaugeNetwork.SIDE));
        GaugeNetwork.directions(network, features);
        GaugeNetwork.logits(network, features);
        return network;
    }

    /** Whether batch normalisation uses the batch (and updates the running statistics) or the running statistics. */
    void training(boolean value) {
        training = value;
    }

    @Override
    public Tensor convolution(
            String name, Tensor input, int inputChannels, int outputChannels, int kernel, int stride) {
        double deviation = Math.sqrt(2.0 / (inputChannels * kernel * kernel));
        // A residual branch starts as nothing, so that a block starts as the identity.
        float scale = name.endsWith("/conv2") ? 0.2f : 1f;
        Tensor weight = learnt(name + "/weight", deviation, 0, outputChannels, inputChannels, kernel, kernel);
        Tensor gamma = learnt(name + "/gamma", 0, scale, outputChannels);
        Tensor beta = learnt(name + "/beta", 0, 0, outputChannels);
        Tensor mean = statistics.computeIfAbsent(name + "/mean", k -> constant(0, outputChannels));
        Tensor variance = statistics.computeIfAbsent(name + "/variance", k -> constant(1, outputChannels));
        boolean learning = training && !isFrozen(name);
        long[] strides = {stride, stride};
        long[] padding = {kernel / 2, kernel / 2};
        Tensor x = torch.conv2d(input, weight, new TensorOptional(), strides, padding, new long[] {1, 1}, 1);
        return torch.batch_norm(
                x,
                new TensorOptional(gamma),
                new TensorOptional(beta),
                new TensorOptional(mean),
                new TensorOptional(variance),
                learning,
                BATCH_NORM_MOMENTUM,
                BATCH_NORM_EPSILON,
                false);
    }

    @Override
    public Tensor relu(String name, Tensor input) {
        return torch.relu(input);
    }

    @Override
    public Tensor add(String name, Tensor left, Tensor right) {
        return left.add(right);
    }

    @Override
    public Tensor flatten(String name, Tensor input) {
        return input.contiguous().flatten(1, -1);
    }

    @Override
    public Tensor linear(String name, Tensor input, int inputSize, int outputSize) {
        Tensor weight = learnt(name + "/weight", Math.sqrt(1.0 / inputSize), 0, outputSize, inputSize);
        Tensor bias = learnt(name + "/bias", 0, 0, outputSize);
        return torch.linear(input, weight, new TensorOptional(bias));
    }

    @Override
    public Tensor softmax(String name, Tensor input) {
        return torch.softmax(input, 1);
    }

    @Override
    public Tensor expectation(String name, Tensor input, float[] values) {
        return input.matmul(Tensor.create(values, values.length, 1));
    }

    /** Everything the optimiser changes. */
    TensorVector learntTensors() {
        return new TensorVector(learnt.entrySet().stream()
                .filter(entry -> !isFrozen(entry.getKey()))
                .map(Map.Entry::getValue)
                .toArray(Tensor[]::new));
    }

    /**
     * Leaves the layers whose names begin so as they are, from now on. The first layers of a network settle early and
     * cost most, since their outputs are largest.
     */
    void freeze(List<String> prefixes) {
        frozen = List.copyOf(prefixes);
        learnt.forEach((name, weight) -> weight.set_requires_grad(!isFrozen(name)));
    }

    private boolean isFrozen(String name) {
        return frozen.stream().anyMatch(name::startsWith);
    }

    /** What batch normalisation adds to a variance. */
    static double batchNormEpsilon() {
        return BATCH_NORM_EPSILON;
    }

    /** Everything a checkpoint holds, by name. */
    Map<String, Tensor> tensors() {
        Map<String, Tensor> all = new LinkedHashMap<>(learnt);
        all.putAll(statistics);
        return all;
    }

    private Tensor learnt(String name, double deviation, float start, long... shape) {
        Tensor tensor = learnt.get(name);
        if (tensor == null) {
            tensor = constant(start, shape);
            if (deviation > 0) {
                FloatPointer data = new FloatPointer(tensor.data_ptr());
                for (long i = 0; i < tensor.numel(); i++) {
                    data.put(i, (float) (random.nextGaussian() * deviation));
                }
            }
            tensor.set_requires_grad(true);
            learnt.put(name, tensor);
        }
        return tensor;
    }

    private static Tensor constant(float value, long... shape) {
        long size = 1;
        for (long dimension : shape) {
            size *= dimension;
        }
        float[] values = new float[(int) size];
        Arrays.fill(values, value);
        return Tensor.create(values, shape);
    }
}
