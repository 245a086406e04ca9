package dev.baton.planning;

import dev.baton.planning.TailObservation.Decoding;
import dev.baton.planning.TailObservation.ModelTimes;
import dev.baton.planning.TailObservation.PointTimes;
import dev.baton.tensor.codec.Codec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tails that were heard of, and the load that plans are about to put on them. Begin with {@link #observe} and {@link #view}.
 * Thread-safe.
 */
public final class TailPool {
    /*
     * Many edge nodes planned at once would all see the same idle tail and move there together. So a plan reserves the load that it
     * is about to cause, and the next one sees it. The tail reports that load itself later, smoothed: each report counts
     * half. A reservation therefore waits for the first report after it, whose window may have begun before the edge node
     * followed, and then halves with every report, so that reported and reserved load add up to the true one all along.
     */
    private static final double REPORT_WEIGHT = 0.5;
    /** Of a tail that has not run anything, in microseconds: a guess that matters only while nobody uses it. */
    private static final double GUESSED_SERVICE = 10_000;

    /** By how much the broker's usual time rises or falls with one report of more or less, as a logarithm. */
    private static final double BROKER_RISE = 0.1;

    private static final double BROKER_FALL = 0.3;
    /** Up to this utilisation a record's queue is mostly its handling. */
    private static final double CALM = 0.5;

    /** What a record takes longer is a wait for something else, such as models being opened. */
    private static final double MOST_HANDLING_MICROS = 2_000;

    private static final double HANDLING_RISE = 0.1;
    private static final double HANDLING_FALL = 0.5;

    private final long staleAfterMicros;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Tail> tails = new LinkedHashMap<>();
    private final Map<ModelVersion, TailView> views = new ConcurrentHashMap<>();
    private volatile double brokerMicros = Double.NaN;
    /** The latest time that anybody told. */
    private long latestMicros = Long.MIN_VALUE;

    /** {@code staleAfterMicros}: silence after which a tail is not counted on. */
    public TailPool(long staleAfterMicros) {
        if (staleAfterMicros < 1) {
            throw new IllegalArgumentException(
                    "stale after %d µs: expected a positive time".formatted(staleAfterMicros));
        }
        this.staleAfterMicros = staleAfterMicros;
    }

    /** A duration as a tail measures it, smoothed over windows; repeated windows count once. */
    private static final class Level {
        private double micros = Double.NaN;
        private double spread;
        private int samples;
        private double seenMean = Double.NaN;

        /** Whether the window says anything new. */
        boolean take(Moments window) {
            if (seenMean == window.mean()) {
                return false;
            }
            seenMean = window.mean();
            double weight = samples == 0 ? 1 : Smoothing.weight(micros, spread, samples, window);
            micros = samples == 0 ? window.p50() : micros + weight * (window.p50() - micros);
            spread += weight * (window.spread() - spread);
            samples = Smoothing.samples(samples, window);
            return true;
        }

        double error() {
            return spread / Math.sqrt(Math.max(1, samples)) + 0.01 * micros;
        }
    }

    private static final class TailModel {
        private final Map<Integer, Level> runs = new HashMap<>();
        private final Map<Integer, Level> decodes = new HashMap<>();
        /** By alternative's codec id and split point. */
        private final Map<Decoded, Level> decodings = new HashMap<>();

        private final Level picture = new Level();
        private double queueMicros = Double.NaN;
        private double queueSpread;
        /** What a record takes from its arrival to its work although it waits for nobody; {@code NaN} before the first. */
        private double handlingMicros = Double.NaN;

        private double batch = 1;
    }

    private record Decoded(int splitPoint, String codec) {}

    private static final class Tail {
        private long observedMicros;
        private int workers = 1;
        private double utilization = Double.NaN;
        private double fresh;
        private double reserved;
        private double serviceMicros = Double.NaN;
        private double variability;
        private Map<ModelVersion, TailModel> models = Map.of();

        double busy() {
            return Math.max(0, reportedBusy() + fresh + reserved);
        }

        double reportedBusy() {
            return Double.isNaN(utilization) ? 0 : utilization * workers;
        }

        /** Of a busy tail this would say little: what its records wait for is then much more. */
        void takeHandling(TailModel model) {
            if (!Double.isNaN(model.queueMicros) && utilization <= CALM) {
                double waiting = Double.isNaN(serviceMicros)
                        ? 0
                        : Waiting.micros(utilization, workers, serviceMicros, variability);
                double left = Math.clamp(model.queueMicros - waiting, 0, MOST_HANDLING_MICROS);
                double before = model.handlingMicros;
                double weight = left > before ? HANDLING_RISE : HANDLING_FALL;
                model.handlingMicros = Double.isNaN(before) ? left : before + weight * (left - before);
            }
        }

        void reported(double measured) {
            utilization = Double.isNaN(utilization) ? measured : utilization + REPORT_WEIGHT * (measured - utilization);
            reserved = reserved * (1 - REPORT_WEIGHT) + fresh;
            fresh = 0;
        }
    }

    /** Takes in what a tail measured. {@code nowMicros}: when it arrived, on the caller's clock. */
    public void observe(TailObservation window, long nowMicros) {
        lock.lock();
        try {
            Tail tail = tails.computeIfAbsent(window.tail(), name -> new Tail());
            tail.observedMicros = nowMicros;
            latestMicros = Math.max(latestMicros, nowMicros);
            tail.workers = window.workers();
            tail.reported(window.utilization());
            Map<ModelVersion, TailModel> models = new HashMap<>();
            Service service = new Service();
            for (ModelTimes times : window.models()) {
                TailModel model =
                        Optional.ofNullable(tail.models.get(times.model())).orElseGet(TailModel::new);
                take(model, times, service);
                models.put(times.model(), model);
            }
            service.into(tail);
            tail.models = models;
            models.values().forEach(tail::takeHandling);
            views.clear();
        } finally {
            lock.unlock();
        }
    }

    /** What a tail's runs took in one window, over all models. */
    private static final class Service {
        private double count;
        private double sum;
        private double squares;

        void add(Moments runs) {
            double number = (double) runs.count();
            count += number;
            sum += number * runs.p50();
            squares += number * (runs.p50() * runs.p50() + runs.spread() * runs.spread());
        }

        void into(Tail tail) {
            if (count > 0 && sum > 0) {
                double mean = sum / count;
                tail.serviceMicros = mean;
                tail.variability = Math.max(0, squares / count / (mean * mean) - 1);
            }
        }
    }

    /**
     * Runs that requests caused move the levels of split points that are not in use by as much: what was measured when the tail
     * opened the model was measured while much else was opened, and a machine that got busy is slow for all of them.
     */
    private static final class Drift {
        private final List<Level> still = new ArrayList<>();
        private double logarithms;
        private int moved;

        /** Whether the window says anything new of {@code level}. */
        boolean take(Level level, Moments run) {
            double before = level.micros;
            if (!level.take(run)) {
                still.add(level);
                return false;
            }
            if (before > 0 && level.micros > 0) {
                logarithms += Math.log(level.micros / before);
                moved++;
            }
            return true;
        }

        void move() {
            if (moved > 0) {
                double factor = Math.exp(logarithms / moved);
                still.forEach(level -> level.micros *= factor);
            }
        }
    }

    private static void take(TailModel model, ModelTimes window, Service service) {
        Drift drift = new Drift();
        for (PointTimes times : window.times()) {
            int point = times.splitPoint();
            times.runMicros().ifPresent(run -> {
                if (drift.take(model.runs.computeIfAbsent(point, absent -> new Level()), run)) {
                    service.add(run);
                }
            });
            times.decodeMicros().ifPresent(decode -> model.decodes
                    .computeIfAbsent(point, absent -> new Level())
                    .take(decode));
            for (Decoding decoding : times.decodings()) {
                if (isPicture(decoding.codec())) {
                    model.picture.take(decoding.micros());
                } else {
                    model.decodings
                            .computeIfAbsent(new Decoded(point, decoding.codec()), absent -> new Level())
                            .take(decoding.micros());
                }
            }
        }
        if (window.requests() > 0) {
            drift.move();
        }
        boolean used = window.requests() > 0 && window.queueMicros().isPresent();
        model.queueMicros = used ? window.queueMicros().get().p50() : Double.NaN;
        model.queueSpread = used ? window.queueMicros().get().spread() : 0;
        window.batchSize().ifPresent(size -> model.batch = Math.max(1, size.mean()));
    }

    /** A picture's media type stands for its codec. */
    private static boolean isPicture(String codec) {
        return codec.indexOf('/') >= 0;
    }

    /** A tail said goodbye. */
    public void forget(String tail) {
        lock.lock();
        try {
            tails.remove(tail);
            views.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Takes in what an edge node's cloud answers took beyond all other terms: a prior for those that had none yet. */
    public void brokerSeen(double micros) {
        if (!(micros >= 0)) {
            throw new IllegalArgumentException("broker time must not be negative, but was " + micros + " µs");
        }
        lock.lock();
        try {
            // First answers come while everything still starts, and an edge node may be in trouble of its own: what is
            // usual
            // moves by steps, however far off a report is, and sooner down than up.
            double known = Math.max(1, micros);
            brokerMicros = Double.isNaN(brokerMicros)
                    ? known
                    : brokerMicros * Math.exp(Math.clamp(Math.log(known / brokerMicros), -BROKER_FALL, BROKER_RISE));
        } finally {
            lock.unlock();
        }
    }

    /** What the broker adds elsewhere in the fleet; {@code NaN} when unknown. */
    double brokerMicros() {
        return brokerMicros;
    }

    /** Tails that were heard of lately and hold {@code model}. */
    public int liveTails(ModelVersion model, long nowMicros) {
        lock.lock();
        try {
            return live(model, nowMicros).size();
        } finally {
            lock.unlock();
        }
    }

    private List<Tail> live(ModelVersion model, long nowMicros) {
        List<Tail> live = new ArrayList<>();
        for (Tail tail : tails.values()) {
            if (nowMicros - tail.observedMicros <= staleAfterMicros && tail.models.containsKey(model)) {
                live.add(tail);
            }
        }
        return live;
    }

    /**
     * The predicted wait of a record of {@code profile} with so much more load than reported and reserved; {@code NaN} without a
     * live tail.
     *
     * @param extraLoad in workers that it keeps busy
     */
    public double queueMicros(ModelProfile profile, double extraLoad, long nowMicros) {
        return view(profile, nowMicros).queueMicros(extraLoad);
    }

    /** Share of the workers of the tails of {@code profile} that is busy or reserved, 0 to 1. */
    public double utilization(ModelProfile profile, long nowMicros) {
        TailView view = view(profile, nowMicros);
        return view.none() ? 0 : view.utilization();
    }

    /** Counts load, in workers kept busy, that a plan is about to put on the tails of {@code model}, until they report it. */
    public void reserve(ModelVersion model, double load) {
        if (!Double.isFinite(load)) {
            throw new IllegalArgumentException("reserved load must be finite, but was " + load);
        }
        lock.lock();
        try {
            List<Tail> live = live(model, latestMicros);
            double workers = live.stream().mapToInt(tail -> tail.workers).sum();
            for (Tail tail : live) {
                tail.fresh += load * tail.workers / workers;
            }
            // Another model's view shares workers with this one's.
            views.forEach((version, view) -> view.busy = busy(live(version, latestMicros)));
        } finally {
            lock.unlock();
        }
    }

    /** Counts load that a plan is about to take from the tails of {@code model}. */
    public void release(ModelVersion model, double load) {
        reserve(model, -load);
    }

    private static double busy(List<Tail> live) {
        double busy = 0;
        for (Tail tail : live) {
            busy += tail.busy();
        }
        return busy;
    }

    /** What the live tails say of a model version. Allocates nothing unless one of them was heard of, or fell silent, since. */
    TailView view(ModelProfile profile, long nowMicros) {
        TailView view = views.get(profile.model());
        if (view != null
                && nowMicros <= view.validUntil
                && view.runMicros.length == profile.points().size()) {
            return view;
        }
        lock.lock();
        try {
            latestMicros = Math.max(latestMicros, nowMicros);
            TailView built = new TailView(new Merged(profile, live(profile.model(), nowMicros), staleAfterMicros));
            views.put(profile.model(), built);
            return built;
        } finally {
            lock.unlock();
        }
    }

    /** The live tails of a model version put together. */
    static final class Merged {
        final int tails;
        long validUntil = Long.MAX_VALUE;
        final double[] runMicros;
        final double[] runSpread;
        final double[] runError;
        final double[] decodeMicros;
        final TailView.Decode[] decodeSource;
        final double pictureDecodeMicros;
        final double pictureDecodeSpread;
        double queueMicros = Double.NaN;
        double queueSpread = Double.NaN;
        double handlingMicros;
        double serviceMicros;
        double variability;
        double workers;
        double reportedBusy;
        double busy;
        double batch = 1;

        private final ModelProfile profile;
        private final List<TailModel> models;

        Merged(ModelProfile profile, List<Tail> live, long staleAfterMicros) {
            this.profile = profile;
            tails = live.size();
            models = live.stream()
                    .flatMap(tail -> Optional.ofNullable(tail.models.get(profile.model())).stream())
                    .toList();
            int points = profile.points().size();
            runMicros = new double[points];
            runSpread = new double[points];
            runError = new double[points];
            decodeMicros = new double[profile.alternatives()];
            decodeSource = new TailView.Decode[profile.alternatives()];
            for (Tail tail : live) {
                validUntil = Math.min(validUntil, tail.observedMicros + staleAfterMicros);
            }
            mergeRuns();
            mergeDecodes();
            Mean picture = pictureDecode();
            pictureDecodeMicros = picture.micros();
            pictureDecodeSpread = picture.spread();
            mergeQueues(live);
        }

        private void mergeRuns() {
            for (int point = 0; point < runMicros.length; point++) {
                Mean run = new Mean();
                for (TailModel model : models) {
                    run.add(model.runs.get(point));
                }
                runMicros[point] = run.micros();
                runSpread[point] = run.spread();
                runError[point] = run.error();
            }
            runMicros[profile.lastPoint()] = 0;
        }

        private Mean pictureDecode() {
            Mean byMediaType = new Mean();
            Mean ofFirst = new Mean();
            for (TailModel model : models) {
                byMediaType.add(model.picture);
                ofFirst.add(model.decodes.get(0));
            }
            return byMediaType.known() ? byMediaType : ofFirst;
        }

        private void mergeDecodes() {
            Arrays.fill(decodeMicros, Double.NaN);
            Arrays.fill(decodeSource, TailView.Decode.MEASURED);
            double[] allCodecs = new double[profile.lastPoint()];
            for (int point = 0; point < profile.lastPoint(); point++) {
                Mean mean = new Mean();
                // At split point 0 a tail's one time for all is that of the picture, where the model takes pictures.
                boolean ofPicture = point == 0 && profile.takesPictures();
                for (TailModel model : models) {
                    mean.add(ofPicture ? null : model.decodes.get(point));
                }
                allCodecs[point] = mean.micros();
            }
            double[][] byCodec = new double[ModelProfile.CODEC_COUNT][profile.lastPoint()];
            for (int codec = 0; codec < ModelProfile.CODEC_COUNT; codec++) {
                for (int point = 0; point < profile.lastPoint(); point++) {
                    byCodec[codec][point] = decoding(point, ModelProfile.CODECS.get(codec));
                }
            }
            for (int alternative = 1; alternative < decodeMicros.length; alternative++) {
                int codec = ModelProfile.codecNumber(alternative);
                int point = profile.splitPoint(alternative);
                decide(alternative, byCodec[codec], allCodecs, point);
            }
        }

        private double decoding(int point, Codec codec) {
            Mean mean = new Mean();
            for (TailModel model : models) {
                mean.add(model.decodings.get(new Decoded(point, codec.id())));
            }
            return mean.micros();
        }

        private void decide(int alternative, double[] byCodec, double[] allCodecs, int point) {
            boolean entropyCoded = ModelProfile.CODECS
                    .get(ModelProfile.codecNumber(alternative))
                    .quantization()
                    .isEntropyCoded();
            double likeCodec = likeSize(byCodec, point);
            double likeAny = likeSize(allCodecs, point);
            if (!Double.isNaN(byCodec[point])) {
                set(alternative, byCodec[point], TailView.Decode.MEASURED);
            } else if (!Double.isNaN(likeCodec)) {
                set(alternative, likeCodec, TailView.Decode.BY_BYTES);
            } else if (entropyCoded) {
                set(
                        alternative,
                        Double.isNaN(allCodecs[point]) ? likeAny : allCodecs[point],
                        TailView.Decode.LIKE_ENCODING);
            } else if (!Double.isNaN(allCodecs[point])) {
                set(alternative, allCodecs[point], TailView.Decode.MEASURED);
            } else {
                set(alternative, likeAny, TailView.Decode.BY_BYTES);
            }
        }

        private void set(int alternative, double micros, TailView.Decode source) {
            decodeMicros[alternative] = micros;
            decodeSource[alternative] = source;
        }

        /** By bytes from the split point that is most alike in size and known; {@code NaN} when none is. */
        private double likeSize(double[] known, int point) {
            for (int other : profile.byLikeSize[point]) {
                if (!Double.isNaN(known[other]) && profile.crossingBytes[other] > 0) {
                    return known[other] * profile.crossingBytes[point] / profile.crossingBytes[other];
                }
            }
            return Double.NaN;
        }

        private void mergeQueues(List<Tail> live) {
            double queues = 0;
            double spreads = 0;
            int measured = 0;
            int served = 0;
            for (Tail tail : live) {
                workers += tail.workers;
                busy += tail.busy();
                reportedBusy += tail.reportedBusy();
                if (!Double.isNaN(tail.serviceMicros)) {
                    serviceMicros += tail.serviceMicros;
                    variability += tail.variability;
                    served++;
                }
            }
            serviceMicros = served > 0 ? serviceMicros / served : meanRun();
            variability = served > 0 ? variability / served : 0;
            for (TailModel model : models) {
                batch = Math.max(batch, model.batch);
                if (!Double.isNaN(model.queueMicros)) {
                    queues += model.queueMicros;
                    spreads += model.queueSpread;
                    measured++;
                }
            }
            OptionalDouble ofModel = handling(models.stream());
            OptionalDouble ofAny = handling(live.stream().flatMap(tail -> tail.models.values().stream()));
            handlingMicros = ofModel.orElse(ofAny.orElse(0));
            if (measured > 0) {
                queueMicros = queues / measured;
                queueSpread = spreads / measured;
            }
        }

        /** The mean over models that were used; empty when none was. */
        private static OptionalDouble handling(Stream<TailModel> used) {
            return used.mapToDouble(model -> model.handlingMicros)
                    .filter(micros -> !Double.isNaN(micros))
                    .average();
        }

        private double meanRun() {
            return Arrays.stream(runMicros, 0, profile.lastPoint())
                    .filter(micros -> !Double.isNaN(micros))
                    .average()
                    .orElse(GUESSED_SERVICE);
        }
    }

    /** The mean of the tails that measured something. */
    private static final class Mean {
        private double sum;
        private double spreads;
        private double errors;
        private int count;

        void add(@Nullable Level level) {
            if (level != null && level.samples > 0) {
                sum += level.micros;
                spreads += level.spread;
                errors += level.error();
                count++;
            }
        }

        boolean known() {
            return count > 0;
        }

        double micros() {
            return count == 0 ? Double.NaN : sum / count;
        }

        double spread() {
            return count == 0 ? 0 : spreads / count;
        }

        double error() {
            return count == 0 ? 0 : errors / count;
        }
    }
}
