package dev.baton.inference;

import java.util.Objects;

/**
 * How an engine runs models.
 *
 * @param device         where
 * @param intraOpThreads threads that share the work of one operator
 * @param optimization   how far graphs are rewritten when they are opened
 * @param workers        models that run at the same time
 * @param queueCapacity  runs that may wait for a worker before further ones are refused
 */
public record EngineSettings(
        Device device, int intraOpThreads, OptimizationLevel optimization, int workers, int queueCapacity) {

    public EngineSettings {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(optimization, "optimization");
        requirePositive(intraOpThreads, "intraOpThreads");
        requirePositive(workers, "workers");
        requirePositive(queueCapacity, "queueCapacity");
    }

    /**
     * On the CPU, one run at a time with every core but at most four (small models gain nothing beyond), 64 waiting,
     * and {@link OptimizationLevel#ALL}.
     */
    public static EngineSettings defaults() {
        int cores = Runtime.getRuntime().availableProcessors();
        return new EngineSettings(Device.CPU, Math.min(cores, 4), OptimizationLevel.ALL, 1, 64);
    }

    public EngineSettings withDevice(Device newDevice) {
        return new EngineSettings(newDevice, intraOpThreads, optimization, workers, queueCapacity);
    }

    public EngineSettings withIntraOpThreads(int threads) {
        return new EngineSettings(device, threads, optimization, workers, queueCapacity);
    }

    public EngineSettings withOptimization(OptimizationLevel level) {
        return new EngineSettings(device, intraOpThreads, level, workers, queueCapacity);
    }

    public EngineSettings withWorkers(int newWorkers) {
        return new EngineSettings(device, intraOpThreads, optimization, newWorkers, queueCapacity);
    }

    public EngineSettings withQueueCapacity(int capacity) {
        return new EngineSettings(device, intraOpThreads, optimization, workers, capacity);
    }

    private static void requirePositive(int value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, is " + value);
        }
    }
}
