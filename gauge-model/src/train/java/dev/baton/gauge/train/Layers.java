package dev.baton.gauge.train;

/**
 * The vocabulary {@link GaugeNetwork} is written in. Each implementation gives the same description another meaning: a
 * forward pass that can be differentiated ({@link TorchLayers}), an ONNX graph ({@link OnnxLayers}), or a table of sizes
 * ({@link LayerTable}).
 *
 * @param <T> what flows between layers: a tensor, the name of one, or its shape
 */
interface Layers<T> {

    /** A square convolution with padding {@code kernel / 2}, followed by batch normalisation. */
    T convolution(String name, T input, int inputChannels, int outputChannels, int kernel, int stride);

    T relu(String name, T input);

    T add(String name, T left, T right);

    /** All dimensions after the batch as one. */
    T flatten(String name, T input);

    /** A fully connected layer with bias. */
    T linear(String name, T input, int inputSize, int outputSize);

    T softmax(String name, T input);

    /** The mean of {@code values} weighted by the probabilities in {@code input}. */
    T expectation(String name, T input, float[] values);
}
