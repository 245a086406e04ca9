package dev.baton.edge.request;

import dev.baton.edge.cloud.CircuitBreaker;
import dev.baton.edge.cloud.CircuitBreaker.Pause;
import dev.baton.edge.cloud.CloudAnswer;
import dev.baton.edge.cloud.CloudCall;
import dev.baton.edge.explore.Exploration;
import dev.baton.edge.measure.Arrivals;
import dev.baton.edge.measure.Energy;
import dev.baton.edge.measure.PlacementMeasurements.PlanKey;
import dev.baton.edge.measure.PlacementMeasurements.Quantity;
import dev.baton.edge.model.ServedModel;
import dev.baton.edge.request.CloudSide.Sent;
import dev.baton.edge.request.Provenance.CompletedBy;
import dev.baton.inference.EngineBusyException;
import dev.baton.inference.InferenceException;
import dev.baton.inference.InvalidInputException;
import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.partitioning.Placement;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.image.UnreadableImageException;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/** Answers requests: here, in the cloud, or divided between the two, as the model's plan says. */
public final class EdgeInference {

    private static final Map<Stage, Quantity> QUANTITIES = Map.of(
            Stage.PREPROCESS, Quantity.PREPROCESS,
            Stage.HEAD, Quantity.HEAD,
            Stage.ENCODE, Quantity.ENCODE,
            Stage.TAIL_QUEUE, Quantity.TAIL_QUEUE,
            Stage.TAIL_DECODE, Quantity.DECODE,
            Stage.TAIL, Quantity.TAIL,
            Stage.LOCAL, Quantity.LOCAL_COMPLETION,
            Stage.OTHER, Quantity.OTHER);

    private static final Set<Stage> SHARED_WITH_EARLY_EXITS = EnumSet.of(Stage.PREPROCESS, Stage.HEAD);

    private final ModelLookup models;
    private final CloudSide cloud;
    private final Learning learning;
    private final RequestCounters counters;
    private final String device;
    private final Tracer tracer;
    private final LongSupplier nanoTicker;

    /**
     * What is learnt from requests.
     *
     * @param arrivals    is told when requests begin and end
     * @param exploration may compare answers of the cloud
     * @param energy      what requests cost this edge node
     */
    public record Learning(Arrivals arrivals, Exploration exploration, EnergyMeter energy) {}

    /** @param device of this edge node, for provenance */
    public EdgeInference(
            ModelLookup models,
            CloudSide cloud,
            Learning learning,
            RequestCounters counters,
            String device,
            Tracer tracer,
            LongSupplier nanoTicker) {
        this.models = models;
        this.cloud = cloud;
        this.learning = learning;
        this.counters = counters;
        this.device = device;
        this.tracer = tracer;
        this.nanoTicker = nanoTicker;
    }

    /**
     * The main path.
     *
     * @throws RequestRefusedException when there is no answer
     * @throws InterruptedException    when the client no longer wants one: what waits for the engine or the cloud is taken back
     */
    public InferenceAnswer infer(InferenceRequest request) throws InterruptedException {
        try (ServedModel.Lease lease = models.lease(request.model(), request.version())) {
            Run run = new Run(request, lease.model(), tracer, nanoTicker);
            PlanKey plan = run.plan.key();
            learning.arrivals.began();
            run.model.measurements().placements().began(plan);
            try {
                return answer(run);
            } catch (InterruptedException gone) {
                counters.cancelled(run.model.name());
                run.model.measurements().placements().cancelled(plan);
                throw gone;
            } catch (RuntimeException | Error failed) {
                run.model.measurements().failed();
                run.model.measurements().placements().failed(plan);
                throw failed;
            } finally {
                learning.arrivals.ended();
            }
        }
    }

    private InferenceAnswer answer(Run run) throws InterruptedException {
        try {
            run.inputs.check();
            Finish finish =
                    switch (run.plan.placement()) {
                        case Placement.EdgeOnly() -> onEdge(run);
                        case Placement.CloudOnly() -> withCloud(run);
                        case Placement.Split _ -> withCloud(run);
                    };
            run.requireTimeLeft();
            return answered(run, finish);
        } catch (InvalidInputException | UnreadableImageException invalid) {
            throw new RequestRefusedException(Reason.INVALID_INPUT, String.valueOf(invalid.getMessage()), invalid);
        } catch (EngineBusyException busy) {
            throw new RequestRefusedException(Reason.BUSY, String.valueOf(busy.getMessage()), busy);
        } catch (InferenceException failed) {
            if (Thread.interrupted()) { // while it waited for the engine
                throw new InterruptedException(failed.getMessage());
            }
            throw new RequestRefusedException(
                    Reason.ENGINE_FAILED, "model %s: %s".formatted(run.model.name(), failed.getMessage()), failed);
        }
    }

    /** How a request ended; {@code available} are tensors by name, the model's outputs among them. */
    private record Finish(
            Map<String, Tensor> available,
            CompletedBy completedBy,
            String reason,
            Optional<String> sentAs,
            long bytesSent,
            Optional<String> tail) {}

    private static Finish onEdge(Run run) throws InterruptedException {
        Map<String, Tensor> inputs = run.inputs.tensors();
        run.requireTimeLeft();
        Map<String, Tensor> outputs = run.clock.time(
                Stage.HEAD, "edge.head", () -> run.model.runWhole(inputs).outputs());
        return new Finish(outputs, CompletedBy.EDGE, run.plan.reason(), Optional.empty(), 0, Optional.empty());
    }

    /** The cloud finishes what begins here; where it did not answer of late, nothing is prepared for it. */
    private Finish withCloud(Run run) throws InterruptedException {
        CircuitBreaker breaker = cloud.breakers().of(run.model.name());
        Optional<Pause> pause = breaker.pause();
        if (pause.isPresent()) {
            return withoutCloud(run, pause.get());
        }
        Baton baton = begin(run);
        Optional<Finish> early = early(run, baton);
        if (early.isPresent()) {
            return early.get();
        }
        Optional<CircuitBreaker.Call> attempt = breaker.begin();
        if (attempt.isEmpty()) { // since a moment ago
            return locally(run, baton, breaker.pause().map(Pause::reason).orElse("the cloud was not to be asked"));
        }
        return attempt.get().isProbe() && run.model.isWhole()
                ? besideProbe(run, baton, attempt.get())
                : inCloud(run, baton, attempt.get());
    }

    private static Baton begin(Run run) throws InterruptedException {
        return run.plan.placement() instanceof Placement.Split(int splitPoint)
                ? runHead(run, splitPoint)
                : run.inputs.untouched();
    }

    private static Baton runHead(Run run, int splitPoint) throws InterruptedException {
        Map<String, Tensor> inputs = run.inputs.tensors();
        run.requireTimeLeft();
        Map<String, Tensor> outputs = run.clock.time(Stage.HEAD, "edge.head", () -> run.model
                .runHead(splitPoint, inputs)
                .outputs());
        return new Baton(splitPoint, run.model.splitPackage().crossing(splitPoint, inputs, outputs), Optional.empty());
    }

    /** An output of the head that is sure enough ends the request. */
    private static Optional<Finish> early(Run run, Baton baton) {
        return baton.splitPoint() == 0
                ? Optional.empty()
                : ExitCheck.reason(run.model, run.request, baton.crossing())
                        .map(sure -> new Finish(
                                baton.crossing(), CompletedBy.EARLY_EXIT, sure, Optional.empty(), 0, Optional.empty()));
    }

    private Finish inCloud(Run run, Baton baton, CircuitBreaker.Call attempt) throws InterruptedException {
        try (attempt) {
            Sent sent = cloud.send(run, baton);
            try (CloudCall _ = sent.call()) {
                CloudAnswer answer = cloud.await(run, sent);
                tell(attempt, answer);
                return switch (answer) {
                    case CloudAnswer.Outputs outputs -> answeredByCloud(run, baton, sent, outputs);
                    case CloudAnswer.Refused(String tail, String reason) ->
                        locally(run, baton, "tail %s: %s".formatted(tail, reason), sent);
                    case CloudAnswer.NotSent(String reason) -> locally(run, baton, reason, sent);
                    case CloudAnswer.Unfit(String reason) -> locally(run, baton, reason, sent);
                    case CloudAnswer.Silence(Duration waited) ->
                        locally(run, baton, "no answer from the cloud within %d ms".formatted(waited.toMillis()), sent);
                };
            }
        }
    }

    private Finish answeredByCloud(Run run, Baton baton, Sent sent, CloudAnswer.Outputs outputs) {
        learning.exploration.answeredByCloud(
                run.model, baton.splitPoint(), run.plan.codec(), baton.crossing(), outputs.outputs());
        Map<String, Tensor> available = new LinkedHashMap<>(baton.crossing());
        available.putAll(outputs.outputs());
        return new Finish(
                available,
                CompletedBy.CLOUD,
                run.plan.reason(),
                sent.sentAs(),
                sent.call().bytesSent(),
                Optional.of(outputs.tail()));
    }

    private static void tell(CircuitBreaker.Call attempt, CloudAnswer answer) {
        switch (answer) {
            case CloudAnswer.Outputs _ -> attempt.answered();
            case CloudAnswer.Refused _ -> attempt.answered();
            case CloudAnswer.NotSent(String reason) -> attempt.unreachable(reason);
            case CloudAnswer.Silence _ -> attempt.silent();
            case CloudAnswer.Unfit _ -> attempt.close();
        }
    }

    /** Asks whether the cloud is back, and has no client wait for it: the request is finished here meanwhile. */
    private Finish besideProbe(Run run, Baton baton, CircuitBreaker.Call probe) throws InterruptedException {
        Sent sent;
        try {
            sent = cloud.send(run, baton);
        } catch (RuntimeException | InterruptedException | Error failed) {
            probe.close();
            throw failed;
        }
        sent.call().whenOver(cloud.probePatience(sent), answer -> tell(probe, answer));
        return locally(run, baton, "the cloud did not answer of late; this request asks it again beside", sent);
    }

    /** Nothing is sent. What a head may answer early still runs; else the whole model at once. */
    private Finish withoutCloud(Run run, Pause pause) throws InterruptedException {
        boolean mayExit = run.plan.placement() instanceof Placement.Split(int splitPoint)
                && run.model.manifest().exitPoints().contains(splitPoint);
        Baton baton = mayExit ? begin(run) : Baton.nothing();
        Optional<Finish> early = early(run, baton);
        if (early.isPresent()) {
            return early.get();
        }
        if (!run.model.isWhole()) {
            throw cannotFinish(run, pause.reason(), pause.left());
        }
        return locally(run, baton, pause.reason());
    }

    private static Finish locally(Run run, Baton baton, String reason, Sent sent) throws InterruptedException {
        return locally(run, baton, reason, sent.sentAs(), sent.call().bytesSent());
    }

    private static Finish locally(Run run, Baton baton, String reason) throws InterruptedException {
        return locally(run, baton, reason, Optional.empty(), 0);
    }

    /** Local completion: continues from what this edge node still holds. */
    private static Finish locally(Run run, Baton baton, String reason, Optional<String> sentAs, long bytesSent)
            throws InterruptedException {
        run.requireTimeLeft();
        if (!run.model.isWhole()) {
            throw cannotFinish(run, reason, Reason.NOT_READY.retryAfter().orElseThrow());
        }
        Map<String, Tensor> available = new LinkedHashMap<>();
        if (baton.splitPoint() == 0) {
            Map<String, Tensor> inputs = run.inputs.tensors();
            available.putAll(run.clock.time(
                    Stage.LOCAL, "edge.local", () -> run.model.runWhole(inputs).outputs()));
        } else {
            available.putAll(baton.crossing());
            available.putAll(run.clock.time(Stage.LOCAL, "edge.local", () -> run.model
                    .runTail(baton.splitPoint(), baton.crossing())
                    .outputs()));
        }
        return new Finish(available, CompletedBy.EDGE, reason, sentAs, bytesSent, Optional.empty());
    }

    private static RequestRefusedException cannotFinish(Run run, String reason, Duration retryAfter) {
        return new RequestRefusedException(
                Reason.NOT_READY,
                "%s; and only a part of model %s is on this edge node, so it cannot finish by itself"
                        .formatted(reason, run.model.name()),
                retryAfter);
    }

    private InferenceAnswer answered(Run run, Finish finish) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (String name : wantedOutputs(run, finish)) {
            Tensor tensor = finish.available.get(name);
            if (tensor == null) {
                throw new RequestRefusedException(
                        Reason.ENGINE_FAILED,
                        "output '%s' of model %s was not computed".formatted(name, run.model.name()));
            }
            outputs.put(name, tensor);
        }
        Placement placement = run.plan.placement();
        StageTimes times = run.clock.finish();
        Optional<Energy> energy =
                learning.energy.of(times, finish.bytesSent, cloud.link().estimate());
        measured(run, finish, times, energy);
        Provenance provenance = new Provenance(
                placement,
                splitPoint(placement, run.model),
                finish.sentAs,
                run.plan.epoch(),
                finish.bytesSent,
                finish.completedBy,
                finish.reason,
                finish.tail,
                device,
                times,
                energy);
        return new InferenceAnswer(run.model.name(), run.model.version(), outputs, provenance);
    }

    private static List<String> wantedOutputs(Run run, Finish finish) {
        return finish.completedBy == CompletedBy.EARLY_EXIT
                ? ExitCheck.outputs(run.model, run.request, finish.available)
                : run.inputs.wantedOutputs();
    }

    private void measured(Run run, Finish finish, StageTimes times, Optional<Energy> energy) {
        if (finish.completedBy == CompletedBy.EARLY_EXIT) {
            exitedEarly(run, times);
            return;
        }
        boolean locallyInsteadOfCloud =
                !(run.plan.placement() instanceof Placement.EdgeOnly) && finish.completedBy == CompletedBy.EDGE;
        run.terms.put(Quantity.TOTAL, (double) times.totalMicros());
        QUANTITIES.forEach((stage, quantity) -> {
            Long micros = times.micros().get(stage);
            if (micros != null) {
                run.terms.put(quantity, micros.doubleValue());
            }
        });
        if (finish.bytesSent > 0) {
            run.terms.put(Quantity.BYTES, (double) finish.bytesSent);
        }
        energy.ifPresent(spent -> run.terms.put(Quantity.JOULES, spent.total()));
        if (locallyInsteadOfCloud) {
            counters.completedLocally(run.model.name());
        }
        run.model.measurements().answered(Duration.ofNanos(times.totalMicros() * 1_000), locallyInsteadOfCloud);
        run.model.measurements().placements().answered(run.plan.key(), run.terms, locallyInsteadOfCloud);
    }

    /** The whole time, energy and the rest are those of another way than the placement's: only what both ways share is told. */
    private void exitedEarly(Run run, StageTimes times) {
        for (Stage stage : SHARED_WITH_EARLY_EXITS) {
            Long micros = times.micros().get(stage);
            if (micros != null) {
                run.terms.put(Objects.requireNonNull(QUANTITIES.get(stage)), micros.doubleValue());
            }
        }
        counters.exitedEarly(run.model.name());
        run.model.measurements().exitedEarly(Duration.ofNanos(times.totalMicros() * 1_000));
        run.model.measurements().placements().exitedEarly(run.plan.key(), run.terms);
    }

    private static int splitPoint(Placement placement, ServedModel model) {
        return switch (placement) {
            case Placement.EdgeOnly() -> model.manifest().lastIndex();
            case Placement.CloudOnly() -> 0;
            case Placement.Split(int splitPoint) -> splitPoint;
        };
    }
}
