package dev.baton.openinference.protocol;

import dev.baton.openinference.ModelAnswer;
import dev.baton.openinference.ModelStanding;
import dev.baton.schemas.inference.InferBatchStatistics;
import dev.baton.schemas.inference.InferStatistics;
import dev.baton.schemas.inference.ModelStatistics;
import dev.baton.schemas.inference.StatisticDuration;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** How often and how long each model version answered since the server started. Forgets the version unused for longest. */
final class ServedStatistics {

    private static final int MAX_VERSIONS = 256;
    private static final int MAX_BATCH_SIZES = 64;

    private final InstantSource clock;
    private final Map<Key, Counted> versions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Counted> eldest) {
            return size() > MAX_VERSIONS;
        }
    };

    ServedStatistics(InstantSource clock) {
        this.clock = clock;
    }

    private record Key(String model, String version) {}

    /** Count and sum, as the protocol wants them. */
    private static final class Total {
        private long count;
        private long nanos;

        void add(Duration duration) {
            count++;
            nanos += Math.max(0, duration.toNanos());
        }

        StatisticDuration toMessage() {
            return StatisticDuration.newBuilder().setCount(count).setNs(nanos).build();
        }
    }

    private static final class Batch {
        private final Total input = new Total();
        private final Total compute = new Total();
        private final Total output = new Total();
    }

    private static final class Counted {
        private long lastMillis;
        private long inferences;
        private long dropped;
        private final Total success = new Total();
        private final Total fail = new Total();
        private final Total queue = new Total();
        private final Batch all = new Batch();
        private final Map<Long, Batch> batches = new TreeMap<>();
    }

    /**
     * A request was answered.
     *
     * @param output making the response of the model's outputs
     */
    synchronized void answered(
            String model, String version, long batchSize, ModelAnswer.Times times, Duration output, Duration total) {
        Counted counted = counted(model, version);
        counted.lastMillis = clock.millis();
        counted.inferences += batchSize;
        counted.success.add(total);
        counted.queue.add(times.queue());
        add(counted.all, times, output);
        if (counted.batches.size() < MAX_BATCH_SIZES || counted.batches.containsKey(batchSize)) {
            add(counted.batches.computeIfAbsent(batchSize, _ -> new Batch()), times, output);
        }
    }

    private static void add(Batch batch, ModelAnswer.Times times, Duration output) {
        batch.input.add(times.input());
        batch.compute.add(times.compute());
        batch.output.add(output);
    }

    synchronized void failed(String model, String version, Duration total) {
        counted(model, version).fail.add(total);
    }

    /** Never worked on: neither a success nor a failure of the model. */
    synchronized void dropped(String model, String version) {
        counted(model, version).dropped++;
    }

    /** By model. */
    synchronized Map<String, Long> dropped() {
        Map<String, Long> dropped = new TreeMap<>();
        versions.forEach((key, counted) -> dropped.merge(key.model(), counted.dropped, Long::sum));
        return dropped;
    }

    private Counted counted(String model, String version) {
        return versions.computeIfAbsent(new Key(model, version), _ -> new Counted());
    }

    synchronized ModelStatistics of(ModelStanding standing) {
        String version = standing.version().orElse("");
        Counted counted = versions.getOrDefault(new Key(standing.name(), version), new Counted());
        ModelStatistics.Builder statistics = ModelStatistics.newBuilder()
                .setName(standing.name())
                .setVersion(version)
                .setLastInference(counted.lastMillis)
                .setInferenceCount(counted.inferences)
                .setExecutionCount(counted.success.count)
                .setInferenceStats(InferStatistics.newBuilder()
                        .setSuccess(counted.success.toMessage())
                        .setFail(counted.fail.toMessage())
                        .setQueue(counted.queue.toMessage())
                        .setComputeInput(counted.all.input.toMessage())
                        .setComputeInfer(counted.all.compute.toMessage())
                        .setComputeOutput(counted.all.output.toMessage())
                        .setCacheHit(StatisticDuration.getDefaultInstance())
                        .setCacheMiss(StatisticDuration.getDefaultInstance()));
        counted.batches.forEach((size, batch) -> statistics.addBatchStats(InferBatchStatistics.newBuilder()
                .setBatchSize(size)
                .setComputeInput(batch.input.toMessage())
                .setComputeInfer(batch.compute.toMessage())
                .setComputeOutput(batch.output.toMessage())));
        return statistics.build();
    }
}
