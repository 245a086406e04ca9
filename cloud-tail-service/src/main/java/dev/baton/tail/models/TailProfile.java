package dev.baton.tail.models;

import dev.baton.inference.InferenceEngine;
import dev.baton.inference.InferenceSession;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.schemas.records.ModelRef;
import dev.baton.tail.measurement.TailMeasurements;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.codec.EncodedTensor;
import dev.baton.tensor.image.ImagePreprocessor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Runs each tail a few times on what its head really makes of the package's probe input: this warms the tail, and its
 * times are known before the first record asks for it.
 */
public final class TailProfile {

    private static final int LEAST_RUNS = 3;
    private static final int MOST_RUNS = 12;
    /** More than the least of runs are made within this time. */
    private static final Duration LONGEST = Duration.ofMillis(40);
    /** Records come one by one: after a rest, decoding takes up to 0.2 ms more than in a loop. */
    private static final Duration REST = Duration.ofMillis(2);

    /** Any other than the package's own. */
    private static final long OTHER_PROBE_SEED = 2;

    private final InferenceEngine engine;
    private final TailMeasurements measurements;
    private final LongSupplier nanos;

    public TailProfile(InferenceEngine engine, TailMeasurements measurements, LongSupplier nanos) {
        this.engine = engine;
        this.measurements = measurements;
        this.nanos = nanos;
    }

    void measure(TailModel model, SplitPackage splitPackage) throws IOException {
        measurements.begin(model.ref());
        List<Map<String, Tensor>> probes =
                List.of(splitPackage.probeInputs(), splitPackage.generatedInputs(OTHER_PROBE_SEED));
        for (TailSession tail : model.tails().values()) {
            SplitPointEntry entry = splitPackage.manifest().splitPoint(tail.splitPoint());
            List<Map<String, Tensor>> crossing = crossing(entry, splitPackage, probes);
            List<Map<String, Tensor>> inputs = crossing.stream()
                    .map(one -> splitPackage.tailInputs(tail.splitPoint(), one))
                    .toList();
            measureRuns(model.ref(), tail, inputs.getFirst());
            measureBatches(tail, inputs.getFirst(), inputs.getLast());
            measureDecoding(model, entry, crossing.getFirst(), splitPackage.sampleImage());
        }
    }

    /** What crosses there for each probe. */
    private List<Map<String, Tensor>> crossing(
            SplitPointEntry entry, SplitPackage splitPackage, List<Map<String, Tensor>> probes) {
        if (entry.headFile().isEmpty()) {
            return probes.stream()
                    .map(probe -> splitPackage.crossing(entry.index(), probe, Map.of()))
                    .toList();
        }
        try (InferenceSession head = engine.open(splitPackage.headFile(entry.index()))) {
            return probes.stream()
                    .map(probe -> splitPackage.crossing(entry.index(), probe, outputs(head, probe)))
                    .toList();
        }
    }

    private static Map<String, Tensor> outputs(InferenceSession head, Map<String, Tensor> probe) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        head.inputs().forEach(input -> inputs.put(input.name(), Objects.requireNonNull(probe.get(input.name()))));
        return head.run(inputs).outputs();
    }

    /** The faster half counts: other models are opened at the same time. */
    private void measureRuns(ModelRef ref, TailSession tail, Map<String, Tensor> inputs) {
        tail.run(inputs); // warms up; the first run allocates and is no measure of later ones
        List<Duration> runs = new ArrayList<>();
        long end = nanos.getAsLong() + LONGEST.toNanos();
        while (runs.size() < LEAST_RUNS || (runs.size() < MOST_RUNS && nanos.getAsLong() < end)) {
            runs.add(tail.run(inputs).runTime());
        }
        runs.stream().sorted().limit((runs.size() + 1) / 2).forEach(run -> {
            measurements.profiledRun(ref, tail.splitPoint(), run);
            tail.serviceTime().ran(1, run.toNanos());
        });
    }

    private static void measureBatches(TailSession tail, Map<String, Tensor> one, Map<String, Tensor> other) {
        if (!BatchProof.holds(tail, one, other)) {
            return;
        }
        tail.allowBatches();
        Map<String, Tensor> together = BatchProof.join(one, other);
        for (int i = 0; i < LEAST_RUNS; i++) {
            tail.serviceTime().ran(2, tail.run(together).runTime().toNanos());
        }
    }

    /** Of a picture where the model takes one at this split point, otherwise with each codec that the manifest lists. */
    private void measureDecoding(
            TailModel model, SplitPointEntry entry, Map<String, Tensor> crossing, Optional<byte[]> sample) {
        if (entry.index() == 0 && sample.isPresent() && model.picture().isPresent()) {
            byte[] encoded = sample.get();
            String mediaType = ImagePreprocessor.mediaType(encoded).orElse("image/jpeg");
            measureDecoding(model.ref(), 0, mediaType, true, () -> model.picture()
                    .get()
                    .preprocessor()
                    .toTensor(encoded));
            return;
        }
        for (CodecMeasurement measured : entry.codecs()) {
            Codec codec = Codec.parse(measured.codec());
            List<EncodedTensor> encoded = crossing.values().stream()
                    .map(tensor -> Codecs.encode(tensor, codec))
                    .toList();
            boolean usual = !codec.quantization().isEntropyCoded(); // those take many times the others'
            measureDecoding(
                    model.ref(),
                    entry.index(),
                    codec.id(),
                    usual,
                    () -> encoded.forEach(tensor -> Codecs.decode(tensor, Long.MAX_VALUE)));
        }
    }

    private void measureDecoding(ModelRef ref, int splitPoint, String codec, boolean usual, Runnable decode) {
        decode.run(); // warms up
        LockSupport.parkNanos(REST.toNanos());
        long start = nanos.getAsLong();
        decode.run();
        measurements.profiledDecode(ref, splitPoint, codec, Duration.ofNanos(nanos.getAsLong() - start), usual);
    }
}
