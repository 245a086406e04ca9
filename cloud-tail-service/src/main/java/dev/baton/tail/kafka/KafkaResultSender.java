package dev.baton.tail.kafka;

import dev.baton.messaging.Topics;
import dev.baton.messaging.TraceHeaders;
import dev.baton.schemas.records.Result;
import dev.baton.tail.answer.AnswerTrace;
import dev.baton.tail.answer.ReceivedActivation;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Sends results to the partition that their edge node reads. */
public final class KafkaResultSender {

    private final Supplier<Producer<String, byte[]>> producer;
    private final Tracer tracer;

    public KafkaResultSender(Supplier<Producer<String, byte[]>> producer, Tracer tracer) {
        this.producer = producer;
        this.tracer = tracer;
    }

    /**
     * False when there is no such partition: nobody can be answered there.
     *
     * @throws UndeliveredException when the broker does not say
     */
    boolean canReach(int replyPartition) throws UndeliveredException {
        try {
            return replyPartition < producer.get().partitionsFor(Topics.RESULTS).size();
        } catch (KafkaException e) {
            throw new UndeliveredException("cannot learn the partitions of " + Topics.RESULTS, e);
        }
    }

    /** Returns when the broker has acknowledged the result. */
    void send(ReceivedActivation received, Result result) throws UndeliveredException, InterruptedException {
        Span span = tracer.spanBuilder("tail.send")
                .setParent(received.trace())
                .setSpanKind(SpanKind.PRODUCER)
                .setAllAttributes(AnswerTrace.attributes(received))
                .startSpan();
        try {
            ProducerRecord<String, byte[]> message = new ProducerRecord<>(
                    Topics.RESULTS,
                    received.activation().getReplyPartition(),
                    result.getEdgeNode(),
                    result.toByteArray());
            TraceHeaders.inject(received.trace().with(span), message.headers());
            producer.get().send(message).get();
        } catch (ExecutionException | KafkaException e) {
            span.setStatus(StatusCode.ERROR, String.valueOf(e.getMessage()));
            Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
            throw new UndeliveredException(
                    "result of request %s for %s".formatted(result.getRequestId(), result.getEdgeNode()), cause);
        } finally {
            span.end();
        }
    }
}
