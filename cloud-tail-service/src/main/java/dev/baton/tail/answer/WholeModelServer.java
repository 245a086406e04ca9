package dev.baton.tail.answer;

import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.ModelAnswer;
import dev.baton.openinference.ModelDescription;
import dev.baton.openinference.ModelInput;
import dev.baton.openinference.ModelServer;
import dev.baton.openinference.ModelStanding;
import dev.baton.openinference.RequestCheck;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.tail.batch.Batches;
import dev.baton.tail.batch.Batches.Batched;
import dev.baton.tail.batch.Claimant;
import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.failure.TailFailure;
import dev.baton.tail.lateness.Deadline;
import dev.baton.tail.measurement.TailMeasurements;
import dev.baton.tail.models.ServedModels;
import dev.baton.tail.models.TailModel;
import dev.baton.tail.models.TailModel.PictureInput;
import dev.baton.tail.models.TailSession;
import dev.baton.tail.quota.Quotas;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.image.ImagePreprocessor;
import dev.baton.tensor.image.UnreadableImageException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Whole models for clients that need no edge node: the tail of split point 0, in the same batches as all others. */
public final class WholeModelServer implements ModelServer {

    private static final String NAME = "baton-tail";

    /** Nothing runs before it. */
    private static final int WHOLE = 0;

    private final String tailId;
    private final String version;
    private final ServedModels models;
    private final Quotas quotas;
    private final Batches batches;
    private final TailMeasurements measurements;
    private final LongSupplier nanos;

    /**
     * Serves what {@code models} has open.
     *
     * @param version of this tail's software
     */
    public WholeModelServer(
            String tailId,
            String version,
            ServedModels models,
            Quotas quotas,
            Batches batches,
            TailMeasurements measurements,
            LongSupplier nanos) {
        this.tailId = tailId;
        this.version = version;
        this.models = models;
        this.quotas = quotas;
        this.batches = batches;
        this.measurements = measurements;
        this.nanos = nanos;
    }

    @Override
    public ModelAnswer infer(InferenceRequest request) throws InterruptedException {
        measurements.began();
        try (TailModel.Lease lease = lease(request.model(), request.version())) {
            RequestCheck.check(request, description(lease.model()));
            quotas.requireOfTenant(request.claim().tenant());
            return answer(request, lease);
        } catch (RefusedException refused) {
            throw new RequestRefusedException(
                    reason(refused.failure()), refused.failure().message(), refused);
        } finally {
            measurements.ended();
        }
    }

    private ModelAnswer answer(InferenceRequest request, TailModel.Lease lease)
            throws RefusedException, InterruptedException {
        TailSession whole = lease.tail(WHOLE);
        long started = nanos.getAsLong();
        Map<String, Tensor> inputs = inputs(request, lease.model());
        Duration decode = Duration.ofNanos(nanos.getAsLong() - started);
        Batched ran = batches.run(
                whole,
                inputs,
                deadline(request),
                Claimant.ofTenant(request.claim().tenant(), request.claim().priority()));
        Duration run = ran.inference().runTime();
        Duration queue = sinceArrival(request).minus(decode).minus(run);
        measurements.answered(lease.model().ref(), WHOLE, sentAs(request), queue, decode, run, ran.requests());
        return new ModelAnswer(
                lease.model().ref().getName(),
                lease.model().ref().getVersion(),
                wanted(request, description(lease.model()), ran.inference().outputs()),
                Map.of("baton_completed_by", "cloud", "baton_tail", tailId, "baton_batch_size", (long) ran.requests()),
                new ModelAnswer.Times(queue, decode, run));
    }

    private Duration sinceArrival(InferenceRequest request) {
        return Duration.ofNanos(nanos.getAsLong() - request.arrivedNanos());
    }

    private Deadline deadline(InferenceRequest request) {
        long now = nanos.getAsLong();
        long budgetMicros = request.deadline()
                .map(deadline -> Math.max(1, deadline.remaining(now).toNanos() / 1_000))
                .orElse(0L);
        return Deadline.of(budgetMicros, Duration.ZERO, now, nanos);
    }

    private static Map<String, Tensor> inputs(InferenceRequest request, TailModel model) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        request.inputs()
                .forEach((name, input) -> inputs.put(
                        name,
                        switch (input) {
                            case ModelInput.OfTensor(Tensor tensor) -> tensor;
                            case ModelInput.OfPicture(byte[] encoded) ->
                                tensor(encoded, model.picture().orElseThrow());
                        }));
        return inputs;
    }

    private static Tensor tensor(byte[] encoded, PictureInput picture) {
        try {
            return picture.preprocessor().toTensor(encoded);
        } catch (UnreadableImageException e) {
            throw new RequestRefusedException(Reason.INVALID_INPUT, String.valueOf(e.getMessage()), e);
        }
    }

    /** As an edge node's records are told apart: a picture's media type, or how tensors came. */
    private static String sentAs(InferenceRequest request) {
        return request.inputs().values().stream()
                .flatMap(input -> input instanceof ModelInput.OfPicture(byte[] encoded)
                        ? ImagePreprocessor.mediaType(encoded).stream()
                        : Stream.empty())
                .findFirst()
                .orElse(Codec.RAW.id());
    }

    private static Map<String, Tensor> wanted(
            InferenceRequest request, ModelDescription model, Map<String, Tensor> outputs) {
        List<String> names = request.outputs().isEmpty()
                ? model.outputs().stream().map(spec -> spec.name()).toList()
                : request.outputs();
        Map<String, Tensor> wanted = new LinkedHashMap<>();
        for (String name : names) {
            Tensor output = outputs.get(name);
            if (output == null) {
                throw new RequestRefusedException(
                        Reason.ENGINE_FAILED, "output '%s' of model %s was not computed".formatted(name, model.name()));
            }
            wanted.put(name, output);
        }
        return wanted;
    }

    private static Reason reason(TailFailure failure) {
        return switch (failure) {
            case TailFailure.Malformed _ -> Reason.INVALID_INPUT;
            case TailFailure.UnknownModel _, TailFailure.VersionMismatch _ -> Reason.UNKNOWN_MODEL;
            case TailFailure.Cancelled _ -> Reason.CANCELLED;
            case TailFailure.Late _ -> Reason.DEADLINE_PASSED;
            case TailFailure.EngineFailed _ -> Reason.ENGINE_FAILED;
            case TailFailure.Overloaded _ -> Reason.BUSY;
            case TailFailure.OverQuota _ -> Reason.OVER_QUOTA;
        };
    }

    private TailModel.Lease lease(String name, Optional<String> wantedVersion) {
        TailModel.Lease lease = models.leaseCurrent(name).orElseThrow(() -> notServed(name));
        String serving = lease.model().ref().getVersion();
        if (wantedVersion.isPresent() && !wantedVersion.get().equals(serving)) {
            lease.close();
            throw new RequestRefusedException(
                    Reason.UNKNOWN_MODEL,
                    "model '%s' has no version '%s'; version %s serves".formatted(name, wantedVersion.get(), serving));
        }
        return lease;
    }

    private RequestRefusedException notServed(String name) {
        List<ModelStanding> all = models.standings();
        return all.stream().anyMatch(standing -> standing.name().equals(name))
                ? new RequestRefusedException(
                        Reason.NOT_READY, "model '%s' is not ready: it is being opened".formatted(name))
                : new RequestRefusedException(
                        Reason.UNKNOWN_MODEL,
                        "model '%s' is unknown; known models: %s"
                                .formatted(
                                        name,
                                        all.stream().map(ModelStanding::name).toList()));
    }

    private static ModelDescription description(TailModel model) {
        return model.description()
                .orElseThrow(() -> new RequestRefusedException(
                        Reason.NOT_READY,
                        "model '%s' has no description".formatted(model.ref().getName())));
    }

    @Override
    public ModelDescription describe(String name, Optional<String> wantedVersion) {
        try (TailModel.Lease lease = lease(name, wantedVersion)) {
            return description(lease.model());
        }
    }

    @Override
    public List<ModelStanding> models() {
        return models.standings();
    }

    @Override
    public boolean isReady() {
        return models.standings().stream().allMatch(standing -> standing.state() == ModelStanding.State.READY);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        return version;
    }
}
