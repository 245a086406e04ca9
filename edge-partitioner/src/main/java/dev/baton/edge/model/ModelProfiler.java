package dev.baton.edge.model;

import dev.baton.edge.measure.ModelMeasurements;
import dev.baton.partitioning.splitpackage.CodecMeasurement;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.image.ImagePreprocessor;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Measures on the package's probe input what no request has measured yet: preparing a picture, and encoding what crosses
 * at each split point with each codec. So placements can be compared before any traffic.
 */
public final class ModelProfiler {

    private static final int RUNS = 4;
    private static final Duration LONGEST = Duration.ofMillis(40);

    /**
     * Requests come one by one, to a processor that was idle or did something else. In a loop, coding is twice as fast, or up
     * to 0.2 ms, than after so long a rest.
     */
    private static final Duration REST = Duration.ofMillis(2);

    private final LongSupplier nanoTicker;

    public ModelProfiler(LongSupplier nanoTicker) {
        this.nanoTicker = nanoTicker;
    }

    /** Measures pictures, and what crosses where nothing runs on the edge node and at each split point that it can run. */
    public void profile(ServedModel model) throws IOException {
        profilePicture(model);
        for (SplitPointEntry point : model.manifest().splitPoints()) {
            if (point.index() == 0 || model.runs(point.index())) {
                profile(model, point.index());
            }
        }
    }

    /** Measures what crosses at one split point that the edge node can run; at the last index nothing does. */
    public void profile(ServedModel model, int splitPoint) throws IOException {
        if (splitPoint == model.manifest().lastIndex()) {
            return;
        }
        Map<String, Tensor> probe = model.splitPackage().probeInputs();
        Map<String, Tensor> headOutputs = splitPoint == 0 ? Map.of() : model.headOutputs(splitPoint, probe);
        Map<String, Tensor> crossing = model.splitPackage().crossing(splitPoint, probe, headOutputs);
        for (CodecMeasurement codec : model.manifest().splitPoint(splitPoint).codecs()) {
            profileCodec(model.measurements(), splitPoint, Codec.parse(codec.codec()), crossing);
        }
    }

    private void profilePicture(ServedModel model) throws IOException {
        Optional<byte[]> sample = model.splitPackage().sampleImage();
        Optional<ImagePreprocessor> pictures = model.pictures();
        if (sample.isEmpty() || pictures.isEmpty()) {
            return;
        }
        repeat(() -> pictures.get().toTensor(sample.get()).byteSize(), (time, _) -> {
            model.measurements().preprocess(time);
            model.measurements().encodedInput(sample.get().length);
        });
    }

    private void profileCodec(
            ModelMeasurements measurements, int splitPoint, Codec codec, Map<String, Tensor> crossing) {
        repeat(
                () -> crossing.values().stream()
                        .mapToLong(tensor -> Codecs.encode(tensor, codec).byteSize())
                        .sum(),
                (time, bytes) -> measurements.encode(splitPoint, codec.id(), time, bytes));
    }

    private interface Report {
        void accept(Duration time, long value);
    }

    /** The first run does not count, unless it was so long that there is no second. */
    private void repeat(LongSupplier work, Report report) {
        long begin = nanoTicker.getAsLong();
        for (int run = 0; run <= RUNS; run++) {
            LockSupport.parkNanos(REST.toNanos());
            long started = nanoTicker.getAsLong();
            long value = work.getAsLong();
            long ended = nanoTicker.getAsLong();
            boolean last = ended - begin > LONGEST.toNanos();
            if (run > 0 || last) {
                report.accept(Duration.ofNanos(ended - started), value);
            }
            if (last) {
                return;
            }
        }
    }
}
