package dev.baton.profiling;

import dev.baton.inference.Device;
import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceEngine;
import dev.baton.inference.InferenceSession;
import dev.baton.inference.NodeTime;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.inference.OptimizationLevel;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.profile.CodecTime;
import dev.baton.partitioning.profile.DeviceProfile;
import dev.baton.partitioning.profile.ModelProfile;
import dev.baton.partitioning.profile.NumberedGraph;
import dev.baton.partitioning.profile.OperatorTime;
import dev.baton.partitioning.profile.SplitPointTime;
import dev.baton.partitioning.profile.TimeSummary;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.OperatorEntry;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.codec.EncodedTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Times a split package on this machine: heads, tails and the whole model as services run them, each operator as the engine
 * times it, and codecs on what crosses. One session is open at a time, and one run at a time on it.
 */
public final class PackageProfiler {

    /** Operators keep their names up to this level. */
    private static final OptimizationLevel OPERATOR_LEVEL = OptimizationLevel.BASIC;

    /* How the time is divided between what is measured. */
    private static final double PARTS_SHARE = 0.6;
    private static final double WHOLE_SHARE = 0.1;
    private static final double OPERATORS_SHARE = 0.2;
    private static final double CODECS_SHARE = 0.1;

    private static final int PASSES = 4;
    /** When a pass takes so many times what it should, there is no further one. */
    private static final double TOO_SLOW = 2;

    private final SplitPackage splitPackage;
    private final Settings settings;
    private final LongSupplier nanoTicker;
    private final Repeated repeated;
    private final Consumer<String> progress;
    private final Manifest manifest;
    private final Map<String, Tensor> inputs;

    /**
     * How to measure.
     *
     * @param device where
     * @param threads that share the work of one operator
     * @param longest to go on measuring; at least three runs of everything are made, however long they take
     * @param codecs to time on what crosses
     */
    public record Settings(Device device, int threads, Duration longest, List<Codec> codecs) {

        public Settings {
            codecs = List.copyOf(codecs);
            if (threads < 1 || longest.isNegative()) {
                throw new IllegalArgumentException(
                        "%d threads for %s: expected one thread and no negative time".formatted(threads, longest));
            }
        }

        /** As services run models, measured for 20 seconds with every codec. */
        public static Settings defaults() {
            EngineSettings engine = EngineSettings.defaults();
            return new Settings(engine.device(), engine.intraOpThreads(), Duration.ofSeconds(20), Codec.all());
        }

        private EngineSettings engine(OptimizationLevel level) {
            return EngineSettings.defaults()
                    .withDevice(device)
                    .withIntraOpThreads(threads)
                    .withOptimization(level);
        }
    }

    private PackageProfiler(
            SplitPackage splitPackage, Settings settings, LongSupplier nanoTicker, Consumer<String> progress)
            throws IOException {
        this.splitPackage = splitPackage;
        this.settings = settings;
        this.nanoTicker = nanoTicker;
        this.repeated = new Repeated(nanoTicker);
        this.progress = progress;
        this.manifest = splitPackage.manifest();
        this.inputs = splitPackage.probeInputs();
    }

    /** What is measured, and with what. */
    public static DeviceProfile.Setup setup(Settings settings) {
        try (OnnxRuntimeEngine engine = new OnnxRuntimeEngine(settings.engine(OptimizationLevel.ALL))) {
            return new DeviceProfile.Setup(
                    ThisMachine.cpu(),
                    ThisMachine.cores(),
                    ThisMachine.system(),
                    engine.version(),
                    settings.device().toString(),
                    settings.threads(),
                    OptimizationLevel.ALL.name(),
                    OPERATOR_LEVEL.name());
        }
    }

    /** What this machine calls itself. */
    public static String deviceName() {
        return ThisMachine.name();
    }

    /** Measures {@code splitPackage} with its probe input. */
    public static ModelProfile profile(SplitPackage splitPackage, Settings settings, Consumer<String> progress)
            throws IOException, InvalidModelException {
        return new PackageProfiler(splitPackage, settings, System::nanoTime, progress).measure();
    }

    /**
     * Goes over the model several times, keeping each part's quietest time: what else runs on the machine comes and goes, and
     * would otherwise be taken for the part that it fell on.
     */
    private ModelProfile measure() throws IOException, InvalidModelException {
        List<TimeSummary> wholes = new ArrayList<>();
        List<SplitPointTime> points = List.of();
        try (InferenceEngine engine = new OnnxRuntimeEngine(settings.engine(OptimizationLevel.ALL))) {
            long begin = nanoTicker.getAsLong();
            long wanted = share((PARTS_SHARE + WHOLE_SHARE) / PASSES).toNanos();
            for (int pass = 1; pass <= PASSES; pass++) {
                progress.accept("timing the whole model, round %d of %d".formatted(pass, PASSES));
                wholes.add(timed(engine, splitPackage.wholeFile(), inputs, share(WHOLE_SHARE / PASSES))
                        .time());
                points = quieter(points, pass(engine, pass));
                if (nanoTicker.getAsLong() - begin > TOO_SLOW * pass * wanted) {
                    break; // opening takes longer than running: large weights
                }
            }
        }
        TimeSummary whole = wholes.stream().reduce(PackageProfiler::quieter).orElseThrow();
        double drift = wholes.getLast().medianMicros() / wholes.getFirst().medianMicros();
        List<SplitPointTime> all = new ArrayList<>();
        SplitPointEntry first = manifest.splitPoint(0);
        SplitPointEntry last = manifest.splitPoint(manifest.lastIndex());
        progress.accept("timing codecs");
        all.add(new SplitPointTime(0, first.headOperators(), Optional.empty(), Optional.of(whole), codecs(inputs)));
        all.addAll(points);
        all.add(new SplitPointTime(
                last.index(), last.headOperators(), Optional.of(whole), Optional.empty(), List.of()));
        return new ModelProfile(manifest.model(), splitPackage.version(), whole, drift, all, operators());
    }

    /** Every split point between the ends once. */
    private List<SplitPointTime> pass(InferenceEngine engine, int pass) {
        List<SplitPointTime> points = new ArrayList<>();
        for (SplitPointEntry point :
                manifest.splitPoints().subList(1, manifest.splitPoints().size() - 1)) {
            progress.accept("timing split point %d of %d, round %d of %d: %s"
                    .formatted(point.index(), manifest.lastIndex() - 1, pass, PASSES, point.name()));
            points.add(time(engine, point, pass == 1));
        }
        return points;
    }

    private static List<SplitPointTime> quieter(List<SplitPointTime> before, List<SplitPointTime> now) {
        if (before.isEmpty()) {
            return now;
        }
        List<SplitPointTime> quieter = new ArrayList<>();
        for (int i = 0; i < now.size(); i++) {
            SplitPointTime one = before.get(i);
            SplitPointTime other = now.get(i);
            quieter.add(new SplitPointTime(
                    one.index(),
                    one.headOperators(),
                    one.head().flatMap(time -> other.head().map(next -> quieter(time, next))),
                    one.tail().flatMap(time -> other.tail().map(next -> quieter(time, next))),
                    one.codecs()));
        }
        return quieter;
    }

    private static TimeSummary quieter(TimeSummary one, TimeSummary other) {
        return one.medianMicros() <= other.medianMicros() ? one : other;
    }

    private Duration share(double share) {
        return Duration.ofNanos(Math.round(settings.longest().toNanos() * share));
    }

    private SplitPointTime time(InferenceEngine engine, SplitPointEntry point, boolean withCodecs) {
        int between = manifest.splitPoints().size() - 2;
        Duration longest = share(PARTS_SHARE / PASSES / 2 / between);
        Timed head = timed(engine, splitPackage.headFile(point.index()), inputs, longest);
        Map<String, Tensor> crossing = splitPackage.crossing(point.index(), inputs, head.outputs());
        Timed tail = timed(
                engine,
                splitPackage.tailFile(point.index()),
                splitPackage.tailInputs(point.index(), crossing),
                longest);
        return new SplitPointTime(
                point.index(),
                point.headOperators(),
                Optional.of(head.time()),
                Optional.of(tail.time()),
                withCodecs ? codecs(crossing) : List.of());
    }

    private List<CodecTime> codecs(Map<String, Tensor> crossing) {
        return settings.codecs().stream()
                .map(codec -> time(codec, crossing.values()))
                .toList();
    }

    /** What a graph file made of its inputs, and how long that took. */
    private record Timed(TimeSummary time, Map<String, Tensor> outputs) {}

    private Timed timed(InferenceEngine engine, Path file, Map<String, Tensor> given, Duration longest) {
        try (InferenceSession session = engine.open(file)) {
            Map<String, Tensor> wanted = new LinkedHashMap<>();
            for (TensorSpec input : session.inputs()) {
                Tensor tensor = given.get(input.name());
                if (tensor == null) {
                    throw new IllegalStateException("%s takes '%s', which is not among %s"
                            .formatted(file.getFileName(), input.name(), given.keySet()));
                }
                wanted.put(input.name(), tensor);
            }
            TimeSummary time = repeated.time(() -> session.run(wanted).runTime().toNanos(), longest);
            return new Timed(time, session.run(wanted).outputs());
        }
    }

    private CodecTime time(Codec codec, Collection<Tensor> tensors) {
        Duration longest = share(CODECS_SHARE / 2 / settings.codecs().size() / Math.max(1, manifest.lastIndex()));
        List<EncodedTensor> encoded =
                tensors.stream().map(tensor -> Codecs.encode(tensor, codec)).toList();
        List<Tensor> given = List.copyOf(tensors);
        return new CodecTime(
                codec.id(),
                encoded.stream().mapToLong(EncodedTensor::byteSize).sum(),
                repeated.time(() -> given.forEach(tensor -> Codecs.encode(tensor, codec)), longest),
                repeated.time(
                        () -> {
                            for (int i = 0; i < given.size(); i++) {
                                Codecs.decode(encoded.get(i), given.get(i).byteSize());
                            }
                        },
                        longest));
    }

    /** What each operator takes; empty where the package does not list them. */
    private List<OperatorTime> operators() throws IOException, InvalidModelException {
        progress.accept("timing operators");
        Path directory = Files.createTempDirectory("baton-operators-");
        try (OnnxRuntimeEngine engine = new OnnxRuntimeEngine(settings.engine(OPERATOR_LEVEL))) {
            Optional<Path> numbered = NumberedGraph.write(splitPackage, directory);
            return numbered.isEmpty()
                    ? List.of()
                    : operatorTimes(engine.timeNodes(numbered.get(), inputs, share(OPERATORS_SHARE)));
        } finally {
            Files.deleteIfExists(directory.resolve(SplitPackage.WHOLE_FILE));
            Files.deleteIfExists(directory.resolve(SplitPackage.WEIGHTS_FILE));
            Files.delete(directory);
        }
    }

    /** An operator that the engine turned into several nodes took what they take; one that it removed took nothing. */
    private List<OperatorTime> operatorTimes(List<NodeTime> nodes) {
        Map<Integer, Double> micros = new HashMap<>();
        Map<Integer, Integer> runs = new HashMap<>();
        for (NodeTime node : nodes) {
            OptionalInt operator = NumberedGraph.operatorOf(node.node());
            if (operator.isPresent()) {
                micros.merge(operator.getAsInt(), node.micros(), Double::sum);
                runs.merge(operator.getAsInt(), node.runs(), Math::max);
            }
        }
        List<OperatorTime> times = new ArrayList<>();
        for (OperatorEntry entry : manifest.operators()) {
            times.add(OperatorTime.of(
                    entry, micros.getOrDefault(entry.number(), 0.0), runs.getOrDefault(entry.number(), 0)));
        }
        return times;
    }
}
