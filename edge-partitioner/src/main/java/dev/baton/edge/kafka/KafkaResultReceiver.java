package dev.baton.edge.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.edge.cloud.CloudAnswer;
import dev.baton.edge.cloud.PendingCalls;
import dev.baton.edge.cloud.TailTimes;
import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.TensorRecords;
import dev.baton.messaging.Topics;
import dev.baton.messaging.TraceHeaders;
import dev.baton.schemas.records.EncodedTensor;
import dev.baton.schemas.records.Result;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.codec.CorruptPayloadException;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads this edge node's partition of the results, from the end, on a thread of its own, and completes the calls that wait.
 * Starts over while the broker is away.
 */
public final class KafkaResultReceiver implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(KafkaResultReceiver.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration POSITION_TIMEOUT = Duration.ofSeconds(5);

    private final KafkaConnection connection;
    private final String clientId;
    private final TopicPartition partition;
    private final PendingCalls pending;
    private final Tracer tracer;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Thread thread;
    private volatile boolean receiving;
    private volatile @Nullable Consumer<String, byte[]> consumer;

    public KafkaResultReceiver(
            KafkaConnection connection, String clientId, int replyPartition, PendingCalls pending, Tracer tracer) {
        this.connection = connection;
        this.clientId = clientId;
        this.partition = new TopicPartition(Topics.RESULTS, replyPartition);
        this.pending = pending;
        this.tracer = tracer;
    }

    public void start() {
        thread = Thread.ofPlatform().daemon().name("results").start(this::run);
    }

    /** Whether a result produced from now on will be seen. */
    public boolean receiving() {
        return receiving;
    }

    private void run() {
        try {
            do {
                receive(); // returns at once when closed meanwhile
            } while (!closed.await(RETRY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void receive() {
        try (Consumer<String, byte[]> reading =
                new KafkaConsumer<>(ClientSettings.replyConsumer(connection, clientId))) {
            consumer = reading;
            reading.assign(List.of(partition));
            reading.seekToEnd(List.of(partition));
            long position = reading.position(partition, POSITION_TIMEOUT);
            LOG.infof("receiving results from %s at %d", partition, position);
            receiving = true;
            while (closed.getCount() > 0) {
                for (ConsumerRecord<String, byte[]> message : reading.poll(POLL)) {
                    received(message);
                }
            }
        } catch (WakeupException e) {
            LOG.debug("the result receiver is asked to stop");
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.debugf("no results from %s, trying again: %s", connection.bootstrapServers(), e.getMessage());
        } finally {
            receiving = false;
            consumer = null;
        }
    }

    private void received(ConsumerRecord<String, byte[]> message) {
        Result result;
        try {
            result = Result.parseFrom(message.value());
        } catch (InvalidProtocolBufferException e) {
            LOG.warnf("a record in %s at %d is not a result: %s", partition, message.offset(), e.getMessage());
            return;
        }
        if (!pending.awaits(result.getRequestId())) {
            return;
        }
        var span = tracer.spanBuilder("edge.receive")
                .setParent(TraceHeaders.extract(message.headers()))
                .setSpanKind(SpanKind.CONSUMER)
                .startSpan();
        pending.complete(result.getRequestId(), roundTrip -> answer(result, message.serializedValueSize(), roundTrip));
        span.end();
    }

    private CloudAnswer answer(Result result, int bytes, Duration roundTrip) {
        if (result.hasFailure()) {
            return new CloudAnswer.Refused(
                    result.getTail(),
                    result.getFailure().getReason() + " " + result.getFailure().getMessage());
        }
        try {
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            for (EncodedTensor output : result.getOutputsList()) {
                outputs.put(
                        output.getName(), Codecs.decode(TensorRecords.fromRecord(output), connection.maxRecordBytes()));
            }
            return new CloudAnswer.Outputs(result.getTail(), outputs, times(result), roundTrip, bytes);
        } catch (CorruptPayloadException e) {
            return new CloudAnswer.Refused(result.getTail(), "its result cannot be read: " + e.getMessage());
        }
    }

    private static TailTimes times(Result result) {
        return new TailTimes(
                Duration.of(result.getTimes().getQueueMicros(), ChronoUnit.MICROS),
                Duration.of(result.getTimes().getDecodeMicros(), ChronoUnit.MICROS),
                Duration.of(result.getTimes().getRunMicros(), ChronoUnit.MICROS),
                Duration.of(result.getTimes().getEncodeMicros(), ChronoUnit.MICROS));
    }

    @Override
    public void close() {
        closed.countDown();
        Consumer<String, byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup();
        }
        Thread started = thread;
        if (started == null) {
            return;
        }
        try {
            if (!started.join(Duration.ofSeconds(5))) {
                started.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
