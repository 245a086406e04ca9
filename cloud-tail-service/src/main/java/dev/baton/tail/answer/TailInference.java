package dev.baton.tail.answer;

import dev.baton.messaging.TensorRecords;
import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.EncodedTensor;
import dev.baton.schemas.records.Failure;
import dev.baton.schemas.records.Result;
import dev.baton.schemas.records.TailTimes;
import dev.baton.tail.batch.Batches;
import dev.baton.tail.batch.Batches.Batched;
import dev.baton.tail.batch.Claimant;
import dev.baton.tail.failure.FailurePolicy;
import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.failure.TailFailure;
import dev.baton.tail.lateness.Deadline;
import dev.baton.tail.lateness.DelayBaseline;
import dev.baton.tail.measurement.TailMeasurements;
import dev.baton.tail.models.ServedModels;
import dev.baton.tail.models.TailModel;
import dev.baton.tail.models.TailSession;
import dev.baton.tail.quota.Quotas;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Answers activations: finds the tail, decodes what crossed, runs it, encodes what comes out. */
public final class TailInference {

    private static final Map<String, Codec> CODECS =
            Codec.all().stream().collect(Collectors.toUnmodifiableMap(Codec::id, codec -> codec));

    private final String tailId;
    private final ServedModels models;
    private final Quotas quotas;
    private final ActivationDecoder decoder;
    private final Batches batches;
    private final DelayBaseline delays;
    private final Duration loadingPatience;
    private final TailMeasurements measurements;
    private final AnswerTrace trace;
    private final LongSupplier nanos;

    /**
     * The whole main path, given its parts.
     *
     * @param loadingPatience longest wait for a version that is just being loaded
     * @param nanos           the monotonic clock that {@link ReceivedActivation#receivedNanos()} was read from
     */
    public TailInference(
            String tailId,
            ServedModels models,
            Quotas quotas,
            ActivationDecoder decoder,
            Batches batches,
            DelayBaseline delays,
            Duration loadingPatience,
            TailMeasurements measurements,
            AnswerTrace trace,
            LongSupplier nanos) {
        this.tailId = tailId;
        this.models = models;
        this.quotas = quotas;
        this.decoder = decoder;
        this.batches = batches;
        this.delays = delays;
        this.loadingPatience = loadingPatience;
        this.measurements = measurements;
        this.trace = trace;
        this.nanos = nanos;
    }

    /** Answers one activation, with outputs or with the reason why there are none. Never throws for what came in. */
    public Answer answer(ReceivedActivation received) {
        measurements.began();
        try {
            return answerInTime(received);
        } finally {
            measurements.ended();
        }
    }

    private Answer answerInTime(ReceivedActivation received) {
        try {
            return received.cancellation().during(() -> outputs(received));
        } catch (RefusedException refused) {
            return refused(received, refused.failure());
        }
    }

    private Answer outputs(ReceivedActivation received) throws RefusedException {
        Activation activation = received.activation();
        Deadline deadline = deadline(received);
        try (TailModel.Lease model = leaseInTime(received, deadline)) {
            TailSession tail = model.tail(activation.getSplitPoint());
            quotas.requireOfEdgeNode(activation.getEdgeNode(), activation.getTenant());
            Set<String> wanted = wantedOutputs(activation, model.model(), tail);
            Timed<Map<String, Tensor>> inputs =
                    timed(() -> trace.decode(received, () -> decoder.decode(activation, model.model(), tail)));
            requireInTime(deadline);
            Batched ran = trace.run(received, () -> run(tail, inputs.value(), deadline, received.claimant()));
            Timed<List<EncodedTensor>> outputs =
                    timed(() -> encode(ran.inference().outputs(), wanted));
            return answered(received, inputs.took(), ran, outputs);
        }
    }

    /** Also for activations whose envelope could be read, but nothing else. */
    public Answer refused(ReceivedActivation received, TailFailure failure) {
        if (!(failure instanceof TailFailure.Cancelled)) {
            measurements.refused(received.model(), FailurePolicy.reason(failure));
        }
        Result result = resultTo(received)
                .setFailure(Failure.newBuilder()
                        .setReason(FailurePolicy.reason(failure))
                        .setMessage(failure.message()))
                .setTimes(TailTimes.newBuilder().setQueueMicros(micros(sinceReceived(received))))
                .build();
        return new Answer(result, Optional.of(failure));
    }

    private Deadline deadline(ReceivedActivation received) {
        Activation activation = received.activation();
        Duration delay =
                delays.delay(activation.getEdgeNode(), activation.getSentAtMicros(), received.receivedNanos() / 1_000);
        return Deadline.of(activation.getBudgetMicros(), delay, received.receivedNanos(), nanos);
    }

    private TailModel.Lease leaseInTime(ReceivedActivation received, Deadline deadline) throws RefusedException {
        requireInTime(deadline);
        Duration left = deadline.left();
        return models.lease(received.model(), left.compareTo(loadingPatience) < 0 ? left : loadingPatience);
    }

    private static void requireInTime(Deadline deadline) throws RefusedException {
        if (deadline.hasPassed()) {
            throw new RefusedException(new TailFailure.Late("the deadline has passed: " + deadline));
        }
    }

    /** What the edge node asked for, less what its head has made already. */
    private static Set<String> wantedOutputs(Activation activation, TailModel model, TailSession tail)
            throws RefusedException {
        for (String output : activation.getOutputsList()) {
            if (!model.outputs().contains(output)) {
                throw new RefusedException(new TailFailure.Malformed("'%s' is no output of %s; its outputs are %s"
                        .formatted(output, model.ref().getName(), model.outputs())));
            }
        }
        return activation.getOutputsCount() == 0 ? tail.outputs() : Set.copyOf(activation.getOutputsList());
    }

    private Batched run(TailSession tail, Map<String, Tensor> inputs, Deadline deadline, Claimant claimant)
            throws RefusedException {
        try {
            return batches.run(tail, inputs, deadline, claimant);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(new TailFailure.Overloaded("this tail is shutting down"), e);
        }
    }

    private static List<EncodedTensor> encode(Map<String, Tensor> outputs, Set<String> wanted) {
        List<EncodedTensor> encoded = new ArrayList<>(outputs.size());
        outputs.forEach((name, tensor) -> {
            if (wanted.contains(name)) {
                encoded.add(TensorRecords.toRecord(name, Codecs.encode(tensor, Codec.RAW)));
            }
        });
        return encoded;
    }

    private Answer answered(
            ReceivedActivation received, Duration decode, Batched ran, Timed<List<EncodedTensor>> outputs) {
        Duration run = ran.inference().runTime();
        // What is neither decoding, running nor encoding was waiting: for this record's turn or for the engine.
        Duration queue = sinceReceived(received).minus(decode).minus(run).minus(outputs.took());
        measurements.answered(
                received.model(),
                received.splitPoint(),
                sentAs(received.activation()),
                queue,
                decode,
                run,
                ran.requests());
        Result result = resultTo(received)
                .addAllOutputs(outputs.value())
                .setTimes(TailTimes.newBuilder()
                        .setQueueMicros(micros(queue))
                        .setDecodeMicros(micros(decode))
                        .setRunMicros(micros(run))
                        .setEncodeMicros(micros(outputs.took()))
                        .setBatchSize(ran.requests()))
                .build();
        return new Answer(result, Optional.empty());
    }

    /**
     * The picture's media type, or the least exact codec among the tensors: some cannot be packed as the others are, and those
     * that nobody needs may have any.
     */
    private static String sentAs(Activation activation) {
        if (activation.getEncodedInputsCount() > 0) {
            return activation.getEncodedInputs(0).getMediaType();
        }
        return activation.getTensorsList().stream()
                .flatMap(tensor -> Optional.ofNullable(CODECS.get(tensor.getCodec())).stream())
                .max(Comparator.comparing(Codec::quantization).thenComparing(Codec::zstd))
                .orElse(Codec.RAW)
                .id();
    }

    private Result.Builder resultTo(ReceivedActivation received) {
        return Result.newBuilder()
                .setRequestId(received.activation().getRequestId())
                .setEdgeNode(received.activation().getEdgeNode())
                .setTail(tailId);
    }

    private Duration sinceReceived(ReceivedActivation received) {
        return Duration.ofNanos(nanos.getAsLong() - received.receivedNanos());
    }

    private <T> Timed<T> timed(AnswerTrace.Step<T> step) throws RefusedException {
        long start = nanos.getAsLong();
        T value = step.take();
        return new Timed<>(value, Duration.ofNanos(nanos.getAsLong() - start));
    }

    private static long micros(Duration duration) {
        return Math.max(0, duration.toNanos() / 1_000);
    }

    private record Timed<T>(T value, Duration took) {}
}
