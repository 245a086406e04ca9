package dev.baton.systemtests;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;

/** An OpenTelemetry collector for tests: keeps the spans that services export over OTLP gRPC. */
final class TestingTraceReceiver implements AutoCloseable {
    /**
     * One exported span.
     *
     * @param service the resource's {@code service.name}
     * @param traceId 32 hexadecimal digits
     * @param spanId 16 hexadecimal digits
     * @param parentSpanId 16 hexadecimal digits, or empty for a root
     */
    record ReceivedSpan(String service, String name, String traceId, String spanId, String parentSpanId) {}

    private final List<ReceivedSpan> spans = new ArrayList<>();
    private final Server server;

    private TestingTraceReceiver() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Receiver())
                .build()
                .start();
    }

    static TestingTraceReceiver start() throws IOException {
        return new TestingTraceReceiver();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getPort();
    }

    /** The spans of one trace, as soon as {@code complete} holds for them, or what there is after {@code patience}. */
    synchronized List<ReceivedSpan> await(String traceId, Duration patience, Predicate<List<ReceivedSpan>> complete)
            throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            List<ReceivedSpan> trace = spans.stream()
                    .filter(span -> span.traceId().equals(traceId))
                    .toList();
            long left = (end - System.nanoTime()) / 1_000_000;
            if (complete.test(trace) || left <= 0) {
                return trace;
            }
            wait(left);
        }
    }

    private synchronized void add(List<ReceivedSpan> received) {
        spans.addAll(received);
        notifyAll();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Receiver extends TraceServiceGrpc.TraceServiceImplBase {
        @Override
        public void export(ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> responses) {
            List<ReceivedSpan> received = new ArrayList<>();
            for (ResourceSpans resource : request.getResourceSpansList()) {
                String service = resource.getResource().getAttributesList().stream()
                        .filter(attribute -> attribute.getKey().equals("service.name"))
                        .map(KeyValue::getValue)
                        .map(value -> value.getStringValue())
                        .findFirst()
                        .orElse("");
                for (ScopeSpans scope : resource.getScopeSpansList()) {
                    for (Span span : scope.getSpansList()) {
                        received.add(new ReceivedSpan(
                                service,
                                span.getName(),
                                hex(span.getTraceId().toByteArray()),
                                hex(span.getSpanId().toByteArray()),
                                hex(span.getParentSpanId().toByteArray())));
                    }
                }
            }
            add(received);
            responses.onNext(ExportTraceServiceResponse.getDefaultInstance());
            responses.onCompleted();
        }

        private static String hex(byte[] id) {
            return HexFormat.of().formatHex(id);
        }
    }
}
