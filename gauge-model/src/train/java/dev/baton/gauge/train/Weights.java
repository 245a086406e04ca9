package dev.baton.gauge.train;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;

/** The weights of a network outside libtorch, by the name of their layer: a checkpoint, or a running mean of weights. */
record Weights(Map<String, float[]> values) {

    static Weights of(TorchLayers layers) {
        Map<String, float[]> values = new LinkedHashMap<>();
        layers.tensors().forEach((name, tensor) -> {
            float[] copy = new float[(int) tensor.numel()];
            new FloatPointer(tensor.data_ptr()).get(copy);
            values.put(name, copy);
        });
        return new Weights(values);
    }

    /** Overwrites what {@code layers} holds, which must have been used once so that its weights exist. */
    void into(TorchLayers layers) {
        layers.tensors().forEach((name, tensor) -> {
            float[] value = get(name);
            if (value.length != tensor.numel()) {
                throw new IllegalArgumentException(
                        "%s has %d weights, the network has %d".formatted(name, value.length, tensor.numel()));
            }
            new FloatPointer(tensor.data_ptr()).put(value);
        });
    }

    /** Moves these a part of the way towards the weights that {@code layers} holds now. */
    void moveTowards(TorchLayers layers, float part) {
        layers.tensors().forEach((name, tensor) -> {
            float[] mean = get(name);
            FloatPointer now = new FloatPointer(tensor.data_ptr());
            float[] current = new float[mean.length];
            now.get(current);
            for (int i = 0; i < mean.length; i++) {
                mean[i] += (current[i] - mean[i]) * part;
            }
        });
    }

    float[] get(String name) {
        float[] value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no weights for " + name);
        }
        return value;
    }

    void write(Path file) throws IOException {
        try (DataOutputStream output =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
            output.writeInt(values.size());
            for (Map.Entry<String, float[]> entry : values.entrySet()) {
                output.writeUTF(entry.getKey());
                output.writeInt(entry.getValue().length);
                for (float value : entry.getValue()) {
                    output.writeFloat(value);
                }
            }
        }
    }

    static Weights read(Path file) throws IOException {
        try (DataInputStream input =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            Map<String, float[]> values = new LinkedHashMap<>();
            for (int remaining = input.readInt(); remaining > 0; remaining--) {
                String name = input.readUTF();
                float[] value = new float[input.readInt()];
                for (int i = 0; i < value.length; i++) {
                    value[i] = input.readFloat();
                }
                values.put(name, value);
            }
            return new Weights(values);
        }
    }
}
