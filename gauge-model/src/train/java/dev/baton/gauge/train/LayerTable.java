package dev.baton.gauge.train;

import java.util.Arrays;
import java.util.Locale;

/** Layers as rows of a table: shape, parameters and multiply-accumulates of each, for one picture. */
final class LayerTable implements Layers<int[]> {
    private final StringBuilder rows = new StringBuilder("| layer | output | parameters | multiply-accumulates |\n")
            .append("|---|---|---:|---:|\n");
    private long parameters;
    private long operations;

    private LayerTable() {}

    static String ofNetwork() {
        LayerTable table = new LayerTable();
        int[] features = GaugeNetwork.features(table, new int[] {3, GaugeNetwork.SIDE, GaugeNetwork.SIDE});
        GaugeNetwork.read(table, GaugeNetwork.logits(table, features));
        table.row("**all**", new int[0], table.parameters, table.operations);
        return table.rows.toString();
    }

    @Override
    public int[] convolution(String name, int[] input, int inputChannels, int outputChannels, int kernel, int stride) {
        int[] output = {outputChannels, input[1] / stride, input[2] / stride};
        long weights = (long) inputChannels * outputChannels * kernel * kernel;
        return counted(name, output, weights + outputChannels, weights * output[1] * output[2]);
    }

    @Override
    public int[] relu(String name, int[] input) {
        return input;
    }

    @Override
    public int[] add(String name, int[] left, int[] right) {
        return left;
    }

    @Override
    public int[] flatten(String name, int[] input) {
        return new int[] {Arrays.stream(input).reduce(1, (a, b) -> a * b)};
    }

    @Override
    public int[] linear(String name, int[] input, int inputSize, int outputSize) {
        long weights = (long) inputSize * outputSize;
        return counted(name, new int[] {outputSize}, weights + outputSize, weights);
    }

    @Override
    public int[] softmax(String name, int[] input) {
        return input;
    }

    @Override
    public int[] expectation(String name, int[] input, float[] values) {
        return counted(name, new int[] {1}, values.length, values.length);
    }

    private int[] counted(String name, int[] output, long layerParameters, long layerOperations) {
        row("`" + name + "`", output, layerParameters, layerOperations);
        parameters += layerParameters;
        operations += layerOperations;
        return output;
    }

    private void row(String name, int[] output, long layerParameters, long layerOperations) {
        String shape = String.join(" x ", Arrays.stream(output).mapToObj(Integer::toString).toList());
        rows.append(String.format(
                Locale.ROOT, "| %s | %s | %,d | %,d |%n", name, shape, layerParameters, layerOperations));
    }
}
