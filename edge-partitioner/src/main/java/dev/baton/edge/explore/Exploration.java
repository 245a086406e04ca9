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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps fresh what no request shows, when nothing else is to be done: runs the head that was not measured for longest, and
 * finishes a small share of requests here that the cloud answered from a lossy activation, to compare. {@link #step} does one
 * such thing at most; one thread calls it. Any thread may offer.
 */
public final class Exploration {

    /*
     * A run here may hold up the request that comes next, so it begins only when that one is not expected before the run's
     * end (Arrivals), and takes a bounded share of time all in all. One request at most waits to be compared: its tensors are
     * all the memory that this takes. On a low battery nothing is learnt.
     */
    private static final Logger LOG = Logger.getLogger(Exploration.class);
    private static final long MOST_BYTES = 64L << 20;
    private static final Duration SHADOW_MAX_AGE = Duration.ofSeconds(30);
    private static final Duration STILL_IN_USE = Duration.ofMinutes(10);
    private static final double MOST_SAVED_SECONDS = 1;

    private final Models models;
    private final Arrivals arrivals;
    private final BooleanSupplier batteryIsLow;
    private final ExplorationSettings settings;
    private final DoubleSupplier random;
    private final LongSupplier nanoTicker;
    private final AtomicReference<@Nullable Waiting> waiting = new AtomicReference<>();
    private final AtomicLong nextShadowNanos;
    private double savedSeconds;
    private long savedNanos;

    private record Waiting(CodecShadow shadow, long sinceNanos) {}

    private record Head(ServedModel model, int splitPoint, Duration age) {}

    /**
     * @param random gives numbers from 0 to 1 and decides which requests are compared
     */
    public Exploration(
            Models models,
            Arrivals arrivals,
            BooleanSupplier batteryIsLow,
            ExplorationSettings settings,
            DoubleSupplier random,
            LongSupplier nanoTicker) {
        this.models = models;
        this.arrivals = arrivals;
        this.batteryIsLow = batteryIsLow;
        this.settings = settings;
        this.random = random;
        this.nanoTicker = nanoTicker;
        this.savedNanos = nanoTicker.getAsLong();
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
        if (finishShadow() || refreshHead()) {
            savedSeconds -= (nanoTicker.getAsLong() - began) / 1e9;
        }
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

    private boolean refreshHead() {
        if (arrivals.sinceLast().compareTo(STILL_IN_USE) > 0) {
            return false; // nobody asks: what there is to know can wait
        }
        Optional<Head> stalest = models.names().stream()
                .flatMap(name -> models.served(name).stream())
                .flatMap(model -> model.readySplitPoints().stream()
                        .flatMap(point ->
                                model.measurements().headAge(point).map(age -> new Head(model, point, age)).stream()))
                .filter(head -> head.age.compareTo(settings.headsStaleAfter()) > 0)
                .max(Comparator.comparing(Head::age));
        if (stalest.isEmpty() || !arrivals.leaveTimeFor(expected(stalest.get().model, stalest.get().splitPoint))) {
            return false;
        }
        Head head = stalest.get();
        return withLease(head.model, () -> head.model.measureHead(head.splitPoint));
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
