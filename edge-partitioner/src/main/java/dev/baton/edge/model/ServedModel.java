package dev.baton.edge.model;

import dev.baton.edge.measure.ModelMeasurements;
import dev.baton.edge.measure.Summary;
import dev.baton.inference.Inference;
import dev.baton.inference.InferenceEngine;
import dev.baton.inference.InferenceSession;
import dev.baton.openinference.ModelDescription;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.OutputMeaning;
import dev.baton.partitioning.splitpackage.PackagePart;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import dev.baton.tensor.image.ImagePreprocessor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One version of a model, open and warm as far as its package is here, with its active plan. A request holds a {@link Lease} while it uses the model;
 * a retired model closes its sessions when the last lease is given back.
 */
public final class ServedModel {

    private static final int WARM_RUNS = 6;

    /** A head that takes longer than this, cold, is not run again while users wait for the model. */
    private static final Duration LONGEST_COLD_RUN = Duration.ofSeconds(2);

    private static final Duration LONGEST_WARM_UP = Duration.ofMillis(400);

    private final SplitPackage splitPackage;
    private final InferenceEngine engine;
    private final Map<Integer, InferenceSession> heads = new ConcurrentHashMap<>();
    private final Map<Integer, InferenceSession> tails = new ConcurrentHashMap<>();
    private final Optional<ImagePreprocessor> pictures;
    private final ModelDescription description;
    private final NestedHeads nested;
    private final ModelMeasurements measurements = new ModelMeasurements(System::nanoTime);
    private volatile EdgePlan plan;
    private int leases;
    private boolean retired;
    private boolean closed;

    private ServedModel(SplitPackage splitPackage, InferenceEngine engine) {
        this.splitPackage = splitPackage;
        this.engine = engine;
        this.pictures = splitPackage.manifest().image().map(ImagePreprocessor::new);
        this.description = description(splitPackage.manifest(), splitPackage.version());
        this.nested = new NestedHeads(splitPackage.manifest(), splitPackage.version());
        this.plan = withoutPlan();
    }

    private static ModelDescription description(Manifest manifest, String version) {
        return new ModelDescription(
                manifest.model(),
                version,
                manifest.inputs(),
                manifest.outputs(),
                manifest.image().map(ImageInput::input),
                manifest.output().stream().collect(Collectors.toMap(OutputMeaning::tensor, OutputMeaning::labels)));
    }

    /** Opens the whole model and every head, and runs each until its time is known. */
    public static ServedModel open(SplitPackage splitPackage, InferenceEngine engine) throws IOException {
        return open(splitPackage, engine, new PackagePart.Whole());
    }

    /** Opens what this part of the package can run, and runs it until its time is known. */
    public static ServedModel open(SplitPackage splitPackage, InferenceEngine engine, PackagePart part)
            throws IOException {
        ServedModel model = new ServedModel(splitPackage, engine);
        try {
            model.openMore(part);
            return model;
        } catch (IOException | RuntimeException failed) {
            model.closeSessions();
            throw failed;
        }
    }

    /** Opens what this part, which is here now, can run beyond what is open; gives the split points that are new. */
    List<Integer> openMore(PackagePart part) throws IOException {
        int last = manifest().lastIndex();
        List<Integer> points =
                switch (part) {
                    case PackagePart.Whole() ->
                        IntStream.rangeClosed(1, last).boxed().toList().reversed();
                    case PackagePart.Head(int point) -> point == 0 ? List.of() : List.of(point);
                    case PackagePart.Tail tail -> List.of();
                };
        List<Integer> opened = new ArrayList<>();
        for (int point : points) {
            if (!heads.containsKey(point)) {
                open(point);
                opened.add(point);
            }
        }
        if (plan.epoch() == 0) {
            plan = withoutPlan();
        }
        return opened;
    }

    private void open(int splitPoint) throws IOException {
        InferenceSession head = engine.open(splitPackage.headFile(splitPoint));
        try {
            warmUp(splitPoint, head);
        } catch (IOException | RuntimeException failed) {
            head.close();
            throw failed;
        }
        boolean tooLate;
        synchronized (this) {
            tooLate = closed;
            if (!tooLate) {
                heads.put(splitPoint, head);
            }
        }
        if (tooLate) {
            head.close();
        }
    }

    /** The first run allocates and compiles, and counts only where it was so long that there is no second. */
    private void warmUp(int splitPoint, InferenceSession head) throws IOException {
        Map<String, Tensor> inputs = wanted(head, splitPackage.probeInputs());
        Duration cold = head.run(inputs).runTime();
        List<Duration> warm = new ArrayList<>();
        if (cold.compareTo(LONGEST_COLD_RUN) < 0) {
            Duration spent = Duration.ZERO;
            while (warm.size() < WARM_RUNS && spent.compareTo(LONGEST_WARM_UP) < 0) {
                Duration runTime = head.run(inputs).runTime();
                warm.add(runTime);
                spent = spent.plus(runTime);
            }
        }
        measurements.headLoaded(splitPoint, warm.isEmpty() ? List.of(cold) : warm);
    }

    /** Everything on the edge node until a plan arrives; in the cloud where that cannot be. */
    EdgePlan withoutPlan() {
        return isWhole() ? EdgePlan.none(name(), version()) : EdgePlan.noneInPart(name(), version());
    }

    /** Split points whose heads can run, which is the whole model at the last index. */
    public List<Integer> readySplitPoints() {
        return heads.keySet().stream().sorted().toList();
    }

    /** Whether the time of a head, as far as it is known, can be right beside those of the others. */
    public boolean isPlausible(int splitPoint) {
        return nested.isPlausible(splitPoint, measurements);
    }

    /** Runs a head on the package's probe input, for its time alone. */
    public void measureHead(int splitPoint) throws IOException {
        runHead(splitPoint, splitPackage.probeInputs());
    }

    /** Whether the head of this split point can run, which is the whole model at the last index. */
    public boolean runs(int splitPoint) {
        return heads.containsKey(splitPoint);
    }

    /** Whether the whole model is here: only then can it run, or be finished, on this edge node. */
    public boolean isWhole() {
        return runs(manifest().lastIndex());
    }

    public String name() {
        return splitPackage.manifest().model();
    }

    public String version() {
        return splitPackage.version();
    }

    public Manifest manifest() {
        return splitPackage.manifest();
    }

    /** What clients are told that it takes and gives. */
    public ModelDescription description() {
        return description;
    }

    public SplitPackage splitPackage() {
        return splitPackage;
    }

    /** Turns encoded pictures into the input; empty when the package does not say how. */
    public Optional<ImagePreprocessor> pictures() {
        return pictures;
    }

    public ModelMeasurements measurements() {
        return measurements;
    }

    public EdgePlan plan() {
        return plan;
    }

    /** From now on requests follow {@code next}; those under way finish with the plan they began with. */
    public void activate(EdgePlan next) {
        if (!next.version().equals(version())) {
            throw new IllegalArgumentException("plan %d is for version %s of model %s, this is %s"
                    .formatted(next.epoch(), next.version(), name(), version()));
        }
        plan = next;
    }

    public Inference runWhole(Map<String, Tensor> inputs) {
        return runHead(manifest().lastIndex(), inputs);
    }

    /** Runs the head of {@code splitPoint}, which is the whole model at the last index. */
    public Inference runHead(int splitPoint, Map<String, Tensor> inputs) {
        InferenceSession head = head(splitPoint);
        Inference inference = head.run(wanted(head, inputs));
        measurements.head(splitPoint, inference.runTime());
        return inference;
    }

    /** What a head makes of inputs. How long it takes does not count: this is for when models load. */
    Map<String, Tensor> headOutputs(int splitPoint, Map<String, Tensor> inputs) {
        InferenceSession head = head(splitPoint);
        return head.run(wanted(head, inputs)).outputs();
    }

    private InferenceSession head(int splitPoint) {
        InferenceSession head = heads.get(splitPoint);
        if (head == null) {
            throw new IllegalArgumentException("model %s has no head at split point %d: expected one of %s"
                    .formatted(name(), splitPoint, heads.keySet()));
        }
        return head;
    }

    /** Runs the tail of {@code splitPoint}, opening it when it was never needed before. */
    public Inference runTail(int splitPoint, Map<String, Tensor> crossing) {
        Inference inference = tail(splitPoint).run(splitPackage.tailInputs(splitPoint, crossing));
        measurements.localCompletion(splitPoint, inference.runTime());
        return inference;
    }

    /** Whether finishing from this split point would begin at once. */
    boolean hasTail(int splitPoint) {
        return tails.containsKey(splitPoint);
    }

    /** Opens what {@link #runTail} needs, and runs it once on what the head makes of the package's probe input. */
    void prepareTail(int splitPoint) throws IOException {
        if (hasTail(splitPoint)) {
            return;
        }
        Map<String, Tensor> probe = splitPackage.probeInputs();
        Map<String, Tensor> made = headOutputs(splitPoint, probe);
        Map<String, Tensor> crossing = splitPackage.crossing(splitPoint, probe, made);
        InferenceSession opened = engine.open(splitPackage.tailFile(splitPoint));
        try {
            opened.run(splitPackage.tailInputs(splitPoint, crossing));
        } catch (RuntimeException failed) {
            opened.close();
            throw failed;
        }
        boolean needless;
        synchronized (this) {
            needless = closed || tails.putIfAbsent(splitPoint, opened) != null;
        }
        if (needless) {
            opened.close();
        }
    }

    private InferenceSession tail(int splitPoint) {
        return tails.computeIfAbsent(splitPoint, point -> engine.open(splitPackage.tailFile(point)));
    }

    /**
     * How long finishing here from {@code splitPoint} takes, on the slow side: the 95th percentile of the whole model
     * without the head's mean, and of turning the picture into a tensor where that is still to be done.
     */
    public Optional<Duration> expectedLocalTime(int splitPoint, boolean fromPicture) {
        double head = measurements.headMicros(splitPoint).map(Summary::mean).orElse(0.0);
        double picture =
                fromPicture ? measurements.preprocessMicros().map(Summary::p95).orElse(0.0) : 0.0;
        return measurements
                .headMicros(manifest().lastIndex())
                .map(whole -> Duration.ofNanos(Math.round((Math.max(0, whole.p95() - head) + picture) * 1e3)));
    }

    private static Map<String, Tensor> wanted(InferenceSession session, Map<String, Tensor> available) {
        Map<String, Tensor> wanted = new LinkedHashMap<>();
        for (TensorSpec input : session.inputs()) {
            Tensor tensor = available.get(input.name());
            if (tensor != null) {
                wanted.put(input.name(), tensor);
            }
        }
        return wanted;
    }

    /** The right to use a model until closed. */
    public final class Lease implements AutoCloseable {

        private Lease() {}

        public ServedModel model() {
            return ServedModel.this;
        }

        @Override
        public void close() {
            giveBack();
        }
    }

    /** Empty when the model was retired. */
    public synchronized Optional<Lease> lease() {
        if (retired) {
            return Optional.empty();
        }
        leases++;
        return Optional.of(new Lease());
    }

    private void giveBack() {
        boolean last;
        synchronized (this) {
            leases--;
            last = retired && leases == 0;
        }
        if (last) {
            closeSessions();
        }
    }

    synchronized boolean isRetired() {
        return retired;
    }

    /** Takes no further request; closes when those under way are done. */
    public void retire() {
        boolean idle;
        synchronized (this) {
            if (retired) {
                return;
            }
            retired = true;
            idle = leases == 0;
        }
        if (idle) {
            closeSessions();
        }
    }

    private void closeSessions() {
        synchronized (this) {
            closed = true;
        }
        heads.values().forEach(InferenceSession::close);
        tails.values().forEach(InferenceSession::close);
    }
}
