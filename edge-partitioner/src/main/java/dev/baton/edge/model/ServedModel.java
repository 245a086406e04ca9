package dev.baton.edge.model;

import dev.baton.edge.measure.ModelMeasurements;
import dev.baton.edge.measure.Summary;
import dev.baton.inference.Inference;
import dev.baton.inference.InferenceEngine;
import dev.baton.inference.InferenceSession;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImagePreprocessor;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One version of a model, open and warm, with its active plan. A request holds a {@link Lease} while it uses the model;
 * a retired model closes its sessions when the last lease is given back.
 */
public final class ServedModel {

    /** Runs before the times of a head count: the first ones allocate and compile. */
    private static final int WARM_UP_RUNS = 2;

    private static final int MEASURED_RUNS = 5;
    private static final Duration LONGEST_WARM_UP = Duration.ofMillis(400);

    private final SplitPackage splitPackage;
    private final InferenceEngine engine;
    private final Map<Integer, InferenceSession> heads;
    private final Map<Integer, InferenceSession> tails = new ConcurrentHashMap<>();
    private final Optional<ImagePreprocessor> pictures;
    private final ModelMeasurements measurements = new ModelMeasurements(System::nanoTime);
    private volatile EdgePlan plan;
    private int leases;
    private boolean retired;

    private ServedModel(SplitPackage splitPackage, InferenceEngine engine, Map<Integer, InferenceSession> heads) {
        this.splitPackage = splitPackage;
        this.engine = engine;
        this.heads = Map.copyOf(heads);
        this.pictures = splitPackage.manifest().image().map(ImagePreprocessor::new);
        this.plan = EdgePlan.none(splitPackage.manifest().model(), splitPackage.version());
    }

    /** Opens the whole model and every head, and runs each until its time is known. */
    public static ServedModel open(SplitPackage splitPackage, InferenceEngine engine) throws IOException {
        Map<Integer, InferenceSession> heads = new HashMap<>();
        try {
            for (int point = splitPackage.manifest().lastIndex(); point >= 1; point--) {
                heads.put(point, engine.open(splitPackage.headFile(point)));
            }
            ServedModel model = new ServedModel(splitPackage, engine, heads);
            model.warmUp();
            return model;
        } catch (IOException | RuntimeException failed) {
            heads.values().forEach(InferenceSession::close);
            throw failed;
        }
    }

    private void warmUp() throws IOException {
        Map<String, Tensor> probe = splitPackage.probeInputs();
        for (Map.Entry<Integer, InferenceSession> head : heads.entrySet()) {
            Map<String, Tensor> inputs = wanted(head.getValue(), probe);
            Duration spent = Duration.ZERO;
            for (int run = 0; run < WARM_UP_RUNS + MEASURED_RUNS; run++) {
                Duration runTime = head.getValue().run(inputs).runTime();
                spent = spent.plus(runTime);
                boolean last = spent.compareTo(LONGEST_WARM_UP) > 0;
                if (run >= WARM_UP_RUNS || last) {
                    measurements.head(head.getKey(), runTime);
                }
                if (last) {
                    break;
                }
            }
        }
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
        InferenceSession head = heads.get(splitPoint);
        if (head == null) {
            throw new IllegalArgumentException("model %s has no head at split point %d: expected 1 to %d"
                    .formatted(name(), splitPoint, manifest().lastIndex()));
        }
        Inference inference = head.run(wanted(head, inputs));
        measurements.head(splitPoint, inference.runTime());
        return inference;
    }

    /** Runs the tail of {@code splitPoint}, opening it when it was never needed before. */
    public Inference runTail(int splitPoint, Map<String, Tensor> crossing) {
        return tail(splitPoint).run(splitPackage.tailInputs(splitPoint, crossing));
    }

    /** Opens what {@link #runTail} needs. */
    public void prepareTail(int splitPoint) {
        tail(splitPoint);
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
        heads.values().forEach(InferenceSession::close);
        tails.values().forEach(InferenceSession::close);
    }
}
