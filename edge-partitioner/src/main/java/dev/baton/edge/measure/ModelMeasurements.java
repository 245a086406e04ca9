package dev.baton.edge.measure;

import dev.baton.edge.measure.CodecAgreements.Agreement;
import dev.baton.edge.measure.PlacementMeasurements.PlanWindow;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;

/**
 * What the edge node measured for one model version: recent values of each stage and counts of the running window. Times are
 * in microseconds. Any thread may report.
 */
public final class ModelMeasurements {

    /**
     * A placement without the cloud measures the broker no more. What it took before, perhaps because
     * everything was still starting, must not keep the cloud out for ever: then better unknown.
     */
    private static final Duration BROKER_MAX_AGE = Duration.ofSeconds(30);

    /*
     * There are a hundred split points and codecs to a model, and what is not in use does not change. Told every second they
     * would fill a slow link: six models took 550 kbit/s. So a window tells of those only what is new, and repeats the rest
     * in turn, for readers that came later.
     */
    private static final int REPEATED_EVERY = 30;

    private final Map<Integer, HeadRuns> heads = new ConcurrentHashMap<>();
    private final Map<EncodingKey, Encoding> encodings = new ConcurrentHashMap<>();
    private final RecentValues preprocess = new RecentValues();
    private final RecentValues encodedInputBytes = new RecentValues();
    private final RecentValues broker;
    private final RecentValues total = new RecentValues();
    private final LongAdder requests = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder completedLocally = new LongAdder();
    private final LongAdder earlyExits = new LongAdder();
    private final Map<Integer, RecentValues> localCompletions = new ConcurrentHashMap<>();
    private final PlacementMeasurements placements = new PlacementMeasurements();
    private final CodecAgreements agreements = new CodecAgreements();
    private final LongSupplier nanoTicker;
    private int windows;

    /** A split point and codec, by which encodings differ. */
    public record EncodingKey(int splitPoint, String codec) {}

    private record Encoding(RecentValues micros, RecentValues bytes) {}

    /** The time of the head of one split point. */
    public record HeadTimes(int splitPoint, Summary micros) {}

    /** Time and size of one split point's encoded activation. */
    public record EncodingTimes(EncodingKey key, Summary micros, Summary bytes) {}

    /** What is known now; of heads and encodings what is new, and some of the rest. Counts are those since the window before. */
    public record Window(
            long requests,
            long failures,
            long completedLocally,
            long earlyExits,
            Optional<Summary> preprocess,
            List<HeadTimes> heads,
            List<EncodingTimes> encodings,
            Optional<Summary> encodedInputBytes,
            Optional<Summary> broker,
            Optional<Summary> total,
            List<PlanWindow> placements,
            List<Agreement> agreements,
            List<HeadTimes> localCompletions) {}

    public ModelMeasurements(LongSupplier nanoTicker) {
        this.nanoTicker = nanoTicker;
        this.broker = new RecentValues(nanoTicker, BROKER_MAX_AGE);
    }

    /** Runs of a head while models were loading: they count until there is another one. */
    public void headLoaded(int splitPoint, List<Duration> runTimes) {
        runs(splitPoint).loaded(runTimes.stream().map(ModelMeasurements::micros).toList());
    }

    public void head(int splitPoint, Duration runTime) {
        runs(splitPoint).add(micros(runTime));
    }

    private HeadRuns runs(int splitPoint) {
        return heads.computeIfAbsent(splitPoint, _ -> new HeadRuns(nanoTicker));
    }

    /** Of one head; empty before its first run. */
    public Optional<HeadRuns> headRuns(int splitPoint) {
        return Optional.ofNullable(heads.get(splitPoint));
    }

    /** Running the tail of {@code splitPoint} here. */
    public void localCompletion(int splitPoint, Duration runTime) {
        localCompletions.computeIfAbsent(splitPoint, _ -> new RecentValues()).add(micros(runTime));
    }

    /** By plan, of the running window alone. */
    public PlacementMeasurements placements() {
        return placements;
    }

    public CodecAgreements agreements() {
        return agreements;
    }

    public void encode(int splitPoint, String codec, Duration time, long bytes) {
        Encoding encoding = encodings.computeIfAbsent(
                new EncodingKey(splitPoint, codec), _ -> new Encoding(new RecentValues(), new RecentValues()));
        encoding.micros.add(micros(time));
        encoding.bytes.add((double) bytes);
    }

    public void preprocess(Duration time) {
        preprocess.add(micros(time));
    }

    public void encodedInput(long bytes) {
        encodedInputBytes.add((double) bytes);
    }

    /** What a cloud answer took beyond the upload, the round trip and the tail's own times. */
    public void broker(Duration time) {
        broker.add(micros(time));
    }

    public void answered(Duration time, boolean locallyInsteadOfCloud) {
        requests.increment();
        total.add(micros(time));
        if (locallyInsteadOfCloud) {
            completedLocally.increment();
        }
    }

    /** An output of the head was the answer. */
    public void exitedEarly(Duration time) {
        answered(time, false);
        earlyExits.increment();
    }

    public void failed() {
        requests.increment();
        failures.increment();
    }

    /** The time of one head; empty before its first run. */
    public Optional<Summary> headMicros(int splitPoint) {
        return headRuns(splitPoint).flatMap(HeadRuns::summary);
    }

    public Optional<Summary> preprocessMicros() {
        return preprocess.summary();
    }

    /** Ends the running window: counts start again at 0, recent values stay. One thread asks. */
    public Window window() {
        windows++;
        List<EncodingTimes> encodingTimes = encodings.entrySet().stream()
                .flatMap(e -> encodingTimes(e.getKey(), e.getValue()).stream())
                .sorted(Comparator.comparingInt((EncodingTimes e) -> e.key().splitPoint())
                        .thenComparing(e -> e.key().codec()))
                .toList();
        return new Window(
                requests.sumThenReset(),
                failures.sumThenReset(),
                completedLocally.sumThenReset(),
                earlyExits.sumThenReset(),
                preprocess.summary(),
                times(heads, HeadRuns::news),
                encodingTimes,
                encodedInputBytes.summary(),
                broker.summary(),
                total.summary(),
                placements.window(),
                agreements.all(),
                times(localCompletions, RecentValues::news));
    }

    private <T> List<HeadTimes> times(Map<Integer, T> bySplitPoint, BiFunction<T, Boolean, Optional<Summary>> news) {
        return bySplitPoint.entrySet().stream()
                .flatMap(e ->
                        news
                                .apply(e.getValue(), isRepeated(e.getKey()))
                                .map(s -> new HeadTimes(e.getKey(), s))
                                .stream())
                .sorted(Comparator.comparingInt(HeadTimes::splitPoint))
                .toList();
    }

    private boolean isRepeated(Object key) {
        return Math.floorMod(key.hashCode() - windows, REPEATED_EVERY) == 0;
    }

    private Optional<EncodingTimes> encodingTimes(EncodingKey key, Encoding encoding) {
        return encoding.micros
                .news(isRepeated(key))
                .flatMap(micros -> encoding.bytes.summary().map(bytes -> new EncodingTimes(key, micros, bytes)));
    }

    private static double micros(Duration time) {
        return time.toNanos() / 1e3;
    }
}
