package dev.baton.tail.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.messaging.Topics;
import dev.baton.messaging.TraceHeaders;
import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.FailureReason;
import dev.baton.tail.answer.Answer;
import dev.baton.tail.answer.AnswerTrace;
import dev.baton.tail.answer.Cancellation;
import dev.baton.tail.answer.ReceivedActivation;
import dev.baton.tail.answer.TailInference;
import dev.baton.tail.failure.FailurePolicy;
import dev.baton.tail.failure.TailFailure;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jboss.logging.Logger;

/**
 * From a record to its answer, acknowledged by the broker: the work on one activation. A record that nobody can be told
 * about, and one whose answer the broker does not take again and again, becomes a dead letter.
 */
public final class ActivationAnswering {

    private static final Logger LOG = Logger.getLogger(ActivationAnswering.class);

    /** Between two attempts to do what the broker refused. */
    private static final Duration RETRY_DELAY = Duration.ofMillis(500);

    /** How often an answer is produced before its record becomes a dead letter. */
    private static final int MAX_ATTEMPTS = 5;

    private final TailInference inference;
    private final KafkaResultSender results;
    private final KafkaDeadLetters deadLetters;
    private final Tracer tracer;
    private final Cancellations cancellations = new Cancellations();

    public ActivationAnswering(
            TailInference inference, KafkaResultSender results, KafkaDeadLetters deadLetters, Tracer tracer) {
        this.inference = inference;
        this.results = results;
        this.deadLetters = deadLetters;
        this.tracer = tracer;
    }

    /** What the broker has to acknowledge before a record is done. */
    @FunctionalInterface
    private interface Delivery {
        void attempt() throws UndeliveredException, InterruptedException;
    }

    /** A record that is to be answered, unless another one cancels it. */
    record Expected(ConsumerRecord<String, byte[]> record, Cancellation cancellation) {}

    /** To be called for records in the order in which they were received; {@link #answer} follows for each, on any thread. */
    Expected expect(ConsumerRecord<String, byte[]> record) {
        return new Expected(record, cancellations.register(record));
    }

    /**
     * Returns true when the record needs no more work: it was answered or kept, and the broker has acknowledged that; false when
     * {@code stopping} came first.
     */
    boolean answer(Expected expected, long receivedNanos, CountDownLatch stopping) throws InterruptedException {
        ConsumerRecord<String, byte[]> record = expected.record();
        Context sent = TraceHeaders.extract(record.headers());
        Span span = tracer.spanBuilder("tail.receive")
                .setParent(sent)
                .setSpanKind(SpanKind.CONSUMER)
                .startSpan();
        try {
            Delivery delivery = delivery(expected, receivedNanos, sent.with(span), span);
            return deliver(record, delivery, stopping);
        } finally {
            span.end();
            cancellations.forget(record, expected.cancellation());
        }
    }

    private Delivery delivery(Expected expected, long receivedNanos, Context trace, Span span) {
        ConsumerRecord<String, byte[]> record = expected.record();
        try {
            ReceivedActivation received = envelope(expected, receivedNanos, trace);
            if (received.activation().getCancelled()) {
                cancellations.cancel(received.activation().getRequestId());
                return () -> {};
            }
            span.setAllAttributes(AnswerTrace.attributes(received));
            requireReachable(received);
            Answer answer = answer(received);
            return isWanted(received) ? () -> send(record, received, answer) : () -> {};
        } catch (InvalidProtocolBufferException | RuntimeException e) {
            // Nobody can be told: who asked, or where to answer, is not known.
            String message = String.valueOf(e.getMessage());
            span.setStatus(StatusCode.ERROR, message);
            return () -> deadLetters.keep(record, FailureReason.MALFORMED.name(), message);
        } catch (UndeliveredException unknown) {
            return () -> {
                throw unknown;
            };
        }
    }

    /** Nobody waits for the answer to what was cancelled, not even for the reason why there is none. */
    private static boolean isWanted(ReceivedActivation received) {
        return !received.cancellation().isCancelled();
    }

    private static ReceivedActivation envelope(Expected expected, long receivedNanos, Context trace)
            throws InvalidProtocolBufferException {
        byte[] value = expected.record().value();
        if (value == null) {
            throw new IllegalArgumentException("the record has no value");
        }
        return new ReceivedActivation(Activation.parseFrom(value), receivedNanos, trace, expected.cancellation());
    }

    private void requireReachable(ReceivedActivation received) throws UndeliveredException {
        int replyPartition = received.activation().getReplyPartition();
        if (!results.canReach(replyPartition)) {
            throw new IllegalArgumentException(
                    "%s has no partition %d to reply to".formatted(Topics.RESULTS, replyPartition));
        }
    }

    /** A mistake of ours is the record's failure, not the tail's end. */
    private Answer answer(ReceivedActivation received) {
        try {
            return inference.answer(received);
        } catch (RuntimeException e) {
            LOG.errorf(
                    e, "request %s failed unexpectedly", received.activation().getRequestId());
            return inference.refused(received, new TailFailure.EngineFailed("unexpected: " + e));
        }
    }

    private void send(ConsumerRecord<String, byte[]> record, ReceivedActivation received, Answer answer)
            throws UndeliveredException, InterruptedException {
        Answer sent = answer;
        try {
            results.send(received, answer.result());
        } catch (UndeliveredException e) {
            if (!(e.getCause() instanceof RecordTooLargeException)) {
                throw e;
            }
            sent = inference.refused(
                    received,
                    new TailFailure.EngineFailed(
                            "the answer is too large: " + e.getCause().getMessage()));
            results.send(received, sent.result());
        }
        if (sent.failure().isPresent()) {
            TailFailure failure = sent.failure().get();
            String reason = FailurePolicy.reason(failure).name();
            LOG.debugf("refused request %s: %s, %s", sent.result().getRequestId(), reason, failure.message());
            switch (FailurePolicy.onFailure(failure)) {
                case DROP -> {}
                case DEAD_LETTER -> deadLetters.keep(record, reason, failure.message());
            }
        }
    }

    private boolean deliver(ConsumerRecord<String, byte[]> record, Delivery delivery, CountDownLatch stopping)
            throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                delivery.attempt();
                return true;
            } catch (UndeliveredException e) {
                LOG.warnf(e, "%s-%d@%d is not answered yet", record.topic(), record.partition(), record.offset());
                if (attempt >= MAX_ATTEMPTS && isKept(record, attempt)) {
                    return true;
                }
            }
            if (stopping.await(RETRY_DELAY.toNanos(), TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
    }

    private boolean isKept(ConsumerRecord<String, byte[]> record, int attempts) throws InterruptedException {
        try {
            deadLetters.keep(record, "UNDELIVERED", "no answer could be produced in %d attempts".formatted(attempts));
            return true;
        } catch (UndeliveredException e) {
            LOG.warnf(
                    e,
                    "%s-%d@%d can be neither answered nor kept; trying on",
                    record.topic(),
                    record.partition(),
                    record.offset());
            return false;
        }
    }
}
