package dev.baton.tail.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.messaging.Topics;
import dev.baton.messaging.TraceHeaders;
import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.FailureReason;
import dev.baton.tail.answer.Answer;
import dev.baton.tail.answer.AnswerTrace;
import dev.baton.tail.answer.ReceivedActivation;
import dev.baton.tail.answer.TailInference;
import dev.baton.tail.failure.FailurePolicy;
import dev.baton.tail.failure.TailFailure;
import dev.baton.tail.models.ServedModels;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Receives activations as a member of the tails' consumer group, on a thread of its own.
 *
 * <p>The records of one poll are answered at the same time, each on a virtual thread. The next poll follows when each
 * is either answered, and the broker has acknowledged the answer, or is to be read again; only then are offsets
 * committed, so whoever takes over from a tail that died repeats its work and loses none.
 */
public final class KafkaActivationReceiver implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(KafkaActivationReceiver.class);

    /*
     * Short, as kafka-clients 4.1's consumer of KIP-848 asks for more only when poll is called again: when a fetch came
     * back empty, nothing is asked for until then (KAFKA-20780). With a poll of 1 s every activation that came after a pause of half
     * a second waited for up to 500 ms; with 20 ms it waits for at most these, seldom, at 50 looks into an empty buffer a second.
     */
    private static final Duration POLL = Duration.ofMillis(20);

    /** Between two looks for a model to receive for. */
    private static final Duration NO_MODEL = Duration.ofSeconds(1);

    /** Between two attempts to do what the broker refused. */
    private static final Duration RETRY_DELAY = Duration.ofMillis(500);

    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    /** How often a record's answer is produced before the record becomes a dead letter. */
    private static final int MAX_ATTEMPTS = 5;

    private final Supplier<Consumer<String, byte[]>> consumers;
    private final ServedModels models;
    private final TailInference inference;
    private final KafkaResultSender results;
    private final KafkaDeadLetters deadLetters;
    private final Tracer tracer;
    private final LongSupplier nanos;

    private final Thread thread;
    private final ExecutorService answering = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("answer-", 0).factory());
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Semaphore modelsChanged = new Semaphore(0);
    private volatile @Nullable Consumer<String, byte[]> consumer;
    private volatile boolean joined;

    /** Offset after the last record of each assigned partition whose work is done; only the thread uses it. */
    private final Map<TopicPartition, OffsetAndMetadata> finished = new HashMap<>();

    /** How often the record that holds up a partition was tried; only the thread uses it. */
    private final Map<TopicPartition, Attempts> attempts = new HashMap<>();

    private record Attempts(long offset, int count) {}

    /**
     * A receiver that waits for {@link #start}.
     *
     * @param consumers makes a member of the group, again after one failed
     * @param nanos the monotonic clock that {@link TailInference} reads
     */
    public KafkaActivationReceiver(
            Supplier<Consumer<String, byte[]>> consumers,
            ServedModels models,
            TailInference inference,
            KafkaResultSender results,
            KafkaDeadLetters deadLetters,
            Tracer tracer,
            LongSupplier nanos) {
        this.consumers = consumers;
        this.models = models;
        this.inference = inference;
        this.results = results;
        this.deadLetters = deadLetters;
        this.tracer = tracer;
        this.nanos = nanos;
        this.thread = Thread.ofPlatform().name("activations").unstarted(this::receive);
    }

    public void start() {
        models.onChange(this::subscribeAgain);
        thread.start();
    }

    /** True when activations arrive here, or the catalog has no model whose activations could. */
    public boolean isReady() {
        return joined || models.isEmpty();
    }

    /** False when the receiving thread has ended although nobody stopped it: only a new process can help. */
    public boolean isAlive() {
        return thread.isAlive() || isStopping() || thread.getState() == Thread.State.NEW;
    }

    /** Finishes the poll in hand, commits and leaves the group. */
    @Override
    public void close() {
        stopping.countDown();
        subscribeAgain();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
                answering.shutdownNow();
            }
        }
        answering.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void subscribeAgain() {
        modelsChanged.release();
        Consumer<String, byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void receive() {
        while (!isStopping()) {
            try {
                serveWithNewConsumer();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.warnf(e, "cannot receive activations; next attempt in %s", RETRY_DELAY);
                awaitRetry();
            }
        }
    }

    private void serveWithNewConsumer() throws InterruptedException {
        Consumer<String, byte[]> opened = consumers.get();
        try {
            consumer = opened;
            serve(opened);
            commitFinished(opened, finished);
        } finally {
            joined = false;
            leave(opened);
            consumer = null;
            finished.clear();
            attempts.clear();
        }
    }

    /** A failure here does not hide why the consumer is left. */
    private static void leave(Consumer<String, byte[]> opened) {
        try {
            opened.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        } catch (KafkaException e) {
            LOG.warnf(e, "the group was not left in good order; it notices when this member's session ends");
        }
    }

    private void serve(Consumer<String, byte[]> opened) throws InterruptedException {
        Set<String> topics = Set.of();
        while (!isStopping()) {
            Set<String> wanted =
                    models.names().stream().map(Topics::activations).collect(Collectors.toUnmodifiableSet());
            if (!wanted.equals(topics)) {
                topics = wanted;
                subscribe(opened, topics);
            }
            if (topics.isEmpty()) {
                modelsChanged.tryAcquire(NO_MODEL.toNanos(), TimeUnit.NANOSECONDS);
            } else {
                answerAll(opened, poll(opened));
            }
        }
    }

    private void subscribe(Consumer<String, byte[]> opened, Set<String> topics) {
        LOG.infof("receiving from %s", new TreeSet<>(topics));
        if (topics.isEmpty()) {
            opened.unsubscribe();
            joined = false;
        } else {
            opened.subscribe(topics, new Rebalances(opened));
        }
    }

    private static ConsumerRecords<String, byte[]> poll(Consumer<String, byte[]> opened) {
        try {
            return opened.poll(POLL);
        } catch (WakeupException topicsChangedOrStopping) {
            return ConsumerRecords.empty();
        }
    }

    private void answerAll(Consumer<String, byte[]> opened, ConsumerRecords<String, byte[]> records)
            throws InterruptedException {
        if (records.isEmpty()) {
            return;
        }
        long receivedNanos = nanos.getAsLong();
        Map<TopicPartition, List<Pending>> pending = new LinkedHashMap<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            pending.computeIfAbsent(new TopicPartition(record.topic(), record.partition()), none -> new ArrayList<>())
                    .add(new Pending(record, answering.submit(() -> answer(record, receivedNanos))));
        }
        boolean allDelivered = true;
        for (Map.Entry<TopicPartition, List<Pending>> partition : pending.entrySet()) {
            allDelivered &= finish(opened, partition.getKey(), partition.getValue());
        }
        opened.commitAsync(Map.copyOf(finished), (offsets, failure) -> {
            if (failure != null) {
                LOG.warnf(failure, "cannot commit %s; the next commit includes it", offsets);
            }
        });
        if (!allDelivered) {
            awaitRetry();
        }
    }

    /** Returns when the record needs no more work: it was answered or kept, and the broker has acknowledged that. */
    private boolean answer(ConsumerRecord<String, byte[]> record, long receivedNanos)
            throws UndeliveredException, InterruptedException {
        Context sent = TraceHeaders.extract(record.headers());
        Span span = tracer.spanBuilder("tail.receive")
                .setParent(sent)
                .setSpanKind(SpanKind.CONSUMER)
                .startSpan();
        try {
            ReceivedActivation received = envelope(record, receivedNanos, sent.with(span));
            span.setAllAttributes(AnswerTrace.attributes(received));
            answer(record, received);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            // Nobody can be told: who asked, or where to answer, is not known.
            span.setStatus(StatusCode.ERROR, String.valueOf(e.getMessage()));
            deadLetters.keep(record, FailureReason.MALFORMED.name(), String.valueOf(e.getMessage()));
        } finally {
            span.end();
        }
        return true;
    }

    private ReceivedActivation envelope(ConsumerRecord<String, byte[]> record, long receivedNanos, Context trace)
            throws InvalidProtocolBufferException, UndeliveredException {
        byte[] value = record.value();
        if (value == null) {
            throw new IllegalArgumentException("the record has no value");
        }
        ReceivedActivation received = new ReceivedActivation(Activation.parseFrom(value), receivedNanos, trace);
        int replyPartition = received.activation().getReplyPartition();
        if (!results.canReach(replyPartition)) {
            throw new IllegalArgumentException(
                    "%s has no partition %d to reply to".formatted(Topics.RESULTS, replyPartition));
        }
        return received;
    }

    private void answer(ConsumerRecord<String, byte[]> record, ReceivedActivation received)
            throws UndeliveredException, InterruptedException {
        Answer answer = answer(received);
        try {
            results.send(received, answer.result());
        } catch (UndeliveredException e) {
            if (!(e.getCause() instanceof RecordTooLargeException)) {
                throw e;
            }
            answer = inference.refused(
                    received,
                    new TailFailure.EngineFailed(
                            "the answer is too large: " + e.getCause().getMessage()));
            results.send(received, answer.result());
        }
        if (answer.failure().isPresent()) {
            TailFailure failure = answer.failure().get();
            String reason = FailurePolicy.reason(failure).name();
            LOG.debugf("refused request %s: %s, %s", answer.result().getRequestId(), reason, failure.message());
            switch (FailurePolicy.onFailure(failure)) {
                case DROP -> {}
                case DEAD_LETTER -> deadLetters.keep(record, reason, failure.message());
            }
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

    /** False when the partition is to be read again from a record whose answer was not acknowledged. */
    private boolean finish(Consumer<String, byte[]> opened, TopicPartition partition, List<Pending> records)
            throws InterruptedException {
        boolean holdsUp = false;
        for (Pending pending : records) {
            boolean done = pending.isDelivered() || (!holdsUp && isGivenUp(partition, pending.record()));
            if (holdsUp) {
                continue; // answered again later, and dropped by the edge node as a duplicate
            }
            if (done) {
                finished.put(partition, new OffsetAndMetadata(pending.record().offset() + 1));
                attempts.remove(partition);
            } else {
                opened.seek(partition, pending.record().offset());
                holdsUp = true;
            }
        }
        return !holdsUp;
    }

    private boolean isGivenUp(TopicPartition partition, ConsumerRecord<String, byte[]> record)
            throws InterruptedException {
        Attempts before = attempts.get(partition);
        int count = before != null && before.offset() == record.offset() ? before.count() + 1 : 1;
        attempts.put(partition, new Attempts(record.offset(), count));
        if (count < MAX_ATTEMPTS) {
            return false;
        }
        try {
            deadLetters.keep(record, "UNDELIVERED", "no answer could be produced in %d attempts".formatted(count));
            return true;
        } catch (UndeliveredException e) {
            LOG.warnf(e, "%s@%d can be neither answered nor kept; trying on", partition, record.offset());
            return false;
        }
    }

    private static void commitFinished(
            Consumer<String, byte[]> opened, Map<TopicPartition, OffsetAndMetadata> offsets) {
        if (offsets.isEmpty()) {
            return;
        }
        try {
            opened.commitSync(offsets, COMMIT_TIMEOUT);
        } catch (WakeupException meantForPoll) {
            opened.commitSync(offsets, COMMIT_TIMEOUT);
        }
    }

    private void awaitRetry() {
        try {
            stopping.await(RETRY_DELAY.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A record that is being answered. */
    private record Pending(ConsumerRecord<String, byte[]> record, Future<Boolean> answered) {

        boolean isDelivered() throws InterruptedException {
            try {
                return answered.get();
            } catch (ExecutionException e) {
                LOG.warnf(
                        e.getCause(),
                        "%s-%d@%d is not answered yet",
                        record.topic(),
                        record.partition(),
                        record.offset());
                return false;
            }
        }
    }

    /** Called inside poll and close, on the receiving thread: what is in hand then is finished. */
    private final class Rebalances implements ConsumerRebalanceListener {

        private final Consumer<String, byte[]> opened;

        Rebalances(Consumer<String, byte[]> opened) {
            this.opened = opened;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            joined = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            Map<TopicPartition, OffsetAndMetadata> leaving = new HashMap<>(finished);
            leaving.keySet().retainAll(partitions);
            try {
                commitFinished(opened, leaving);
            } catch (KafkaException e) {
                LOG.warnf(e, "cannot commit %s; their new owner repeats the latest work", leaving);
            }
            forget(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            forget(partitions);
        }

        private void forget(Collection<TopicPartition> partitions) {
            finished.keySet().removeAll(partitions);
            attempts.keySet().removeAll(partitions);
        }
    }
}
