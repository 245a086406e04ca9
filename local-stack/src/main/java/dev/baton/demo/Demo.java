package dev.baton.demo;

import dev.baton.clients.Answer;
import dev.baton.clients.EdgeClient;
import dev.baton.clients.ModelView;
import dev.baton.clients.ModelView.CodecView;
import dev.baton.clients.ModelView.SplitPointView;
import dev.baton.clients.OrchestratorClient;
import dev.baton.clients.PlanView;
import dev.baton.clients.Provenance;
import dev.baton.demo.DemoResult.Step;
import dev.baton.embedded.LinkConditions;
import dev.baton.localstack.LocalStack;
import dev.baton.localstack.StackException;
import dev.baton.models.DescribedModel;
import dev.baton.models.RankedClass;
import dev.baton.partitioning.Placement;
import dev.baton.tensor.image.ImageInput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Sends pictures through a running stack under several placements and over a changing link, and compares. */
public final class Demo implements AutoCloseable {

    private static final String EDGE = "edge-1";
    private static final Duration SERVED_LIMIT = Duration.ofSeconds(90);
    private static final Duration PIN_LIMIT = Duration.ofSeconds(20);
    /** Above the edge node's own patience with the cloud, so that its explanation arrives here. */
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(60);
    /** Slow models are measured with fewer requests. */
    private static final Duration PLACEMENT_BUDGET = Duration.ofSeconds(4);

    private static final int PICTURES_PER_CODEC = 10;
    /** Pictures come as from a camera while the planner chooses; its measurements come from this traffic. */
    private static final Duration BETWEEN_PICTURES = Duration.ofMillis(60);
    /** The planner may choose codecs up to this error of the output, by the orchestrator's default. */
    private static final double ADMISSIBLE_ERROR = 0.01;

    private static final List<String> COMPARED_CODECS = List.of("raw", "fp16+zstd", "int8+zstd", "int4+zstd");
    private static final int SHOWN_ALTERNATIVES = 3;
    private static final int SHOWN_CLASSES = 5;

    private final DemoSettings settings;
    private final DescribedModel model;
    private final List<Picture> pictures;
    private final DemoPrinter printer;
    private final LocalStack stack;
    private final CompletableFuture<WholeModel> whole;
    private final Interpreter interpreter;
    private final OrchestratorClient orchestrator;
    private final EdgeClient edge;
    private final EdgeRequests requests;

    /**
     * A demo of a model that takes pictures.
     *
     * @param whole what the undivided model answers to the pictures
     */
    public Demo(
            DemoSettings settings,
            DescribedModel model,
            List<Picture> pictures,
            DemoPrinter printer,
            LocalStack stack,
            CompletableFuture<WholeModel> whole) {
        this.settings = settings;
        this.model = model;
        this.pictures = List.copyOf(pictures);
        this.printer = printer;
        this.stack = stack;
        this.whole = whole;
        this.interpreter = new Interpreter(model.description().output(), this.pictures);
        String input = model.description()
                .image()
                .map(ImageInput::input)
                .orElseThrow(() ->
                        new IllegalArgumentException("nothing says how a picture becomes an input of " + model.name()));
        this.orchestrator = new OrchestratorClient(stack.orchestrator());
        this.edge = new EdgeClient(stack.edge(1), REQUEST_LIMIT);
        this.requests = new EdgeRequests(edge, model.name(), input, this.pictures);
    }

    /** Everything, in order. */
    public DemoResult run() {
        long start = System.nanoTime();
        ModelView view = importModel();
        double importSeconds = (System.nanoTime() - start) / 1e9;
        printer.imported(view, importSeconds);
        Provenance first = awaitServed();
        DemoChecks checks = new DemoChecks();

        printer.pinnedHeader(settings.linkSteps().getFirst(), first.device());
        List<Measured> pinned = new ArrayList<>();
        for (Choice choice : choices(view)) {
            pinned.add(measure(choice, settings.picturesPerPlacement(), checks));
        }
        Optional<SplitPointView> codecSplit = settings.only().isPresent()
                ? Optional.empty()
                : twoSplits(view.between()).stream().findFirst();
        List<Measured> codecs =
                codecSplit.map(split -> compareCodecs(split, checks)).orElse(List.of());
        List<Step> steps = settings.only().isPresent() ? List.of() : letPlannerChoose();

        checks.answered(requests.all());
        checks.agree(Stream.concat(pinned.stream(), codecs.stream()).toList());
        checks.planned(steps);
        return new DemoResult(
                model.name(),
                view.version(),
                first.device(),
                importSeconds,
                pinned,
                codecSplit.map(split -> "split:" + split.index()),
                codecs,
                steps,
                answers(),
                checks.all());
    }

    private ModelView importModel() {
        printer.progress("Dividing %s and proving each split point".formatted(model.name()));
        return orchestrator.importModel(
                model.name(),
                model.onnx(),
                Optional.of(model.descriptionJson()),
                Optional.of(pictures.getFirst().encoded()));
    }

    /** Waits until the edge node serves the model and the tail has answered for it. */
    private Provenance awaitServed() {
        printer.progress("Waiting until edge node and tail serve " + model.name());
        long end = System.nanoTime() + SERVED_LIMIT.toNanos();
        while (System.nanoTime() < end && !edge.isReady(model.name())) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        PlanView plan = pinWhenPossible(end);
        String last = "";
        while (System.nanoTime() < end) {
            Sample sample = requests.send();
            last = sample.failure();
            Optional<Provenance> provenance = sample.answer().map(Answer::provenance);
            if (provenance
                    .filter(by ->
                            by.planEpoch() >= plan.epoch() && by.completedBy().equals("cloud"))
                    .isPresent()) {
                requests.forget();
                return provenance.get();
            }
            last = provenance.map(by -> by.placement() + ": " + by.reason()).orElse(last);
        }
        throw new StackException("%s is not served by the cloud after %d s; the last answer: %s"
                .formatted(model.name(), SERVED_LIMIT.toSeconds(), last));
    }

    /** The orchestrator refuses pins until it has heard of the edge node with this model. */
    private PlanView pinWhenPossible(long end) {
        while (orchestrator.plan(EDGE, model.name()).isEmpty()) {
            if (System.nanoTime() > end) {
                throw new StackException("the orchestrator made no plan for %s on %s within %d s"
                        .formatted(model.name(), EDGE, SERVED_LIMIT.toSeconds()));
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        return orchestrator.pin(EDGE, model.name(), new Placement.CloudOnly().id(), Optional.empty());
    }

    /** A placement to pin; the orchestrator chooses the codec when none is given. */
    private record Choice(Placement placement, Optional<String> codec) {}

    private List<Choice> choices(ModelView view) {
        if (settings.only().isPresent()) {
            return List.of(new Choice(settings.only().get(), settings.codec()));
        }
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice(new Placement.EdgeOnly(), Optional.empty()));
        choices.add(new Choice(new Placement.CloudOnly(), Optional.empty()));
        twoSplits(view.between())
                .forEach(split ->
                        choices.add(new Choice(new Placement.Split(split.index()), Optional.of(slimCodec(split)))));
        return choices;
    }

    /** The split point that sends least, and the earliest of the others. */
    private static List<SplitPointView> twoSplits(List<SplitPointView> between) {
        return slimmest(between)
                .map(slim -> Stream.concat(
                                between.stream()
                                        .filter(split -> split.index() != slim.index())
                                        .min(Comparator.comparingInt(SplitPointView::headOperators))
                                        .stream(),
                                Stream.of(slim))
                        .toList())
                .orElse(List.of());
    }

    private static Optional<SplitPointView> slimmest(List<SplitPointView> between) {
        return between.stream()
                .min(Comparator.comparingLong(split ->
                        split.codec(slimCodec(split)).map(CodecView::bytes).orElse(split.crossingBytes())));
    }

    /** The codec that sends least among those that change the answer little. */
    private static String slimCodec(SplitPointView split) {
        return split.codecs().stream()
                .filter(codec -> codec.outputError() <= ADMISSIBLE_ERROR)
                .min(Comparator.comparingLong(CodecView::bytes))
                .map(CodecView::codec)
                .orElse("raw");
    }

    private Measured measure(Choice choice, int count, DemoChecks checks) {
        PlanView plan = orchestrator.pin(EDGE, model.name(), choice.placement().id(), choice.codec());
        awaitInForce(plan);
        requests.startOver();
        List<Sample> samples = new ArrayList<>();
        long end = System.nanoTime() + PLACEMENT_BUDGET.toNanos();
        while (samples.size() < count && (System.nanoTime() < end || samples.isEmpty())) {
            Sample sample = requests.send();
            samples.add(sample);
            printer.tick(plan.placement(), samples.size(), count, sample, interpreter);
        }
        checks.provenance(plan, samples);
        Measured measured = Measured.of(plan.placement(), codec(samples, plan), samples, whole.join(), interpreter);
        printer.pinned(measured, samples.getLast(), interpreter);
        return measured;
    }

    /** What the answers name: the picture itself may travel instead of the plan's codec. */
    private static String codec(List<Sample> samples, PlanView plan) {
        return samples.stream()
                .flatMap(sample -> sample.answer().stream())
                .map(answer -> answer.provenance().codec())
                .findFirst()
                .orElse(plan.codec());
    }

    /** Sends until an answer names the plan's epoch: edge nodes change plans without dropping or delaying requests. */
    private void awaitInForce(PlanView plan) {
        long end = System.nanoTime() + PIN_LIMIT.toNanos();
        while (System.nanoTime() < end) {
            Sample sample = requests.send();
            if (sample.answer()
                    .filter(answer -> answer.provenance().planEpoch() >= plan.epoch())
                    .isPresent()) {
                return;
            }
        }
        throw new StackException("%s pinned at epoch %d is not in force after %d s"
                .formatted(plan.placement(), plan.epoch(), PIN_LIMIT.toSeconds()));
    }

    private List<Measured> compareCodecs(SplitPointView split, DemoChecks checks) {
        printer.codecsHeader(split);
        int count = Math.min(PICTURES_PER_CODEC, settings.picturesPerPlacement());
        return COMPARED_CODECS.stream()
                .map(codec ->
                        measure(new Choice(new Placement.Split(split.index()), Optional.of(codec)), count, checks))
                .toList();
    }

    private List<Step> letPlannerChoose() {
        printer.plannerHeader();
        orchestrator.unpin(EDGE, model.name());
        return settings.linkSteps().stream().map(this::step).toList();
    }

    private Step step(double megabitsPerSecond) {
        stack.link().set(new LinkConditions(megabitsPerSecond, settings.oneWayDelay(), settings.jitter()));
        List<Sample> samples = new ArrayList<>();
        List<String> changes = new ArrayList<>();
        long start = System.nanoTime();
        String inForce = "";
        while (System.nanoTime() - start < settings.step().toNanos()) {
            long next = System.nanoTime() + BETWEEN_PICTURES.toNanos();
            Sample sample = requests.send();
            samples.add(sample);
            String placement = sample.answer().map(Demo::placement).orElse(inForce);
            if (!placement.equals(inForce)) {
                changes.add("%.1f s %s".formatted((sample.atNanos() - start) / 1e9, placement));
                inForce = placement;
            }
            printer.tick("%s at %s Mbit/s".formatted(placement, printer.rate(megabitsPerSecond)), sample, interpreter);
            LockSupport.parkNanos(next - System.nanoTime());
        }
        PlanView.Standing standing = orchestrator
                .plan(EDGE, model.name())
                .orElseThrow(() -> new StackException("the orchestrator forgot the plan of " + EDGE));
        List<Sample> settled = settled(samples, inForce);
        Step step = new Step(
                megabitsPerSecond,
                changes,
                Measured.of(
                        standing.plan().placement(),
                        codec(settled, standing.plan()),
                        settled,
                        whole.join(),
                        interpreter),
                standing.plan().reason(),
                standing.verdict(),
                PlanView.best(standing.ranking(), SHOWN_ALTERNATIVES));
        printer.step(step, samples.getLast(), interpreter);
        return step;
    }

    /** The last requests, which all ran under the placement that is in force now. */
    private static List<Sample> settled(List<Sample> samples, String inForce) {
        int first = samples.size();
        while (first > 0
                && samples.get(first - 1)
                        .answer()
                        .map(Demo::placement)
                        .orElse(inForce)
                        .equals(inForce)) {
            first--;
        }
        return samples.subList(first, samples.size());
    }

    private static String placement(Answer answer) {
        Provenance by = answer.provenance();
        return by.codec().isEmpty() ? by.placement() : by.placement() + " " + by.codec();
    }

    /** The classes that the planner's own way of running the model found, by picture. */
    private Map<String, List<RankedClass>> answers() {
        Map<String, List<RankedClass>> answers = new LinkedHashMap<>();
        if (interpreter.isClassification()) {
            for (Sample sample : requests.all().reversed()) {
                sample.answer()
                        .ifPresent(answer -> answers.putIfAbsent(
                                pictures.get(sample.picture()).name(),
                                interpreter.top(answer.outputs(), SHOWN_CLASSES)));
            }
        }
        return answers;
    }

    @Override
    public void close() {
        edge.close();
        orchestrator.close();
    }
}
