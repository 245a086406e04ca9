package dev.baton.edge.service;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Keeps the spans that ended. */
@Singleton
public final class CollectingSpans implements SpanProcessor {

    private final List<SpanData> ended = new ArrayList<>();

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public synchronized void onEnd(ReadableSpan span) {
        ended.add(span.toSpanData());
        notifyAll();
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    /** The spans of one trace, as soon as one of them has the name {@code last}. */
    synchronized List<SpanData> trace(String traceId, String last) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (true) {
            List<SpanData> trace =
                    ended.stream().filter(s -> s.getTraceId().equals(traceId)).toList();
            long left = deadline - System.nanoTime();
            if (left <= 0 || trace.stream().anyMatch(s -> s.getName().equals(last))) {
                return trace;
            }
            wait(Math.max(1, left / 1_000_000));
        }
    }
}
