package dev.baton.edge.explore;

import dev.baton.edge.measure.Arrivals;
import dev.baton.edge.measure.ModelMeasurements.EncodingKey;
import dev.baton.edge.measure.Summary;
import dev.baton.edge.model.Models;
import dev.baton.edge.model.ServedModel;
import dev.baton.inference.InferenceException;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codec.Quantization;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps fresh what no request shows, when nothing else is to be done: runs the head whose time is least certain, and
 * finishes a small share of requests here that the cloud answered from a lossy activation, to compare. {@link #step} does one
 * such thing at most; one thread calls it. Any thread may offer.
 */
public final class Exploration {

    /*
     * A run here may hold up the request that comes next, so it begins only when that one is not expected before the run's
     * end (Arrivals), and takes a bounded share of time all in all. One request at most waits to be compared: its tensors are
     * all the memory that this takes. On a low battery nothing is learnt.
     *
     * What was timed while models loaded is timed again when all serve and the machine is calm, heads with the fewest runs first.
     * A head that is believed to take too long for every gap between requests would be believed so for ever. So now and then one
     * runs although the next request may have to wait for it: at most every ten seconds, and for a hundredth of the time, and only
     * where there is reason to doubt what is believed.
     */
    private static final Logger LOG = Logger.getLogger(Exploration.class);
    private static final long MOST_BYTES = 64L << 20;
    private static final Duration SHADOW_MAX_AGE = Duration.ofSeconds(30);
    private static final Duration STILL_IN_USE = Duration.ofMinutes(10);
    private static final double MOST_SAVED_SECONDS = 1;

    /** A head that does not fit beside the others is run again after this. */
    private static final Duration IMPLAUSIBLE_AFTER = Duration.ofSeconds(10);

    /** As many times stale, a head is doubtful whatever it is believed to take. */
    private static final int VERY_STALE = 10;

    private static final Duration UNFIT_PAUSE = Duration.ofSeconds(10);
    private static final long UNFIT_SHARE = 100;

    /** Loading is waited for, and a busy machine, but a broken model or much work does not keep times wrong for ever. */
    private static final Duration LONGEST_UNREST = Duration.ofSeconds(30);

    /** Without requests, timing anew what was timed while loading costs this part of its time. */
    private static final double QUIET_PART = 0.2;

    private static final Duration QUIET = Duration.ofSeconds(10);

    private final Models models;
    private final Arrivals arrivals;
    private final BooleanSupplier batteryIsLow;
    private final BooleanSupplier machineIsBusy;
    private final ExplorationSettings settings;
    private final DoubleSupplier random;
    private final LongSupplier nanoTicker;
    private final AtomicReference<@Nullable Waiting> waiting = new AtomicReference<>();
    private final AtomicLong nextShadowNanos;
    private double savedSeconds;
    private long savedNanos;
    private long nextUnfitNanos;
    private OptionalLong restlessNanos = OptionalLong.empty();

    private record Waiting(CodecShadow shadow, long sinceNanos) {}

    /** Runs are 0 where there are none but those while loading. */
    private record Head(ServedModel model, int splitPoint, int runs, boolean settled, boolean plausible, Duration age) {

        boolean isDue(Duration staleAfter) {
            return age.compareTo(staleAfter) > 0 || (!plausible && age.compareTo(IMPLAUSIBLE_AFTER) > 0);
        }

        boolean isDoubtful(Duration staleAfter) {
            return !settled || !plausible || age.compareTo(staleAfter.multipliedBy(VERY_STALE)) > 0;
        }
    }

    private static final Comparator<Head> LEAST_CERTAIN_FIRST = Comparator.comparing(Head::settled)
            .thenComparing(Head::runs)
            .thenComparing(Head::plausible)
            .thenComparing(Comparator.comparing(Head::age).reversed());

    /**
     * @param random gives numbers from 0 to 1 and decides which requests are compared
     */
    public Exploration(
            Models models,
            Arrivals arrivals,
            BooleanSupplier batteryIsLow,
            BooleanSupplier machineIsBusy,
            ExplorationSettings settings,
            DoubleSupplier random,
            LongSupplier nanoTicker) {
        this.models = models;
        this.arrivals = arrivals;
        this.batteryIsLow = batteryIsLow;
        this.machineIsBusy = machineIsBusy;
        this.settings = settings;
        this.random = random;
        this.nanoTicker = nanoTicker;
        this.savedNanos = nanoTicker.getAsLong();
        this.nextUnfitNanos = savedNanos + UNFIT_PAUSE.toNanos();
        this.nextShadowNanos = new AtomicLong(savedNanos);
    }

    /** The cloud answered a request from {@code crossing}, which travelled with {@code codec}; keeps it now and then. */
    public void answeredByCloud(
            ServedModel model, int splitPoint, Codec codec, Map<String, Tensor> crossing, Map<String, Tensor> answer) {
        boolean lossy = codec.quantization() != Quantization.RAW;
        if (!lossy || settings.codecShare() == 0 || !model.isWhole() || crossing.isEmpty()) {
            return;
        }
        long now = nanoTicker.getAsLong();
        boolean due = now - nextShadowNanos.get() >= 0 || random.getAsDouble() < settings.codecShare();
        CodecShadow shadow = new CodecShadow(model, new EncodingKey(splitPoint, codec.id()), crossing, answer);
        if (due && shadow.bytes() <= MOST_BYTES) {
            nextShadowNanos.set(now + settings.codecAtLeast().toNanos());
            waiting.set(new Waiting(shadow, now));
        }
    }

    /** Does one thing, if there is one to do and time for it. */
    public void step() {
        save();
        if (savedSeconds <= 0 || batteryIsLow.getAsBoolean()) {
            return;
        }
        long began = nanoTicker.getAsLong();
        if (finishShadow()) {
            savedSeconds -= secondsSince(began);
        } else {
            runHead();
        }
    }

    private double secondsSince(long nanos) {
        return (nanoTicker.getAsLong() - nanos) / 1e9;
    }

    private void save() {
        long now = nanoTicker.getAsLong();
        savedSeconds = Math.min(MOST_SAVED_SECONDS, savedSeconds + settings.timeShare() * (now - savedNanos) / 1e9);
        savedNanos = now;
    }

    private boolean finishShadow() {
        Waiting next = waiting.get();
        if (next == null) {
            return false;
        }
        CodecShadow shadow = next.shadow;
        boolean old = nanoTicker.getAsLong() - next.sinceNanos > SHADOW_MAX_AGE.toNanos();
        if (!old
                && !arrivals.leaveTimeFor(
                        expected(shadow.model(), shadow.model().manifest().lastIndex()))) {
            return false;
        }
        waiting.compareAndSet(next, null);
        return !old && withLease(shadow.model(), shadow::finish);
    }

    private void runHead() {
        List<Head> due = dueHeads();
        Optional<Head> fitting = due.stream()
                .filter(head -> arrivals.leaveTimeFor(expected(head.model, head.splitPoint)))
                .findFirst();
        Optional<Head> next = fitting.or(() -> unfit(due));
        if (next.isEmpty()) {
            return;
        }
        Head head = next.get();
        boolean costsLess = !head.settled && arrivals.sinceLast().compareTo(QUIET) > 0;
        long began = nanoTicker.getAsLong();
        if (withLease(head.model, () -> head.model.measureHead(head.splitPoint))) {
            savedSeconds -= secondsSince(began) * (costsLess ? QUIET_PART : 1);
        }
        if (fitting.isEmpty()) {
            long ended = nanoTicker.getAsLong();
            nextUnfitNanos = ended + Math.max(UNFIT_PAUSE.toNanos(), UNFIT_SHARE * (ended - began));
        }
    }

    /** A head to run although it is not believed to end before the next request. */
    private Optional<Head> unfit(List<Head> due) {
        return nanoTicker.getAsLong() - nextUnfitNanos >= 0 && arrivals.leaveTimeFor(Duration.ZERO)
                ? due.stream()
                        .filter(head -> head.isDoubtful(settings.headsStaleAfter()))
                        .findFirst()
                : Optional.empty();
    }

    private List<Head> dueHeads() {
        boolean inUse = arrivals.sinceLast().compareTo(STILL_IN_USE) <= 0; // else what there is to know can wait
        List<Head> heads = models.names().stream()
                .flatMap(name -> models.served(name).stream())
                .flatMap(model -> model.readySplitPoints().stream().flatMap(point -> head(model, point).stream()))
                .filter(head -> !head.settled || (inUse && head.isDue(settings.headsStaleAfter())))
                .sorted(LEAST_CERTAIN_FIRST)
                .toList();
        boolean allSettled = heads.stream().allMatch(Head::settled);
        return allSettled || isCalm()
                ? heads
                : heads.stream().filter(Head::settled).toList();
    }

    private static Optional<Head> head(ServedModel model, int splitPoint) {
        return model.measurements()
                .headRuns(splitPoint)
                .map(runs -> new Head(
                        model,
                        splitPoint,
                        runs.runs(),
                        runs.isSettled(),
                        model.isPlausible(splitPoint),
                        runs.age().orElse(Duration.ZERO)));
    }

    private boolean isCalm() {
        if (models.allServed() && !machineIsBusy.getAsBoolean()) {
            restlessNanos = OptionalLong.empty();
            return true;
        }
        long now = nanoTicker.getAsLong();
        long since = restlessNanos.orElse(now);
        restlessNanos = OptionalLong.of(since);
        return now - since > LONGEST_UNREST.toNanos();
    }

    /** On the slow side; what was never measured is taken for long. */
    private static Duration expected(ServedModel model, int splitPoint) {
        return model.measurements()
                .headMicros(splitPoint)
                .map(Summary::p95)
                .map(micros -> Duration.ofNanos(Math.round(micros * 1_000)))
                .orElse(Duration.ofSeconds(1));
    }

    private interface Work {
        void run() throws IOException;
    }

    private static boolean withLease(ServedModel model, Work work) {
        Optional<ServedModel.Lease> lease = model.lease();
        if (lease.isEmpty()) {
            return false;
        }
        try (ServedModel.Lease _ = lease.get()) {
            work.run();
        } catch (IOException | InferenceException failed) {
            LOG.infof("model %s could not be explored: %s", model.name(), failed.getMessage());
        }
        return true;
    }
}
