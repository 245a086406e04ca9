package dev.baton.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.baton.console.Console;
import dev.baton.partitioning.Placement;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.planning.Choice;
import dev.baton.planning.CloudPrice;
import dev.baton.planning.EdgeObservation;
import dev.baton.planning.EdgeObservation.Agreement;
import dev.baton.planning.EdgeObservation.PlacementTimes;
import dev.baton.planning.EdgeState;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.ModelProfile.CodecFacts;
import dev.baton.planning.ModelProfile.Point;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Moments;
import dev.baton.planning.Predictions;
import dev.baton.planning.Predictor;
import dev.baton.planning.Preferences;
import dev.baton.planning.TailObservation;
import dev.baton.planning.TailObservation.ModelTimes;
import dev.baton.planning.TailObservation.PointTimes;
import dev.baton.planning.TailPool;
import dev.baton.planning.change.ChangeSettings;
import dev.baton.planning.change.Decision;
import dev.baton.planning.change.PlanKeeper;
import dev.baton.tensor.codec.Codec;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** What a decision costs: processor time for a window and a look at it, and memory for an edge node's state and plan. */
final class PlanningBenchmark {
    /** Must hold: decisions per second and core. */
    private static final double LEAST_DECISIONS = 50_000;
    /** Must hold: bytes for each edge node and model. */
    private static final double MOST_BYTES = 2_048;

    /** Split points between the ends: the most that an import looks for, and as many as it looks for unless told otherwise. */
    private static final int[] SPLIT_POINTS = {24, 8};

    /** Edge nodes whose links and speeds differ; all others are like one of them. */
    private static final int KINDS = 64;
    /** An edge node repeats all that it knows in one window of so many. */
    private static final int CYCLE = 30;

    /** Of which users' answers were compared; more are not kept. */
    private static final int COMPARED_CODECS = 6;

    private static final int ROUNDS = 7;
    private static final long SECOND = 1_000_000;

    private final ModelProfile profile;
    private final EdgeObservation[][] windows;
    private final TailObservation[] tailWindows;
    private final Predictor predictor = new Predictor(new Predictor.Settings(3_000, CloudPrice.SECONDS));
    private final Predictions scratch = new Predictions();
    private final TailPool tails = new TailPool(5 * SECOND);
    private long nowMicros = SECOND;
    private long decisions;
    private long switches;

    /**
     * What was found.
     *
     * @param models by number of split points
     * @param leastDecisions per second that must hold
     * @param mostBytes that must hold
     */
    record Found(List<OfModel> models, double leastDecisions, double mostBytes) implements BenchmarkResult {
        @Override
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add("one core; a decision is a window taken in and a look at all alternatives");
            lines.add("%12s %12s %12s %10s %12s %12s %10s %8s"
                    .formatted(
                            "split points",
                            "alternatives",
                            "decisions/s",
                            "µs each",
                            "allocated B",
                            "plan changes",
                            "state B",
                            "holds"));
            for (OfModel model : models) {
                lines.add("%12d %12d %,12.0f %10.2f %12.0f %11.2f%% %,10.0f %8s"
                        .formatted(
                                model.splitPoints(),
                                model.alternatives(),
                                model.decisionsPerSecond(),
                                1e6 / model.decisionsPerSecond(),
                                model.allocatedBytes(),
                                100 * model.switchShare(),
                                model.stateBytes(),
                                holds(model) ? "yes" : "NO"));
            }
            lines.add("must hold                 %,12.0f %48s %,10.0f".formatted(leastDecisions, "", mostBytes));
            return lines;
        }

        private boolean holds(OfModel model) {
            return model.decisionsPerSecond() >= leastDecisions && model.stateBytes() <= mostBytes;
        }

        @Override
        public boolean held() {
            return models.stream().allMatch(this::holds);
        }
    }

    /**
     * One model's figures.
     *
     * @param splitPoints between the ends
     * @param decisionsPerSecond of processor time, one thread: the median of several rounds
     * @param allocatedBytes by one decision
     * @param switchShare decisions that changed the plan
     * @param stateBytes of heap for each edge node: state, plan, change detection
     */
    record OfModel(
            int splitPoints,
            int alternatives,
            double decisionsPerSecond,
            double allocatedBytes,
            double switchShare,
            double stateBytes) {}

    private PlanningBenchmark(int splitPoints) {
        SplittableRandom random = new SplittableRandom(1);
        profile = profile(splitPoints, random);
        windows = new EdgeObservation[KINDS][];
        for (int kind = 0; kind < KINDS; kind++) {
            windows[kind] = windows(random.split());
        }
        tailWindows = tailWindows(random);
    }

    static Found run(boolean quick, Console console) {
        List<OfModel> models = new ArrayList<>();
        for (int splitPoints : SPLIT_POINTS) {
            console.progress("Deciding with %d split points".formatted(splitPoints));
            models.add(new PlanningBenchmark(splitPoints).measure(quick));
        }
        console.clearProgress();
        return new Found(models, LEAST_DECISIONS, MOST_BYTES);
    }

    private OfModel measure(boolean quick) {
        double bytes = stateBytes(quick ? 50_000 : 100_000);
        PlanKeeper[] keepers = keepers(quick ? 200 : 2_000);
        int warmUp = quick ? 2 : 4;
        double[] perSecond = new double[quick ? 3 : ROUNDS];
        double allocated = 0;
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int round = -warmUp; round < perSecond.length; round++) {
            decisions = 0;
            switches = 0;
            long bytesBefore = thread.getCurrentThreadAllocatedBytes();
            long before = thread.getCurrentThreadCpuTime();
            for (int cycle = 0; cycle < CYCLE; cycle++) {
                decide(keepers, cycle);
            }
            double seconds = (thread.getCurrentThreadCpuTime() - before) / 1e9;
            allocated = (double) (thread.getCurrentThreadAllocatedBytes() - bytesBefore) / decisions;
            if (round >= 0) {
                perSecond[round] = decisions / seconds;
            }
        }
        Arrays.sort(perSecond);
        return new OfModel(
                profile.points().size() - 2,
                profile.alternatives(),
                perSecond[perSecond.length / 2],
                allocated,
                (double) switches / decisions,
                bytes);
    }

    /** One window of each edge node, and a look at it; the tails report in between. */
    private void decide(PlanKeeper[] keepers, int cycle) {
        nowMicros += SECOND;
        for (TailObservation window : tailWindows) {
            tails.observe(window, nowMicros);
        }
        for (int number = 0; number < keepers.length; number++) {
            PlanKeeper keeper = keepers[number];
            keeper.observe(windows[number % KINDS][(cycle + number / KINDS) % CYCLE], nowMicros);
            Decision decision = keeper.look(tails, Preferences.USUAL, predictor, scratch, nowMicros);
            decisions++;
            if (decision instanceof Decision.Switch) {
                switches++;
            }
        }
    }

    private PlanKeeper[] keepers(int count) {
        PlanKeeper[] keepers = new PlanKeeper[count];
        for (int number = 0; number < count; number++) {
            keepers[number] = new PlanKeeper(new EdgeState(profile), ChangeSettings.USUAL);
        }
        return keepers;
    }

    /** What the heap loses when keepers that have taken in a cycle of windows go. */
    private double stateBytes(int count) {
        PlanKeeper[] keepers = keepers(count);
        for (int cycle = 0; cycle < CYCLE; cycle++) {
            decide(keepers, cycle);
        }
        long with = usedMemory();
        Arrays.fill(keepers, null);
        return (double) (with - usedMemory()) / count;
    }

    /** After several collections, as the first may leave what dies with what it collects. */
    private static long usedMemory() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int collection = 0; collection < 3; collection++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** A model of pictures whose activations shrink on the way, and grow at some split points. */
    private static ModelProfile profile(int splitPoints, SplittableRandom random) {
        int last = splitPoints + 1;
        List<Point> points = new ArrayList<>();
        for (int index = 0; index <= last; index++) {
            long bytes = (long) (600_000 * Math.exp(-4.0 * index / last + random.nextDouble()));
            Map<Codec, CodecFacts> codecs = new HashMap<>();
            for (Codec codec : ModelProfile.CODECS) {
                codecs.put(codec, CodecFacts.imported(bytes * random.nextDouble(0.05, 1), random.nextDouble(0.02)));
            }
            points.add(new Point(
                    index,
                    "op" + index,
                    bytes,
                    (double) index / last,
                    10 * index,
                    1_000_000L * index,
                    index == 0,
                    codecs));
        }
        return new ModelProfile(
                new ModelVersion("benchmark", "0".repeat(64)),
                points,
                true,
                OptionalLong.of(60_000),
                Optional.of(Metric.RELATIVE_ERROR));
    }

    /** Windows of one edge node: the first tells everything, the others what is in use. */
    private EdgeObservation[] windows(SplittableRandom random) {
        double wholeMicros = 20_000 * Math.exp(4 * random.nextDouble());
        double bytesPerSecond = 60_000 * Math.exp(6 * random.nextDouble());
        EdgeObservation[] cycle = new EdgeObservation[CYCLE];
        for (int window = 0; window < CYCLE; window++) {
            cycle[window] = window(window == 0, wholeMicros, bytesPerSecond, random);
        }
        return cycle;
    }

    private EdgeObservation window(boolean all, double wholeMicros, double bytesPerSecond, SplittableRandom random) {
        int last = profile.points().size() - 1;
        double rate = bytesPerSecond * random.nextDouble(0.8, 1.2);
        LinkObservation link = new LinkObservation(
                OptionalDouble.of(rate),
                OptionalDouble.of(rate * 0.03),
                OptionalDouble.of(20_000 * random.nextDouble(0.9, 1.1)),
                OptionalDouble.of(500),
                800,
                30);
        EdgeObservation.Builder window = EdgeObservation.builder()
                .link(link)
                .requests(5)
                .preprocess(scattered(3_000, random))
                .broker(scattered(2_000, random))
                .pictureBytes(scattered(60_000, random));
        for (int codec = 0; all && codec < COMPARED_CODECS; codec++) {
            Codec compared = ModelProfile.CODECS.get(ModelProfile.CODECS.size() - 1 - codec);
            window.agreement(new Agreement(1, compared, 100, 0.99, Optional.of(scattered(0.005, random))));
        }
        int used = random.nextInt(1, last);
        Codec codec = ModelProfile.CODECS.get(random.nextInt(ModelProfile.CODECS.size()));
        for (int point = 1; point <= last; point++) {
            if (all || point == used) {
                window.head(point, scattered(wholeMicros * point / last, random));
            }
        }
        for (int point = 1; point < last; point++) {
            for (Codec each : ModelProfile.CODECS) {
                if (all || (point == used && each.equals(codec))) {
                    window.encoding(point, each, scattered(500, random), scattered(20_000, random));
                }
            }
        }
        Choice choice = new Choice(new Placement.Split(used), codec);
        for (int point = 1; point <= last; point++) {
            window.ready(point);
        }
        return window.placement(PlacementTimes.of(1, choice, scattered(wholeMicros, random)))
                .build();
    }

    private TailObservation[] tailWindows(SplittableRandom random) {
        TailObservation[] observed = new TailObservation[4];
        int last = profile.points().size() - 1;
        for (int tail = 0; tail < observed.length; tail++) {
            List<PointTimes> times = new ArrayList<>();
            for (int point = 0; point < last; point++) {
                times.add(PointTimes.of(
                        point, scattered(500, random), scattered(4_000.0 * (last - point) / last + 100, random)));
            }
            observed[tail] = new TailObservation(
                    "tail-" + tail,
                    "cpu",
                    SECOND,
                    0.4,
                    4,
                    0,
                    List.of(new ModelTimes(
                            profile.model(),
                            100,
                            0,
                            Optional.of(scattered(800, random)),
                            Optional.of(Moments.exactly(100, 2)),
                            times)));
        }
        return observed;
    }

    private static Moments scattered(double median, SplittableRandom random) {
        double moved = median * random.nextDouble(0.97, 1.03);
        double spread = 0.05 * median;
        return new Moments(5, moved, spread * spread, moved, moved + 1.645 * spread);
    }
}
