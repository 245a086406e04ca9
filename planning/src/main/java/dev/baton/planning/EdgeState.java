package dev.baton.planning;

import dev.baton.partitioning.Placement;
import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.planning.EdgeObservation.Agreement;
import dev.baton.planning.EdgeObservation.Encoding;
import dev.baton.planning.EdgeObservation.PlacementTimes;
import dev.baton.planning.EdgeObservation.SplitTime;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one model on one edge node, in less than 2 KB. Begin with {@link #observe}. Not thread-safe: one owner at a
 * time.
 */
public final class EdgeState {
    /*
     * An orchestrator holds one of these for every edge node and model, so numbers are of two or four bytes, unknown ones NaN,
     * and everything that is the same for all edge nodes lies in the shared ModelProfile, DevicePrior and PowerModel. An array
     * costs 16 bytes before its first element, so whatever takes two bytes lies in one: two numbers for each alternative, which with
     * 24 split points and eleven codecs are two thirds of it all, then three for each split point.
     *
     * Edge nodes report recent values, which they have smoothed, and repeat them while nothing new was measured; they are
     * taken as they are, and a repeated one is recognised by its mean. The requests of the window alone, by placement, are
     * fresh but few: those move the level with a weight (see Smoothing). What they move a head by, they move the heads by that
     * were not measured in the window, as a machine that got busy is slow for all of them: the more, the more samples the
     * level stood on before, since the first few only correct a poor level.
     */
    /** What crosses takes this long to encode even where it is small, in bytes; also keeps numbers within a half's range. */
    private static final double ENCODE_BASE_BYTES = 1024;

    /** Zero has no sign that could say whether it was derived. */
    private static final double LEAST_NANOS = 1e-6;

    private static final double DRIFT_SAMPLES = 8;
    /** How much of a drift that a head was moved by may be wrong for this head. */
    private static final double DRIFT_ERROR = 0.3;
    /** No level is known better than this, relative. */
    private static final double LEAST_ERROR = 0.01;

    /** Links carry as much back, as far as nobody knows: within half of it. */
    private static final double UNMEASURED_DOWNLINK_ERROR = 0.5;

    private static final double OTHER_RISE = 0.1;
    private static final double OTHER_FALL = 0.5;
    private static final double RATE_MEMORY_MICROS = 3e6;
    private static final double UNDER_WAY_MEMORY_MICROS = 3e7;
    private static final int MAX_AGREEMENTS = 6;
    private static final int AGREEMENT_FIELDS = 5;
    /** Fewer samples than these say nothing against, or for, a codec. */
    private static final int ENOUGH_SAMPLES = 30;
    /** A bound that holds in 95 of 100 cases. */
    private static final double CONFIDENCE = 1.645;

    private ModelProfile profile;
    private @Nullable DevicePrior prior;
    private @Nullable PowerModel power;
    private long observedMicros = Long.MIN_VALUE;
    private long brokerSeenMicros = Long.MIN_VALUE;
    private long activePlanEpoch;
    private long ready;

    private final float[] headMicros;
    private final byte[] headSamples;
    /**
     * Halves. By alternative, the time of encoding: nanoseconds for each crossing byte and each of the base bytes, negative where
     * derived from other alternatives. From {@link #bytesAt} on, encoded bytes relative to what the profile expects. From {@link
     * #spreadAt}, {@link #errorAt} and {@link #seenAt} on, by split point, a head's spread and error, relative, and a digest of
     * the mean that was reported last, which tells news from repetition.
     */
    private final short[] table;

    /** Rows of {@link #AGREEMENT_FIELDS}: alternative, samples, and as halves the share that differs, mean and deviation of errors. */
    private short @Nullable [] agreements;

    // Spreads and errors are halves, relative to what they belong to.
    private float bytesPerSecond = Float.NaN;
    private float downlinkBytesPerSecond = Float.NaN;
    private float roundTripMicros = Float.NaN;
    private float preprocessMicros = Float.NaN;
    private float brokerMicros = Float.NaN;
    private float pictureBytes = Float.NaN;
    private float requestsPerSecond = Float.NaN;
    private float ownTailLoad;
    private short mostUnderWay = Halves.of(Double.NaN);
    /** Size of the answers that the broker's time was measured with. */
    private float resultBytesSeen = Float.NaN;

    private short bytesPerSecondError;
    private short downlinkError;
    private short roundTripError;
    private short residual;
    private short preprocessSpread;
    private short preprocessError;
    private short brokerSpread;
    private short brokerError;
    private short pictureSpread;
    /** Measured size of answers relative to what the profile expects. */
    private short resultRatio = Halves.UNKNOWN;
    /** Microseconds that a request takes here beside its stages. */
    private short otherMicros = Halves.UNKNOWN;

    private byte pictures = UNSEEN;
    /** The split point that requests of the last window used; none when negative. */
    private byte pointInUse = -1;

    private static final byte UNSEEN = 0;
    private static final byte PICTURES = 1;
    private static final byte TENSORS = 2;

    /** Nothing is known yet. */
    public EdgeState(ModelProfile profile) {
        this.profile = profile;
        int points = profile.points().size();
        headMicros = new float[points];
        Arrays.fill(headMicros, Float.NaN);
        headSamples = new byte[points];
        table = new short[2 * profile.alternatives() + 3 * points];
        Arrays.fill(table, 0, spreadAt(0), Halves.UNKNOWN);
    }

    private int bytesAt(int alternative) {
        return profile.alternatives() + alternative;
    }

    private int spreadAt(int point) {
        return 2 * profile.alternatives() + point;
    }

    private int errorAt(int point) {
        return spreadAt(headMicros.length + point);
    }

    private int seenAt(int point) {
        return spreadAt(2 * headMicros.length + point);
    }

    public ModelProfile profile() {
        return profile;
    }

    /**
     * Goes on with another profile of the same model version, such as one with another evaluation of its codecs; what was measured
     * stays.
     *
     * @throws IllegalArgumentException when it is of another version
     */
    @SuppressWarnings("ReferenceEquality") // a profile made anew is another one, whatever it says
    public void adopt(ModelProfile same) {
        if (same == profile) {
            return;
        }
        if (!same.model().equals(profile.model()) || same.alternatives() != profile.alternatives()) {
            throw new IllegalArgumentException(
                    "the profile must be of %s, but is of %s".formatted(profile.model(), same.model()));
        }
        for (int alternative = 1; alternative < profile.alternatives(); alternative++) {
            float ratio = Halves.value(table[bytesAt(alternative)]);
            if (ratio >= 0) {
                double expected = profile.expectedBytes(alternative) / same.expectedBytes(alternative);
                table[bytesAt(alternative)] = Halves.of(ratio * expected);
            }
        }
        profile = same;
    }

    /** Takes in what the edge node measured. {@code nowMicros}: when it arrived, on the caller's clock. */
    public void observe(EdgeObservation window, long nowMicros) {
        observedMicros = nowMicros;
        activePlanEpoch = window.activePlanEpoch();
        takeLink(window.link());
        takeRecent(window, nowMicros);
        takeHeads(window);
        takeEncodings(window);
        takeTraffic(window);
        takeAgreements(window);
        takeReady(window);
    }

    private void takeLink(LinkObservation link) {
        bytesPerSecond = orUnknown(link.bytesPerSecond());
        roundTripMicros = orUnknown(link.roundTripMicros());
        residual = share(link.residualMicros(), roundTripMicros);
        double few = 0.3 / Math.sqrt((double) Math.max(1, link.samples()));
        bytesPerSecondError = share(link.bytesPerSecondError().orElse(few * bytesPerSecond), bytesPerSecond);
        roundTripError = share(link.roundTripErrorMicros().orElse(few * link.residualMicros()), roundTripMicros);
        boolean measured = link.downlinkBytesPerSecond().isPresent();
        downlinkBytesPerSecond =
                measured ? (float) link.downlinkBytesPerSecond().getAsDouble() : bytesPerSecond;
        double error = link.downlinkBytesPerSecondError().orElse(0);
        downlinkError = measured ? share(error, downlinkBytesPerSecond) : Halves.of(UNMEASURED_DOWNLINK_ERROR);
    }

    private static short share(double part, double whole) {
        return Halves.of(whole > 0 ? part / whole : 0);
    }

    private static float orUnknown(OptionalDouble value) {
        return value.isPresent() ? (float) value.getAsDouble() : Float.NaN;
    }

    private void takeRecent(EdgeObservation window, long nowMicros) {
        if (window.preprocessMicros().isPresent()) {
            Moments measured = window.preprocessMicros().get();
            preprocessMicros = (float) measured.p50();
            preprocessSpread = share(measured.spread(), measured.p50());
            preprocessError = share(standardError(measured), measured.p50());
        }
        if (window.brokerMicros().isPresent()) {
            Moments measured = window.brokerMicros().get();
            brokerMicros = (float) measured.p50();
            brokerSpread = Halves.of(measured.spread() / atLeastOne(measured));
            brokerError = Halves.of(standardError(measured) / atLeastOne(measured));
            brokerSeenMicros = nowMicros;
        }
        if (window.pictureBytes().isPresent()) {
            pictureBytes = (float) window.pictureBytes().get().p50();
            pictureSpread = share(window.pictureBytes().get().spread(), pictureBytes);
        }
    }

    private static double standardError(Moments measured) {
        return measured.spread() / Math.sqrt((double) measured.count()) + LEAST_ERROR * measured.p50();
    }

    /** The broker's time may be nothing, and scatter all the same. */
    private static double atLeastOne(Moments measured) {
        return Math.max(1, measured.p50());
    }

    private void takeHeads(EdgeObservation window) {
        long measured = 0;
        double drift = 0;
        int drifts = 0;
        for (int i = 0; i < window.placements().size(); i++) {
            PlacementTimes times = window.placements().get(i);
            int point = headPoint(times.placement());
            if (point > 0 && times.headMicros().isPresent()) {
                drift += smoothHead(point, times.headMicros().get());
                drifts++;
                measured |= bit(point);
            }
        }
        boolean fromRequests = drifts > 0;
        for (int i = 0; i < window.heads().size(); i++) {
            SplitTime time = window.heads().get(i);
            int point = time.splitPoint();
            if (point > 0 && point < headMicros.length && isNews(time)) {
                table[seenAt(point)] = digest(time.micros());
                if ((measured & bit(point)) == 0) {
                    double moved = replaceHead(point, time.micros());
                    measured |= bit(point);
                    drift += fromRequests ? 0 : moved;
                    drifts += fromRequests ? 0 : 1;
                }
            }
        }
        if (drifts > 0 && drift != 0) {
            moveHeads(measured, drift / drifts);
        }
    }

    private boolean isNews(SplitTime time) {
        int point = time.splitPoint();
        return headSamples[point] == 0 || table[seenAt(point)] != digest(time.micros());
    }

    private static short digest(Moments micros) {
        int bits = Float.floatToIntBits((float) micros.mean());
        return (short) (bits ^ bits >>> 16);
    }

    /** Split points beyond 63 share bits: then a head may be taken for measured in this window, and is not moved. */
    private static long bit(int point) {
        return 1L << point;
    }

    private int headPoint(Placement placement) {
        return switch (placement) {
            case Placement.EdgeOnly edge -> profile.lastPoint();
            case Placement.CloudOnly cloud -> 0;
            case Placement.Split(int point) -> point < profile.lastPoint() ? point : 0;
        };
    }

    /** Takes in the median of few fresh runs; returns by how much this moved the head, as a logarithm, for the others. */
    private double smoothHead(int point, Moments window) {
        int samples = headSamples[point];
        if (samples == 0) {
            return replaceHead(point, window);
        }
        double before = headMicros[point];
        double spread = Halves.value(table[spreadAt(point)]) * before;
        double weight = Smoothing.weight(before, spread, samples, window);
        double after = before + weight * (window.p50() - before);
        double scatter = spread + weight * (window.spread() - spread);
        int behind = Smoothing.samples(samples, window);
        setHead(point, after, scatter, behind);
        return after > 0 && before > 0 ? Math.log(after / before) * samples / (samples + DRIFT_SAMPLES) : 0;
    }

    /**
     * Takes in a median that the edge node has smoothed; returns by how much this moved the head, as a logarithm. A level that
     * stood on few runs is corrected by it, which says nothing about others.
     */
    private double replaceHead(int point, Moments recent) {
        int samples = headSamples[point];
        double before = headMicros[point];
        setHead(point, recent.p50(), recent.spread(), (int) Math.min(Smoothing.MEMORY, recent.count()));
        return samples >= DRIFT_SAMPLES && before > 0 && recent.p50() > 0
                ? Math.log(recent.p50() / before) * samples / (samples + DRIFT_SAMPLES)
                : 0;
    }

    private void setHead(int point, double micros, double spread, int samples) {
        double relative = micros > 0 ? spread / micros : 0;
        headMicros[point] = (float) micros;
        table[spreadAt(point)] = Halves.of(relative);
        table[errorAt(point)] = Halves.of(relative / Math.sqrt(samples) + LEAST_ERROR);
        headSamples[point] = (byte) samples;
    }

    private void moveHeads(long measured, double drift) {
        double factor = Math.exp(drift);
        for (int point = 1; point < headMicros.length; point++) {
            if ((measured & bit(point)) == 0 && headSamples[point] > 0) {
                headMicros[point] *= (float) factor;
                table[errorAt(point)] = Halves.of(Math.hypot(Halves.value(table[errorAt(point)]), DRIFT_ERROR * drift));
            }
        }
    }

    private void takeEncodings(EdgeObservation window) {
        long changed = 0;
        for (int i = 0; i < window.encodings().size(); i++) {
            Encoding encoding = window.encodings().get(i);
            int alternative = profile.alternative(encoding.splitPoint(), encoding.codec());
            if (alternative > 0) {
                changed |= takeEncoding(alternative, encoding);
            }
        }
        if (changed != 0) {
            deriveEncodings(changed);
        }
    }

    /** Returns the codec's bit when the time of encoding changed. */
    private long takeEncoding(int alternative, Encoding encoding) {
        if (encoding.bytes().isPresent()) {
            double ratio = encoding.bytes().get().p50() / profile.expectedBytes(alternative);
            table[bytesAt(alternative)] = Halves.of(ratio);
        }
        if (encoding.micros().isEmpty()) {
            return 0;
        }
        short nanos = Halves.of(Math.max(LEAST_NANOS, encoding.micros().get().p50() * 1e3 / encodeUnits(alternative)));
        boolean same = table[alternative] == nanos;
        table[alternative] = nanos;
        return same ? 0 : 1L << ModelProfile.codecNumber(alternative);
    }

    private double encodeUnits(int alternative) {
        return profile.crossingBytes[profile.splitPoint(alternative)] + ENCODE_BASE_BYTES;
    }

    /** Fills in what was never encoded: as the same codec takes for what is most alike in size, else as the slowest codec. */
    private void deriveEncodings(long changed) {
        short slowest = Halves.UNKNOWN;
        for (int codec = 0; codec < ModelProfile.CODEC_COUNT; codec++) {
            if ((changed >> codec & 1) != 0) {
                deriveEncodings(codec);
            }
        }
        for (int alternative = 1; alternative < profile.alternatives(); alternative++) {
            float value = Halves.value(table[alternative]);
            if (value >= 0 && !(value <= Halves.value(slowest))) {
                slowest = table[alternative];
            }
        }
        for (int codec = 0; codec < ModelProfile.CODEC_COUNT; codec++) {
            if (neverEncoded(codec)) {
                for (int point = 0; point < profile.lastPoint(); point++) {
                    table[ModelProfile.alternative(point, codec)] = negative(slowest);
                }
            }
        }
    }

    private boolean neverEncoded(int codec) {
        for (int point = 0; point < profile.lastPoint(); point++) {
            if (Halves.value(table[ModelProfile.alternative(point, codec)]) >= 0) {
                return false;
            }
        }
        return true;
    }

    private void deriveEncodings(int codec) {
        for (int point = 0; point < profile.lastPoint(); point++) {
            int alternative = ModelProfile.alternative(point, codec);
            if (!(Halves.value(table[alternative]) >= 0)) {
                for (int other : profile.byLikeSize[point]) {
                    short nanos = table[ModelProfile.alternative(other, codec)];
                    if (Halves.value(nanos) >= 0) {
                        table[alternative] = negative(nanos);
                        break;
                    }
                }
            }
        }
    }

    /** Marks a number as derived. */
    private static short negative(short half) {
        return (short) (half | 0x8000);
    }

    private void takeTraffic(EdgeObservation window) {
        double seconds = window.windowMicros() / 1e6;
        double weight = 1 - Math.exp(-window.windowMicros() / RATE_MEMORY_MICROS);
        double rate = window.requests() / seconds;
        requestsPerSecond = (float)
                (Float.isNaN(requestsPerSecond) ? rate : requestsPerSecond + weight * (rate - requestsPerSecond));
        double load = 0;
        double underWay = 0;
        for (int i = 0; i < window.placements().size(); i++) {
            PlacementTimes times = window.placements().get(i);
            load += sum(times.tailMicros()) / window.windowMicros();
            underWay += underWay(times.totalMicros(), window.windowMicros());
            if (times.totalMicros().isPresent()) {
                pointInUse = (byte) Math.min(Byte.MAX_VALUE, headPoint(times.placement()));
            }
            takeResult(times);
            takeOther(times.otherMicros());
        }
        ownTailLoad += (float) (weight * (load - ownTailLoad));
        takeUnderWay(underWay, window.windowMicros());
        if (window.requests() > 0) {
            pictures = pictureSent(window) ? PICTURES : TENSORS;
        }
    }

    /** More are believed at once, fewer in the course of half a minute. Unknown while no request was answered. */
    private void takeUnderWay(double underWay, long windowMicros) {
        double before = Halves.value(mostUnderWay);
        double kept = Double.isNaN(before) ? 0 : before * Math.exp(-windowMicros / UNDER_WAY_MEMORY_MICROS);
        if (underWay > 0 || !Double.isNaN(before)) {
            mostUnderWay = Halves.of(Math.max(underWay, kept));
        }
    }

    /**
     * How many requests were under way together, in the mean (Little 1961). Those that ended in a window began up to their own
     * time before it: one after the other they fill no more than the window and the time of one.
     */
    private static double underWay(Optional<Moments> total, long windowMicros) {
        return total.isEmpty()
                ? 0
                : total.get().count()
                        * total.get().mean()
                        / (windowMicros + total.get().mean());
    }

    private void takeResult(PlacementTimes times) {
        int point = headPoint(times.placement());
        if (times.resultBytes().isPresent() && point < profile.lastPoint()) {
            double bytes = times.resultBytes().get().p50();
            resultBytesSeen = (float) bytes;
            resultRatio = Halves.of(bytes / Math.max(1, profile.resultBytes[point]));
        }
    }

    private void takeOther(Optional<Moments> other) {
        if (other.isPresent()) {
            double before = Halves.value(otherMicros);
            double measured = other.get().p50();
            // The first requests meet a machine that still starts.
            double weight = measured > before ? OTHER_RISE : OTHER_FALL;
            otherMicros = Halves.of(Double.isNaN(before) ? measured : before + weight * (measured - before));
        }
    }

    private static double sum(Optional<Moments> moments) {
        return moments.isPresent() ? moments.get().count() * moments.get().p50() : 0;
    }

    /** A client's picture is either pre-processed here or sent as it came, and then nothing is encoded. */
    private static boolean pictureSent(EdgeObservation window) {
        for (int i = 0; i < window.placements().size(); i++) {
            PlacementTimes times = window.placements().get(i);
            boolean cloudOnly = times.placement() instanceof Placement.CloudOnly;
            if (times.totalMicros().isPresent()) {
                return cloudOnly
                        ? times.encodeMicros().isEmpty()
                                && window.pictureBytes().isPresent()
                        : times.preprocessMicros().isPresent();
            }
        }
        return window.pictureBytes().isPresent();
    }

    private void takeAgreements(EdgeObservation window) {
        List<Agreement> all = window.agreements();
        if (all.isEmpty()) {
            return;
        }
        if (all.size() > MAX_AGREEMENTS) {
            all = all.stream()
                    .sorted(Comparator.comparingLong(Agreement::samples).reversed())
                    .limit(MAX_AGREEMENTS)
                    .toList();
        }
        short[] rows = agreements;
        if (rows == null || rows.length != all.size() * AGREEMENT_FIELDS) {
            rows = new short[all.size() * AGREEMENT_FIELDS];
            agreements = rows;
        }
        for (int row = 0; row < all.size(); row++) {
            Agreement agreement = all.get(row);
            int at = row * AGREEMENT_FIELDS;
            Optional<Moments> error = agreement.relativeError();
            rows[at] = (short) profile.alternative(agreement.splitPoint(), agreement.codec());
            rows[at + 1] = (short) Math.min(Short.MAX_VALUE, agreement.samples());
            rows[at + 2] = Halves.of(1 - agreement.agreement());
            rows[at + 3] = error.isPresent() ? Halves.of(error.get().mean()) : Halves.UNKNOWN;
            rows[at + 4] = error.isPresent() ? Halves.of(Math.sqrt(error.get().variance())) : Halves.UNKNOWN;
        }
    }

    private void takeReady(EdgeObservation window) {
        ready = 0;
        for (int i = 0; i < window.readySplitPoints().size(); i++) {
            ready |= bit(window.readySplitPoints().get(i));
        }
    }

    /** What users' own requests showed about a codec. */
    enum Measured {
        /** Too few samples, or they allow both. */
        NOTHING,
        WITHIN_BUDGET,
        OVER_BUDGET
    }

    /** Whether the codec of an alternative keeps to {@code budget} on users' own requests, with 95 % confidence. */
    Measured agreement(int alternative, AccuracyBudget budget) {
        int at = agreementRow(alternative);
        short[] rows = agreements;
        if (rows == null || at < 0 || rows[at + 1] < ENOUGH_SAMPLES) {
            return Measured.NOTHING;
        }
        double samples = rows[at + 1];
        return profile.metric().orElse(Metric.RELATIVE_ERROR) == Metric.TOP1
                ? agreed(1 - Halves.value(rows[at + 2]), samples, budget.agreement())
                : erred(
                        Halves.value(rows[at + 3]),
                        Halves.value(rows[at + 4]) / Math.sqrt(samples),
                        budget.relativeError());
    }

    private int agreementRow(int alternative) {
        if (agreements != null) {
            for (int at = 0; at < agreements.length; at += AGREEMENT_FIELDS) {
                if (agreements[at] == alternative) {
                    return at;
                }
            }
        }
        return -1;
    }

    /** Samples behind {@link #agreement(int, AccuracyBudget)}, for people. */
    int agreementSamples(int alternative) {
        int at = agreementRow(alternative);
        return agreements == null || at < 0 ? 0 : agreements[at + 1];
    }

    /** By Wilson's score interval (1927), which holds for shares near 1, too. */
    private static Measured agreed(double share, double samples, double budget) {
        double squared = CONFIDENCE * CONFIDENCE;
        double center = (share + squared / (2 * samples)) / (1 + squared / samples);
        double half = CONFIDENCE
                * Math.sqrt(share * (1 - share) / samples + squared / (4 * samples * samples))
                / (1 + squared / samples);
        if (center + half < budget) {
            return Measured.OVER_BUDGET;
        }
        return center - half >= budget ? Measured.WITHIN_BUDGET : Measured.NOTHING;
    }

    private static Measured erred(double mean, double standardError, double budget) {
        if (mean - CONFIDENCE * standardError > budget) {
            return Measured.OVER_BUDGET;
        }
        return mean + CONFIDENCE * standardError <= budget ? Measured.WITHIN_BUDGET : Measured.NOTHING;
    }

    /** What a device profile says, for what was not measured. */
    public void prior(DevicePrior given) {
        prior = given;
    }

    /** What the edge node draws. */
    public void power(PowerModel given) {
        power = given;
    }

    public Optional<DevicePrior> prior() {
        return Optional.ofNullable(prior);
    }

    public Optional<PowerModel> power() {
        return Optional.ofNullable(power);
    }

    @Nullable
    DevicePrior priorOrNull() {
        return prior;
    }

    @Nullable
    PowerModel powerOrNull() {
        return power;
    }

    /** When the last window arrived; {@link Long#MIN_VALUE} before the first. */
    public long observedMicros() {
        return observedMicros;
    }

    /** The plan's epoch that the edge node follows, as it said last; 0 when none. */
    public long activePlanEpoch() {
        return activePlanEpoch;
    }

    /** Whether what runs on the edge node at a split point is there, as it said last; taken to be where it said nothing. */
    boolean canRun(int splitPoint) {
        return splitPoint == 0 || ready == 0 || (ready & bit(splitPoint)) != 0;
    }

    /** Requests per second lately; {@code NaN} before the first window. */
    public double requestsPerSecond() {
        return requestsPerSecond;
    }

    /**
     * Requests under way at the same time, the most in the mean of a window lately; {@code NaN} before the first was answered. A client
     * that asks one by one has 1 at most.
     */
    public double mostUnderWay() {
        return Halves.value(mostUnderWay);
    }

    /** Workers of the tails that this edge node's requests keep busy, as far as its windows tell. */
    public double ownTailLoad() {
        return ownTailLoad;
    }

    /** Whether clients send compressed pictures, as far as is known: what they did last, else what the package offers. */
    public boolean picturesExpected() {
        return profile.takesPictures() && pictures != TENSORS;
    }

    /** Of the uplink; {@code NaN} when unknown. */
    public double bytesPerSecond() {
        return bytesPerSecond;
    }

    /** Fixed part of a transfer; {@code NaN} when unknown. */
    public double roundTripMicros() {
        return roundTripMicros;
    }

    double bytesPerSecondError() {
        return Halves.value(bytesPerSecondError) * bytesPerSecond;
    }

    double roundTripError() {
        return Halves.value(roundTripError) * roundTripMicros;
    }

    /** How far one transfer lies off the edge node's estimate. */
    double residualMicros() {
        return Halves.value(residual) * roundTripMicros;
    }

    /** Of the way back: as measured, else as the uplink; {@code NaN} when neither is known. */
    double downlinkBytesPerSecond() {
        return downlinkBytesPerSecond;
    }

    /** Relative. */
    double downlinkError() {
        return Halves.value(downlinkError);
    }

    /** Size of the tail's answer behind a split point: as measured, else as the package tells. */
    double resultBytes(int splitPoint) {
        float ratio = Halves.value(resultRatio);
        double expected = profile.resultBytes[splitPoint];
        return Float.isNaN(ratio) ? expected : ratio * Math.max(1, expected);
    }

    /** Size of the answers seen last; {@code NaN} before the first. */
    double resultBytesSeen() {
        return resultBytesSeen;
    }

    /** Where requests divided the model lately; negative before the first. */
    int pointInUse() {
        return pointInUse;
    }

    /** What a request takes here beside its stages; {@code NaN} when unknown. */
    double otherMicros() {
        return Halves.value(otherMicros);
    }

    /** What the broker was last seen to add; {@code NaN} when never, or not since {@code after}. */
    double brokerMicros(long after) {
        return brokerSeenMicros >= after ? brokerMicros : Float.NaN;
    }

    double brokerSpread() {
        return Halves.value(brokerSpread) * Math.max(1, brokerMicros);
    }

    double brokerError() {
        return Halves.value(brokerError) * Math.max(1, brokerMicros);
    }

    double preprocessSpread() {
        return Halves.value(preprocessSpread) * preprocessMicros;
    }

    double preprocessError() {
        return Halves.value(preprocessError) * preprocessMicros;
    }

    /** By how many bytes clients' pictures differ. */
    double pictureSpread() {
        return Float.isNaN(pictureBytes) ? 0 : Halves.value(pictureSpread) * pictureBytes;
    }

    /** What pre-processing takes; {@code NaN} when unknown. */
    public double preprocessMicros() {
        return preprocessMicros;
    }

    /** Size of a client's picture: as measured, else as the package's sample; {@code NaN} when neither tells. */
    double expectedPictureBytes() {
        if (!Float.isNaN(pictureBytes)) {
            return pictureBytes;
        }
        OptionalLong sample = profile.samplePictureBytes();
        return sample.isPresent() ? (double) sample.getAsLong() : Double.NaN;
    }

    /** What the head of a split point was measured to take, moved with those in use; {@code NaN} when never measured. */
    public double headMicros(int splitPoint) {
        return splitPoint == 0 ? 0 : headMicros[splitPoint];
    }

    double headSpread(int splitPoint) {
        return Halves.value(table[spreadAt(splitPoint)]) * headMicros[splitPoint];
    }

    double headError(int splitPoint) {
        return Halves.value(table[errorAt(splitPoint)]) * headMicros[splitPoint];
    }

    /** What encoding takes; negative where derived from other alternatives, {@code NaN} when nothing was ever encoded. */
    double encodeMicros(int alternative) {
        return Halves.value(table[alternative]) * encodeUnits(alternative) * 1e-3;
    }

    /** Encoded bytes: as measured on the edge node, else as the profile expects; {@code NaN} when neither tells. */
    double encodedBytes(int alternative) {
        float ratio = Halves.value(table[bytesAt(alternative)]);
        return ratio >= 0 ? ratio * profile.expectedBytes(alternative) : profile.encodedBytes[alternative];
    }
}
