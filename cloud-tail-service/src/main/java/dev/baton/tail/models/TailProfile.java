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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Runs each tail a few times on what its head really makes of the package's probe input: this warms the tail, and its
 * times are known before the first record asks for it.
 */
public final class TailProfile {

    private static final int RUNS = 3;

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
        Map<String, Tensor> probe = splitPackage.probeInputs();
        for (TailSession tail : model.tails().values()) {
            SplitPointEntry entry = splitPackage.manifest().splitPoint(tail.splitPoint());
            Map<String, Tensor> crossing =
                    splitPackage.crossing(tail.splitPoint(), probe, headOutputs(entry, splitPackage, probe));
            measureRuns(model.ref(), tail, splitPackage.tailInputs(tail.splitPoint(), crossing));
            measureDecoding(model, entry, crossing, splitPackage.sampleImage());
        }
    }

    private Map<String, Tensor> headOutputs(
            SplitPointEntry entry, SplitPackage splitPackage, Map<String, Tensor> probe) {
        if (entry.headFile().isEmpty()) {
            return Map.of();
        }
        try (InferenceSession head = engine.open(splitPackage.headFile(entry.index()))) {
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            head.inputs().forEach(input -> inputs.put(input.name(), Objects.requireNonNull(probe.get(input.name()))));
            return head.run(inputs).outputs();
        }
    }

    private void measureRuns(ModelRef ref, TailSession tail, Map<String, Tensor> inputs) {
        tail.run(inputs); // warms up; the first run allocates and is no measure of later ones
        for (int i = 0; i < RUNS; i++) {
            measurements.profiledRun(ref, tail.splitPoint(), tail.run(inputs).runTime());
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
        long start = nanos.getAsLong();
        decode.run();
        measurements.profiledDecode(ref, splitPoint, codec, Duration.ofNanos(nanos.getAsLong() - start), usual);
    }
}
