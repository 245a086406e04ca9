package dev.baton.edge.request;

import dev.baton.edge.cloud.Activation;
import dev.baton.edge.cloud.ActivationSender;
import dev.baton.edge.cloud.CloudAnswer;
import dev.baton.edge.cloud.CloudCall;
import dev.baton.edge.cloud.Downlink;
import dev.baton.edge.explore.Exploration;
import dev.baton.edge.measure.Arrivals;
import dev.baton.edge.measure.Energy;
import dev.baton.edge.measure.PlacementMeasurements.PlanKey;
import dev.baton.edge.measure.PlacementMeasurements.Quantity;
import dev.baton.edge.model.EdgePlan;
import dev.baton.edge.model.ServedModel;
import dev.baton.edge.request.Provenance.CompletedBy;
import dev.baton.inference.EngineBusyException;
import dev.baton.inference.InferenceException;
import dev.baton.inference.InvalidInputException;
import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.partitioning.Placement;
import dev.baton.planning.link.LinkEstimator;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.codec.EncodedTensor;
import dev.baton.tensor.image.UnreadableImageException;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;
import java.util.EnumMap;
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

    /** Reserved beside the work itself: for waking up, and for the answer's way to the client. At least this much, */
    private static final Duration LEAST_SLACK = Duration.ofMillis(10);

    /** or this part of the time left. */
    private static final int SLACK_PART = 20;

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
    private final ActivationSender cloud;
    private final LinkEstimator link;
    private final Downlink downlink;
    private final Learning learning;
    private final RequestCounters counters;
    private final Duration cloudTimeout;
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

    /**
     * @param cloudTimeout the longest wait for the cloud
     * @param device       of this edge node, for provenance
     */
    public EdgeInference(
            ModelLookup models,
            ActivationSender cloud,
            LinkEstimator link,
            Downlink downlink,
            Learning learning,
            RequestCounters counters,
            Duration cloudTimeout,
            String device,
            Tracer tracer,
            LongSupplier nanoTicker) {
        this.models = models;
        this.cloud = cloud;
        this.link = link;
        this.downlink = downlink;
        this.learning = learning;
        this.counters = counters;
        this.cloudTimeout = cloudTimeout;
        this.device = device;
        this.tracer = tracer;
        this.nanoTicker = nanoTicker;
    }

    /**
     * The main path.
     *
     * @throws RequestRefusedException when there is no answer
     */
    public InferenceAnswer infer(InferenceRequest request) throws InterruptedException {
        try (ServedModel.Lease lease = models.lease(request.model(), request.version())) {
            Run run = new Run(request, lease.model(), lease.model().plan());
            PlanKey plan = run.plan.key();
            learning.arrivals.began();
            run.model.measurements().placements().began(plan);
            try {
                return answer(run);
            } catch (RuntimeException | InterruptedException | Error failed) {
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
                        case Placement.CloudOnly() -> inCloud(run, run.inputs.untouched());
                        case Placement.Split(int splitPoint) -> divided(run, runHead(run, splitPoint));
                    };
            requireTimeLeft(run);
            return answered(run, finish);
        } catch (InvalidInputException | UnreadableImageException invalid) {
            throw new RequestRefusedException(Reason.INVALID_INPUT, String.valueOf(invalid.getMessage()), invalid);
        } catch (EngineBusyException busy) {
            throw new RequestRefusedException(Reason.BUSY, String.valueOf(busy.getMessage()), busy);
        } catch (InferenceException failed) {
            throw new RequestRefusedException(
                    Reason.ENGINE_FAILED, "model %s: %s".formatted(run.model.name(), failed.getMessage()), failed);
        }
    }

    /** One request on its way. */
    private final class Run {
        final InferenceRequest request;
        final ServedModel model;
        final EdgePlan plan;
        final StageClock clock;
        final RequestInputs inputs;
        /** Terms that no stage tells. */
        final Map<Quantity, Double> terms = new EnumMap<>(Quantity.class);

        Run(InferenceRequest request, ServedModel model, EdgePlan plan) {
            this.request = request;
            this.model = model;
            this.plan = plan;
            this.clock = new StageClock(tracer, nanoTicker, request.arrivedNanos());
            this.inputs = new RequestInputs(request, model, clock);
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

    private Finish onEdge(Run run) throws InterruptedException {
        Map<String, Tensor> inputs = run.inputs.tensors();
        requireTimeLeft(run);
        Map<String, Tensor> outputs = run.clock.time(
                Stage.HEAD, "edge.head", () -> run.model.runWhole(inputs).outputs());
        return new Finish(outputs, CompletedBy.EDGE, run.plan.reason(), Optional.empty(), 0, Optional.empty());
    }

    private Baton runHead(Run run, int splitPoint) throws InterruptedException {
        Map<String, Tensor> inputs = run.inputs.tensors();
        requireTimeLeft(run);
        Map<String, Tensor> outputs = run.clock.time(Stage.HEAD, "edge.head", () -> run.model
                .runHead(splitPoint, inputs)
                .outputs());
        return new Baton(splitPoint, run.model.splitPackage().crossing(splitPoint, inputs, outputs), Optional.empty());
    }

    private Finish divided(Run run, Baton baton) throws InterruptedException {
        Optional<String> sure = ExitCheck.reason(run.model, run.request, baton.crossing());
        return sure.isPresent()
                ? new Finish(
                        baton.crossing(), CompletedBy.EARLY_EXIT, sure.get(), Optional.empty(), 0, Optional.empty())
                : inCloud(run, baton);
    }

    private Finish inCloud(Run run, Baton baton) throws InterruptedException {
        Map<String, EncodedTensor> encoded = encode(run, baton);
        Optional<String> sentAs = sentAs(baton, encoded);
        Duration wait = waitBudget(run, baton);
        Activation activation = new Activation(
                run.request.id(),
                run.model.name(),
                run.model.version(),
                baton.splitPoint(),
                run.plan.epoch(),
                encoded,
                baton.picture(),
                wantedOfTail(run, baton),
                wait,
                run.request.claim());
        long sending = nanoTicker.getAsLong();
        try (CloudCall call = run.clock.span("edge.send", SpanKind.PRODUCER, () -> cloud.send(activation))) {
            CloudAnswer answer = run.clock.span("edge.await", SpanKind.INTERNAL, () -> call.await(wait));
            Duration away = Duration.ofNanos(nanoTicker.getAsLong() - sending);
            if (!(answer instanceof CloudAnswer.Outputs)) {
                run.clock.add(Stage.NETWORK, away);
            }
            return switch (answer) {
                case CloudAnswer.Outputs outputs -> {
                    account(run, outputs, call, away);
                    learning.exploration.answeredByCloud(
                            run.model, baton.splitPoint(), run.plan.codec(), baton.crossing(), outputs.outputs());
                    Map<String, Tensor> available = new LinkedHashMap<>(baton.crossing());
                    available.putAll(outputs.outputs());
                    yield new Finish(
                            available,
                            CompletedBy.CLOUD,
                            run.plan.reason(),
                            sentAs,
                            call.bytesSent(),
                            Optional.of(outputs.tail()));
                }
                case CloudAnswer.Refused(String tail, String reason) ->
                    locally(run, baton, "tail %s: %s".formatted(tail, reason), sentAs, call.bytesSent());
                case CloudAnswer.NotSent(String reason) -> locally(run, baton, reason, sentAs, call.bytesSent());
                case CloudAnswer.Silence(Duration waited) ->
                    locally(
                            run,
                            baton,
                            "no answer from the cloud within %d ms".formatted(waited.toMillis()),
                            sentAs,
                            call.bytesSent());
            };
        }
    }

    private static Map<String, EncodedTensor> encode(Run run, Baton baton) throws InterruptedException {
        if (baton.crossing().isEmpty()) {
            return Map.of(); // the picture travels as it came: there is no such stage
        }
        Codec codec = run.plan.codec();
        Duration before = run.clock.spent(Stage.ENCODE);
        Map<String, EncodedTensor> encoded = run.clock.time(Stage.ENCODE, "edge.encode", () -> {
            Map<String, EncodedTensor> tensors = new LinkedHashMap<>();
            baton.crossing().forEach((name, tensor) -> tensors.put(name, Codecs.encode(tensor, codec)));
            return tensors;
        });
        if (baton.picture().isEmpty()) {
            long bytes =
                    encoded.values().stream().mapToLong(EncodedTensor::byteSize).sum();
            run.model
                    .measurements()
                    .encode(
                            baton.splitPoint(),
                            codec.id(),
                            run.clock.spent(Stage.ENCODE).minus(before),
                            bytes);
        }
        return encoded;
    }

    /** The least exact codec among what is sent, as tensors may be sent more exactly than the plan says. */
    private static Optional<String> sentAs(Baton baton, Map<String, EncodedTensor> encoded) {
        if (baton.picture().isPresent()) {
            return baton.picture().map(picture -> picture.mediaType());
        }
        return encoded.values().stream()
                .map(EncodedTensor::codec)
                .max(java.util.Comparator.comparing(Codec::quantization).thenComparing(Codec::zstd))
                .map(Codec::id);
    }

    /** What the client wants and the head has not made already; empty means everything. */
    private static List<String> wantedOfTail(Run run, Baton baton) {
        return run.request.outputs().stream()
                .filter(name -> !baton.crossing().containsKey(name))
                .toList();
    }

    /**
     * How long to wait for the cloud: until what is left is just enough to finish here. Where it would not be enough even now,
     * the cloud is the only hope, until the end.
     */
    private Duration waitBudget(Run run, Baton baton) {
        requireTimeLeft(run);
        if (run.request.deadline().isEmpty()) {
            return cloudTimeout;
        }
        Duration left = run.request.deadline().get().remaining(nanoTicker.getAsLong());
        Duration part = left.dividedBy(SLACK_PART);
        Duration slack = part.compareTo(LEAST_SLACK) > 0 ? part : LEAST_SLACK;
        Duration reserved = run.model
                .expectedLocalTime(baton.splitPoint(), baton.picture().isPresent())
                .map(expected -> expected.multipliedBy(6).dividedBy(5).plus(slack))
                .orElse(slack);
        Duration wait = left.compareTo(reserved) > 0 ? left.minus(reserved) : left;
        return wait.compareTo(cloudTimeout) < 0 ? wait : cloudTimeout;
    }

    /** {@code away}: from beginning to send until the outputs were at hand: writing the record and reading the answer count. */
    private void account(Run run, CloudAnswer.Outputs answer, CloudCall call, Duration away) {
        Duration tail = answer.times().total();
        Duration network = atLeastZero(longer(away, answer.roundTrip()).minus(tail));
        run.clock.add(Stage.NETWORK, network);
        run.clock.add(Stage.TAIL_QUEUE, answer.times().queue());
        run.clock.add(Stage.TAIL_DECODE, answer.times().decode());
        run.clock.add(Stage.TAIL, answer.times().run().plus(answer.times().encode()));
        run.terms.put(Quantity.RESULT_BYTES, (double) answer.bytes());
        call.uplink().ifPresent(uplink -> {
            run.terms.put(Quantity.UPLINK, micros(uplink));
            run.terms.put(Quantity.RESULT, micros(atLeastZero(network.minus(uplink))));
            downlink.answered(
                    answer.bytes(), atLeastZero(answer.roundTrip().minus(tail).minus(uplink)));
        });
        link.estimate().ifPresent(estimate -> {
            // An acknowledgement measures the wait for the link as well, which no broker causes.
            Duration upload = call.uplink().orElseGet(() -> estimate.transfer(call.bytesSent()));
            Duration result = downlink.rate(estimate).of(answer.bytes());
            Duration broker = atLeastZero(network.minus(upload).minus(result));
            run.model.measurements().broker(broker);
            run.terms.put(Quantity.BROKER, micros(broker));
        });
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration atLeastZero(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }

    private static double micros(Duration duration) {
        return duration.toNanos() / 1e3;
    }

    /** Local completion: continues from what this edge node still holds. */
    private Finish locally(Run run, Baton baton, String reason, Optional<String> sentAs, long bytesSent)
            throws InterruptedException {
        requireTimeLeft(run);
        if (!run.model.isWhole()) {
            throw new RequestRefusedException(
                    Reason.NOT_READY,
                    "%s; and only a part of model %s is on this edge node, so it cannot finish by itself"
                            .formatted(reason, run.model.name()));
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

    private void requireTimeLeft(Run run) {
        if (run.request.deadline().isPresent()) {
            Duration left = run.request.deadline().get().remaining(nanoTicker.getAsLong());
            if (left.isNegative() || left.isZero()) {
                throw new RequestRefusedException(
                        Reason.DEADLINE_PASSED,
                        "the deadline passed %d ms after the request arrived"
                                .formatted(run.clock.sinceArrival().toMillis()));
            }
        }
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
        Optional<Energy> energy = learning.energy.of(times, finish.bytesSent, link.estimate());
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
