package dev.baton.client;

import static dev.baton.client.TestingServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.Code;
import io.grpc.Metadata;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A call is one span, the server goes on with it, and attempts and durations are counted. */
final class TelemetryTest {
    private static final String METHOD = "inference.GRPCInferenceService/ModelInfer";
    private final TestingServer server = TestingServer.start();
    private final Spans spans = new Spans();
    private final Reader metrics = new Reader();
    private final OpenTelemetrySdk openTelemetry = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setMeterProvider(
                    SdkMeterProvider.builder().registerMetricReader(metrics).build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();

    @AfterEach
    void close() {
        openTelemetry.close();
        server.close();
    }

    @Test
    void callIsASpanInTheCallersTraceAndTheServerHearsOfIt() throws InterruptedException {
        Span caller = openTelemetry.getTracer("test").spanBuilder("caller").startSpan();
        try (BatonClient client = Requests.quick(server.address())
                        .openTelemetry(openTelemetry)
                        .build();
                Scope scope = caller.makeCurrent()) {
            assertThat(scope).isNotNull();
            client.infer(Requests.numbers(1));
        }

        SpanData span = spans.next();
        assertThat(span.getName()).isEqualTo(METHOD);
        assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(span.getParentSpanId()).isEqualTo(caller.getSpanContext().getSpanId());
        assertThat(text(span, "rpc.system.name")).isEqualTo("grpc");
        assertThat(text(span, "rpc.method")).isEqualTo(METHOD);
        assertThat(text(span, "rpc.response.status_code")).isEqualTo("OK");
        assertThat(text(span, "server.address")).isEqualTo("127.0.0.1");
        assertThat(span.getAttributes().get(AttributeKey.longKey("server.port")))
                .isEqualTo(server.port());
        assertThat(text(span, "baton.model")).isEqualTo(TestingServer.MODEL);
        assertThat(span.getAttributes().get(AttributeKey.longKey("baton.client.attempts")))
                .isEqualTo(1);
        assertThat(server.headers.element().get(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("00-%s-%s-01".formatted(span.getTraceId(), span.getSpanId()));
    }

    @Test
    void failedAttemptsAreEventsAndCounted() throws InterruptedException {
        server.fail(status(Code.UNAVAILABLE, "not now"));
        try (BatonClient client =
                Requests.quick(server.address()).openTelemetry(openTelemetry).build()) {
            assertThat(catchThrowableOfType(BatonException.class, () -> client.infer(Requests.numbers(1))))
                    .isNotNull();
        }

        SpanData span = spans.next();
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(span.getStatus().getDescription()).contains("not now");
        assertThat(text(span, "error.type")).isEqualTo("UNAVAILABLE");
        assertThat(span.getEvents()).hasSize(4).allSatisfy(event -> assertThat(event.getName())
                .isEqualTo("attempt failed"));
        assertThat(metric("baton.client.attempts").getLongSumData().getPoints())
                .singleElement()
                .satisfies(point -> assertThat(point.getValue()).isEqualTo(4));
        assertThat(metric("rpc.client.call.duration").getHistogramData().getPoints())
                .singleElement()
                .satisfies(point -> {
                    assertThat(point.getCount()).isEqualTo(1);
                    assertThat(point.getAttributes().get(AttributeKey.stringKey("rpc.response.status_code")))
                            .isEqualTo("UNAVAILABLE");
                });
        assertThat(metric("rpc.client.call.duration").getUnit()).isEqualTo("s");
        assertThat(metric("baton.client.active_calls").getLongSumData().getPoints())
                .singleElement()
                .satisfies(point -> assertThat(point.getValue()).isZero());
    }

    @Test
    void framesOfAStreamAreSpans() throws InterruptedException {
        try (BatonClient client = Requests.quick(server.address())
                        .openTelemetry(openTelemetry)
                        .build();
                InferenceStream stream = client.stream(StreamOptions.defaults())) {
            stream.send(Requests.numbers(1)).join();
            stream.send(Requests.numbers(2)).join();
        }
        assertThat(List.of(spans.next(), spans.next())).allSatisfy(span -> assertThat(span.getName())
                .isEqualTo("inference.GRPCInferenceService/ModelStreamInfer"));
    }

    private static String text(SpanData span, String name) {
        return String.valueOf(span.getAttributes().get(AttributeKey.stringKey(name)));
    }

    private MetricData metric(String name) {
        return metrics.registration.collectAllMetrics().stream()
                .filter(metric -> metric.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name));
    }

    private static final class Spans implements SpanExporter {
        private final LinkedBlockingQueue<SpanData> ended = new LinkedBlockingQueue<>();

        SpanData next() throws InterruptedException {
            SpanData span = ended.poll(20, TimeUnit.SECONDS);
            if (span == null) {
                throw new AssertionError("no span within 20 s");
            }
            return span;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            ended.addAll(spans);
            return CompletableResultCode.ofSuccess();
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

    private static final class Reader implements MetricReader {
        private CollectionRegistration registration = CollectionRegistration.noop();

        @Override
        public void register(CollectionRegistration registration) {
            this.registration = registration;
        }

        @Override
        public AggregationTemporality getAggregationTemporality(InstrumentType type) {
            return AggregationTemporality.CUMULATIVE;
        }

        @Override
        public CompletableResultCode forceFlush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
