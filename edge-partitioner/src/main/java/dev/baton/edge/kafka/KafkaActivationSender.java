package dev.baton.edge.kafka;

import com.google.protobuf.UnsafeByteOperations;
import dev.baton.edge.cloud.Activation;
import dev.baton.edge.cloud.ActivationSender;
import dev.baton.edge.cloud.CloudAnswer;
import dev.baton.edge.cloud.CloudCall;
import dev.baton.edge.cloud.PendingCalls;
import dev.baton.edge.cloud.Picture;
import dev.baton.messaging.TensorRecords;
import dev.baton.messaging.Topics;
import dev.baton.messaging.TraceHeaders;
import dev.baton.schemas.records.EncodedInput;
import dev.baton.schemas.records.ModelRef;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/** Sends activations to their model's topic; {@link KafkaResultReceiver} brings the answers. */
public final class KafkaActivationSender implements ActivationSender {

    private static final Logger LOG = Logger.getLogger(KafkaActivationSender.class);

    private final LinkProducer producer;
    private final PendingCalls pending;
    private final BooleanSupplier receiving;
    private final String edgeNode;
    private final int replyPartition;
    private final int maxRecordBytes;
    private final LongSupplier nanoTicker;

    /** {@code receiving} tells whether answers would be received now. */
    public KafkaActivationSender(
            LinkProducer producer,
            PendingCalls pending,
            BooleanSupplier receiving,
            String edgeNode,
            int replyPartition,
            int maxRecordBytes,
            LongSupplier nanoTicker) {
        this.producer = producer;
        this.pending = pending;
        this.receiving = receiving;
        this.edgeNode = edgeNode;
        this.replyPartition = replyPartition;
        this.maxRecordBytes = maxRecordBytes;
        this.nanoTicker = nanoTicker;
    }

    @Override
    public void prepare(String model) {
        producer.prepare(Topics.activations(model));
    }

    @Override
    public CloudCall send(Activation activation) {
        if (!receiving.getAsBoolean()) {
            return CloudCall.over(new CloudAnswer.NotSent("no connection to Kafka for results"));
        }
        Optional<Duration> silence = producer.silence();
        if (silence.isPresent()) {
            return CloudCall.over(new CloudAnswer.NotSent("the broker has acknowledged nothing for %d ms"
                    .formatted(silence.get().toMillis())));
        }
        byte[] value = message(activation).toByteArray();
        if (value.length > maxRecordBytes) {
            return CloudCall.over(new CloudAnswer.Unfit(
                    "the activation takes %d bytes, a record at most %d".formatted(value.length, maxRecordBytes)));
        }
        Optional<CompletableFuture<CloudAnswer>> answer = pending.register(activation.requestId());
        if (answer.isEmpty()) {
            return CloudCall.over(
                    new CloudAnswer.Unfit("%d requests wait for the cloud already".formatted(pending.waiting())));
        }
        ProducerRecord<String, byte[]> message =
                new ProducerRecord<>(Topics.activations(activation.model()), activation.requestId(), value);
        TraceHeaders.inject(Context.current(), message.headers());
        long sentNanos = nanoTicker.getAsLong();
        AtomicReference<Optional<Duration>> uplink = new AtomicReference<>(Optional.empty());
        producer.send(message, (transfer, failure) -> {
            if (failure.isPresent()) {
                String reason = "not sent: " + failure.get().getMessage();
                pending.complete(activation.requestId(), _ -> new CloudAnswer.NotSent(reason));
            } else {
                uplink.set(Optional.of(transfer));
            }
        });
        return new CloudCall(
                value.length, answer.get(), () -> forget(activation, answer.get(), sentNanos), uplink::get);
    }

    /**
     * Nobody waits any more. Where that is sooner than the tail knows, it is told, so that it need not work for nothing: it
     * knows the budget, and drops by itself what is late. A link that is silent is spared the few hundred bytes.
     */
    private void forget(Activation activation, CompletableFuture<CloudAnswer> answer, long sentNanos) {
        boolean waited = pending.forget(activation.requestId());
        boolean inTime =
                nanoTicker.getAsLong() - sentNanos < activation.budget().toNanos();
        if (waited && !answer.isDone() && inTime && producer.silence().isEmpty()) {
            cancel(activation);
        }
    }

    /** Follows the activation into its partition, as it has its key. */
    private void cancel(Activation activation) {
        byte[] value = dev.baton.schemas.records.Activation.newBuilder()
                .setRequestId(activation.requestId())
                .setEdgeNode(edgeNode)
                .setReplyPartition(replyPartition)
                .setCancelled(true)
                .build()
                .toByteArray();
        producer.send(
                new ProducerRecord<>(Topics.activations(activation.model()), activation.requestId(), value),
                (_, failure) -> failure.ifPresent(e -> LOG.debugf(
                        "the tail is not told that %s was cancelled: %s", activation.requestId(), e.getMessage())));
    }

    private dev.baton.schemas.records.Activation message(Activation activation) {
        dev.baton.schemas.records.Activation.Builder message = dev.baton.schemas.records.Activation.newBuilder()
                .setRequestId(activation.requestId())
                .setEdgeNode(edgeNode)
                .setModel(ModelRef.newBuilder().setName(activation.model()).setVersion(activation.version()))
                .setSplitPoint(activation.splitPoint())
                .setPlanEpoch(activation.planEpoch())
                .addAllOutputs(activation.outputs())
                .setReplyPartition(replyPartition)
                .setBudgetMicros(Math.max(1, micros(activation.budget())))
                .setSentAtMicros(TimeUnit.NANOSECONDS.toMicros(nanoTicker.getAsLong()))
                .setPriority(activation.claim().priority())
                .setTenant(activation.claim().tenant());
        activation.tensors().forEach((name, tensor) -> message.addTensors(TensorRecords.toRecord(name, tensor)));
        activation.picture().ifPresent(picture -> message.addEncodedInputs(encodedInput(picture)));
        return message.build();
    }

    private static EncodedInput encodedInput(Picture picture) {
        return EncodedInput.newBuilder()
                .setInputName(picture.input())
                .setMediaType(picture.mediaType())
                .setPayload(UnsafeByteOperations.unsafeWrap(picture.bytes()))
                .build();
    }

    private static long micros(Duration duration) {
        return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
    }
}
