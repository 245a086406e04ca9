package dev.baton.edge.request;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Times the stages of one request and shows them as spans. One thread uses it. */
final class StageClock {

    private final Tracer tracer;
    private final LongSupplier nanoTicker;
    private final long arrivedNanos;
    private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);

    StageClock(Tracer tracer, LongSupplier nanoTicker, long arrivedNanos) {
        this.tracer = tracer;
        this.nanoTicker = nanoTicker;
        this.arrivedNanos = arrivedNanos;
    }

    /** Work that throws only unchecked exceptions, or is interrupted. */
    interface Work<T> {
        T run() throws InterruptedException;
    }

    /** Does {@code work} in a span, and counts its time as {@code stage}. */
    <T> T time(Stage stage, String spanName, Work<T> work) throws InterruptedException {
        long began = nanoTicker.getAsLong();
        try {
            return span(spanName, SpanKind.INTERNAL, work);
        } finally {
            add(stage, Duration.ofNanos(nanoTicker.getAsLong() - began));
        }
    }

    /** Does {@code work} in a span. */
    <T> T span(String name, SpanKind kind, Work<T> work) throws InterruptedException {
        Span span = tracer.spanBuilder(name).setSpanKind(kind).startSpan();
        try (Scope _ = span.makeCurrent()) {
            return work.run();
        } catch (RuntimeException | InterruptedException failed) {
            span.recordException(failed);
            span.setStatus(StatusCode.ERROR, String.valueOf(failed.getMessage()));
            throw failed;
        } finally {
            span.end();
        }
    }

    void add(Stage stage, Duration time) {
        nanos.merge(stage, time.toNanos(), Long::sum);
    }

    Duration spent(Stage stage) {
        return Duration.ofNanos(nanos.getOrDefault(stage, 0L));
    }

    Duration sinceArrival() {
        return Duration.ofNanos(nanoTicker.getAsLong() - arrivedNanos);
    }

    /** The times up to now; what no stage accounts for is {@link Stage#OTHER}. */
    StageTimes finish() {
        long total = sinceArrival().toNanos() / 1_000;
        Map<Stage, Long> micros = new EnumMap<>(Stage.class);
        long accounted = 0;
        for (Map.Entry<Stage, Long> stage : nanos.entrySet()) {
            long rounded = stage.getValue() / 1_000;
            micros.put(stage.getKey(), rounded);
            accounted += rounded;
        }
        micros.put(Stage.OTHER, total - accounted);
        return new StageTimes(micros, total);
    }
}
