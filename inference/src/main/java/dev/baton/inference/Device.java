package dev.baton.inference;

import java.util.Locale;

/** Where a model runs: {@code cpu} or {@code gpu:N}, a CUDA device. */
public sealed interface Device {

    Device CPU = new Cpu();

    record Cpu() implements Device {

        @Override
        public String toString() {
            return "cpu";
        }
    }

    /** A CUDA device by its index, counted from 0. */
    record Gpu(int index) implements Device {

        public Gpu {
            if (index < 0) {
                throw new IllegalArgumentException("a GPU index is at least 0, is " + index);
            }
        }

        @Override
        public String toString() {
            return "gpu:" + index;
        }
    }

    /** Reads {@code cpu}, {@code gpu} (the first one) or {@code gpu:N}. */
    static Device parse(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        if (name.equals("cpu")) {
            return CPU;
        }
        if (name.equals("gpu")) {
            return new Gpu(0);
        }
        if (name.matches("gpu:\\d{1,4}")) {
            return new Gpu(Integer.parseInt(name.substring("gpu:".length())));
        }
        throw new IllegalArgumentException("a device is cpu or gpu:N, not '" + text + "'");
    }
}
