package dev.baton.tail.answer;

import dev.baton.tail.failure.RefusedException;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;

/** The spans of an answer, children of the span in which its activation was received. */
public final class AnswerTrace {

    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("baton.model");
    private static final AttributeKey<Long> SPLIT_POINT = AttributeKey.longKey("baton.split_point");
    private static final AttributeKey<String> EDGE_NODE = AttributeKey.stringKey("baton.edge_node");

    private final Tracer tracer;

    /** A part of the work on an activation. */
    @FunctionalInterface
    interface Step<T> {
        T take() throws RefusedException;
    }

    public AnswerTrace(Tracer tracer) {
        this.tracer = tracer;
    }

    <T> T decode(ReceivedActivation received, Step<T> step) throws RefusedException {
        return inSpan("tail.decode", received, step);
    }

    <T> T run(ReceivedActivation received, Step<T> step) throws RefusedException {
        return inSpan("tail.run", received, step);
    }

    /** What every span of an activation says about it. */
    public static Attributes attributes(ReceivedActivation received) {
        return Attributes.of(
                MODEL, received.model().getName(),
                SPLIT_POINT, (long) received.splitPoint(),
                EDGE_NODE, received.activation().getEdgeNode());
    }

    private <T> T inSpan(String name, ReceivedActivation received, Step<T> step) throws RefusedException {
        Span span = tracer.spanBuilder(name)
                .setParent(received.trace())
                .setAllAttributes(attributes(received))
                .startSpan();
        try {
            return step.take();
        } catch (RefusedException refused) {
            span.setStatus(StatusCode.ERROR, refused.failure().message());
            throw refused;
        } finally {
            span.end();
        }
    }
}
