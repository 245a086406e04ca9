package dev.baton.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TraceHeadersTest {
    private static final SpanContext SPAN = SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.builder().put("vendor", "value").build());

    @Test
    void aTraceGoesOnBehindTheBroker() {
        Headers headers = new RecordHeaders();
        TraceHeaders.inject(Context.root().with(Span.wrap(SPAN)), headers);

        assertThat(new String(headers.lastHeader("traceparent").value(), StandardCharsets.US_ASCII))
                .isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        SpanContext arrived = Span.fromContext(TraceHeaders.extract(headers)).getSpanContext();
        assertThat(arrived.getTraceId()).isEqualTo(SPAN.getTraceId());
        assertThat(arrived.getSpanId()).isEqualTo(SPAN.getSpanId());
        assertThat(arrived.isSampled()).isTrue();
        assertThat(arrived.isRemote()).isTrue();
        assertThat(arrived.getTraceState().get("vendor")).isEqualTo("value");
    }

    @Test
    void anotherTraceReplacesTheOneThatIsThere() {
        Headers headers = new RecordHeaders().add("other", new byte[0]);
        SpanContext first = SpanContext.create(
                "11111111111111111111111111111111",
                "2222222222222222",
                TraceFlags.getDefault(),
                TraceState.getDefault());
        TraceHeaders.inject(Context.root().with(Span.wrap(first)), headers);
        TraceHeaders.inject(Context.root().with(Span.wrap(SPAN)), headers);
        assertThat(headers.headers("traceparent")).hasSize(1);
        assertThat(headers.lastHeader("other")).isNotNull();
        assertThat(Span.fromContext(TraceHeaders.extract(headers))
                        .getSpanContext()
                        .getTraceId())
                .isEqualTo(SPAN.getTraceId());
    }

    @Test
    void noTraceLeavesNoHeader() {
        Headers headers = new RecordHeaders();
        TraceHeaders.inject(Context.root(), headers);
        assertThat(headers.toArray()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "00-0af7651916cd43dd8448eb211c80319c",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01"
            })
    void aMalformedHeaderIsNoTrace(String traceparent) {
        Headers headers = new RecordHeaders().add("traceparent", traceparent.getBytes(StandardCharsets.UTF_8));
        assertThat(Span.fromContext(TraceHeaders.extract(headers))
                        .getSpanContext()
                        .isValid())
                .isFalse();
    }

    @Test
    void aHeaderWithoutValueIsNoTrace() {
        Headers headers = new RecordHeaders().add("traceparent", null);
        assertThat(Span.fromContext(TraceHeaders.extract(headers))
                        .getSpanContext()
                        .isValid())
                .isFalse();
    }
}
