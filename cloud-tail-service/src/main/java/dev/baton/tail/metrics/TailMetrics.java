package dev.baton.tail.metrics;

import dev.baton.schemas.records.FailureReason;
import dev.baton.schemas.records.ModelRef;
import dev.baton.tail.measurement.TailListener;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.List;

/** Histograms of waiting, batches and work, by model and split point. Labels are those of models that are open, never of edge nodes. */
public final class TailMetrics implements TailListener {

    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("model");
    private static final AttributeKey<Long> SPLIT_POINT = AttributeKey.longKey("split_point");
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("reason");

    private static final List<Double> MILLIS =
            List.of(0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10000.0);
    private static final List<Long> SIZES = List.of(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L);

    private final DoubleHistogram queue;
    private final DoubleHistogram decode;
    private final DoubleHistogram compute;
    private final LongHistogram batch;
    private final LongCounter refused;

    public TailMetrics(Meter meter) {
        queue = millis(meter, "baton.tail.queue", "Time that a request waited, for its turn or for the engine.");
        decode = millis(meter, "baton.tail.decode", "Time to decode what crossed, or a picture.");
        compute = millis(meter, "baton.tail.compute", "Time of the run that a request had a part in.");
        batch = meter.histogramBuilder("baton.tail.batch.size")
                .ofLongs()
                .setUnit("{request}")
                .setDescription("Requests that ran together, for each of them.")
                .setExplicitBucketBoundariesAdvice(SIZES)
                .build();
        refused = meter.counterBuilder("baton.tail.refused")
                .setDescription("Requests that were answered without outputs, by reason.")
                .build();
    }

    private static DoubleHistogram millis(Meter meter, String name, String description) {
        return meter.histogramBuilder(name)
                .setUnit("ms")
                .setDescription(description)
                .setExplicitBucketBoundariesAdvice(MILLIS)
                .build();
    }

    @Override
    public void answered(ModelRef ref, int splitPoint, Duration queued, Duration decoded, Duration ran, int requests) {
        Attributes labels = Attributes.of(MODEL, ref.getName(), SPLIT_POINT, (long) splitPoint);
        queue.record(inMillis(queued), labels);
        decode.record(inMillis(decoded), labels);
        compute.record(inMillis(ran), labels);
        batch.record(requests, labels);
    }

    private static double inMillis(Duration duration) {
        return Math.max(0, duration.toNanos()) / 1e6;
    }

    @Override
    public void refused(ModelRef ref, FailureReason reason) {
        refused.add(1, Attributes.of(MODEL, ref.getName(), REASON, reason.name()));
    }
}
