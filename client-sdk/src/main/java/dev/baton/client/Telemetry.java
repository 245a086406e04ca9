package dev.baton.client;

import io.grpc.Metadata;
import io.grpc.Status;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Spans and metrics of calls, named by OpenTelemetry's conventions for gRPC: {@code rpc.method} is the full name and
 * {@code rpc.response.status_code} a word. A call is one span, whatever it took; attempts that failed are its events.
 */
final class Telemetry {

    private static final String SCOPE = "dev.baton.client";
    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system.name");
    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
    private static final AttributeKey<String> STATUS = AttributeKey.stringKey("rpc.response.status_code");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("baton.model");
    private static final AttributeKey<Long> ATTEMPTS = AttributeKey.longKey("baton.client.attempts");
    private static final List<Double> SECONDS =
            List.of(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

    private final Tracer tracer;
    private final TextMapPropagator propagator;
    private final DoubleHistogram durations;
    private final LongCounter attempts;
    private final LongUpDownCounter active;

    Telemetry(OpenTelemetry openTelemetry) {
        tracer = openTelemetry.getTracer(SCOPE);
        propagator = openTelemetry.getPropagators().getTextMapPropagator();
        Meter meter = openTelemetry.getMeter(SCOPE);
        durations = meter.histogramBuilder("rpc.client.call.duration")
                .setUnit("s")
                .setDescription("Calls, all attempts and waits included.")
                .setExplicitBucketBoundariesAdvice(SECONDS)
                .build();
        attempts = meter.counterBuilder("baton.client.attempts")
                .setUnit("{attempt}")
                .setDescription("Attempts by edge node and how they ended.")
                .build();
        active = meter.upDownCounterBuilder("baton.client.active_calls")
                .setUnit("{call}")
                .setDescription("Calls under way.")
                .build();
    }

    /** A call begins, within the caller's trace. */
    CallSpan begin(String fullMethod, String model) {
        Context parent = Context.current();
        var builder = tracer.spanBuilder(fullMethod)
                .setParent(parent)
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute(SYSTEM, "grpc")
                .setAttribute(METHOD, fullMethod);
        if (!model.isEmpty()) {
            builder.setAttribute(MODEL, model);
        }
        Attributes common = Attributes.of(SYSTEM, "grpc", METHOD, fullMethod);
        active.add(1, common, parent);
        return new CallSpan(builder.startSpan(), parent, common);
    }

    /** The caller's trace goes on at the server. */
    void inject(Metadata headers) {
        inject(Context.current(), headers);
    }

    private void inject(Context context, Metadata headers) {
        propagator.inject(context, headers, (carrier, name, value) -> {
            if (carrier != null) {
                Metadata.Key<String> key = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
                carrier.removeAll(key);
                carrier.put(key, value);
            }
        });
    }

    /** One call, as it is traced and counted. */
    final class CallSpan {
        private final Span span;
        private final Context context;
        private final Attributes common;
        private volatile String edge = "";

        private CallSpan(Span span, Context parent, Attributes common) {
            this.span = span;
            this.context = parent.with(span);
            this.common = common;
        }

        /** The trace goes on at the server. */
        void inject(Metadata headers) {
            Telemetry.this.inject(context, headers);
        }

        void event(String name, String address) {
            span.addEvent(name, address(address).build());
        }

        void attemptFailed(String address, Status.Code status) {
            edge = address;
            Attributes what = address(address).put(STATUS, status.name()).build();
            span.addEvent("attempt failed", what);
            attempts.add(1, what, context);
        }

        void answeredBy(String address) {
            edge = address;
            attempts.add(1, address(address).put(STATUS, "OK").build(), context);
        }

        void end(@Nullable Throwable problem, int made, Duration took) {
            String status = status(problem);
            AttributesBuilder what =
                    common.toBuilder().putAll(address(edge).build()).put(STATUS, status);
            if (problem != null) {
                what.put(ERROR, status);
                span.setStatus(StatusCode.ERROR, String.valueOf(problem.getMessage()));
            }
            Attributes attributes = what.build();
            span.setAllAttributes(attributes)
                    .setAttribute(ATTEMPTS, (long) made)
                    .end();
            durations.record(took.toNanos() / 1e9, attributes, context);
            active.add(-1, common, context);
        }

        private static String status(@Nullable Throwable problem) {
            if (problem == null) {
                return Status.Code.OK.name();
            }
            if (problem instanceof BatonException failed) {
                return failed.status().name();
            }
            return problem instanceof CancellationException ? Status.Code.CANCELLED.name() : Status.Code.UNKNOWN.name();
        }

        private static AttributesBuilder address(String edge) {
            AttributesBuilder attributes = Attributes.builder();
            int colon = edge.lastIndexOf(':');
            if (colon > 0) {
                attributes.put(ADDRESS, edge.substring(0, colon)).put(PORT, Long.parseLong(edge.substring(colon + 1)));
            }
            return attributes;
        }
    }
}
