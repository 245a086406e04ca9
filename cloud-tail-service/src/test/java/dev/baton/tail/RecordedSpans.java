package dev.baton.tail;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.quarkus.arc.Unremovable;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Keeps the spans that the service under test ends. */
@Singleton
@Unremovable
public class RecordedSpans implements SpanExporter {

    private final List<SpanData> spans = new ArrayList<>();

    @Override
    public synchronized CompletableResultCode export(Collection<SpanData> ended) {
        spans.addAll(ended);
        notifyAll();
        return CompletableResultCode.ofSuccess();
    }

    /** The spans of a trace once there are {@code count}. */
    synchronized List<SpanData> ofTrace(String traceId, int count) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            List<SpanData> found = spans.stream()
                    .filter(span -> span.getTraceId().equals(traceId))
                    .toList();
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (found.size() >= count || left <= 0) {
                return found;
            }
            wait(left);
        }
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }
}
