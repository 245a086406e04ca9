package dev.baton.planning;

import dev.baton.planning.Term.Source;
import org.jspecify.annotations.Nullable;

/** Predicts every alternative of a situation. Begin with {@link #predict}. Stateless; thread-safe. */
public final class Predictor {
    /*
     * The latency of an alternative is the sum of its terms (see TermName). Each is a median, since users see medians and a mean
     * follows the one request that met a pause; medians of skewed terms do not quite add up, but err by less than that.
     * Beside the median each term has a spread, by which requests differ, and an error, by which the median itself may be off.
     *
     * A placement that was never used lacks measurements, and a planner that refuses to guess would never try it. So what can be
     * derived from neighbouring measurements is derived, and says so:
     *   head    between the measured heads around it, in proportion to the work between them: as the device profile tells, else
     *           as the tails' times for the same operators do, else as operators' costs do. A head is inside the next one, so this is
     *           bounded on both sides, and needs no word on how fast the device is. Where no head was measured: the device profile.
     *   encode  the same codec where about as much crosses, else the slowest codec, by bytes; else the device profile
     *   decode  the same codec where about as much crosses, else all codecs together; entropy coders as long as they encode
     *   tail    the edge node's time for the same operators, times the ratio of tail to edge at the split points that both have
     *           measured; else the operators' share of the whole model on the tail
     *   preprocess and decode of a picture: what the other side takes for it
     *   broker  what other edge nodes see, else the prior setting; what it took here long ago where that is less
     *   result  the answer's bytes as the package tells; a downlink that nobody measured is like the uplink
     * The link is never guessed. A term that nothing tells is unknown, and so is the sum.
     *
     * Everything is read from arrays and written into arrays; unknown is NaN, which sums keep.
     */
    /** How far what lies between two measured heads may be off, relative to the distance from the nearer one. */
    private static final double BETWEEN_ERROR = 0.3;
    /** The same for a tail that follows from the ratio of tail to edge. */
    private static final double RATIO_ERROR = 0.3;

    private static final double PRIOR_BROKER_ERROR = 0.5;
    /** A broker's time that was measured longer ago says nothing about now. */
    private static final long BROKER_MAX_AGE_MICROS = 30_000_000;

    private final Settings settings;

    /**
     * What a prediction cannot know.
     *
     * @param brokerPriorMicros what the broker is taken to add before any edge node has had an answer through it
     * @param price of the tails' time
     */
    public record Settings(double brokerPriorMicros, CloudPrice price) {
        /** 3 ms, and time instead of money. */
        public static final Settings USUAL = new Settings(3_000, CloudPrice.SECONDS);

        public Settings {
            if (!(brokerPriorMicros >= 0)) {
                throw new IllegalArgumentException("broker prior must not be negative, but was " + brokerPriorMicros);
            }
        }
    }

    public Predictor(Settings settings) {
        this.settings = settings;
    }

    public Settings settings() {
        return settings;
    }

    /** Predicts all alternatives of {@code edge} with {@code tails}, as of {@code nowMicros}. Allocates nothing. */
    public void predict(EdgeState edge, TailPool tails, long nowMicros, Predictions into) {
        TailView view = tails.view(edge.profile(), nowMicros);
        into.begin(edge, view);
        predictShared(edge, view, into);
        predictBroker(edge, tails, nowMicros, into);
        predictHeads(edge, view, into);
        predictTails(edge.profile(), view, into);
        predictQueues(edge, view, into);
        predictResults(edge, into);
        sumEdgeOnly(edge, into);
        for (int point = 0; point < edge.profile().lastPoint(); point++) {
            sumPoint(edge, view, point, into);
        }
    }

    /** As {@link #predict}, for people: every alternative with its terms, where they come from, and what rules it out. */
    public Ranking rank(EdgeState edge, TailPool tails, Preferences preferences, long nowMicros, Predictions scratch) {
        predict(edge, tails, nowMicros, scratch);
        return Rankings.of(scratch, preferences);
    }

    private static void predictShared(EdgeState edge, TailView view, Predictions into) {
        into.pictures = edge.picturesExpected();
        boolean measured = !Double.isNaN(edge.preprocessMicros());
        into.preprocessMicros = measured ? edge.preprocessMicros() : view.pictureDecodeMicros;
        into.preprocessSpread = measured ? edge.preprocessSpread() : view.pictureDecodeSpread;
        into.preprocessError = measured ? edge.preprocessError() : RATIO_ERROR * view.pictureDecodeMicros;
        into.preprocessSource = measured ? Source.MEASURED : Source.ESTIMATED;
        into.microsPerByte = 1e6 / edge.bytesPerSecond();
        into.rateError = edge.bytesPerSecondError() / edge.bytesPerSecond();
        into.roundTripMicros = edge.roundTripMicros();
        into.roundTripSpread = edge.residualMicros();
        into.roundTripError = edge.roundTripError();
        into.otherKnown = !Double.isNaN(edge.otherMicros());
        into.otherMicros = into.otherKnown ? edge.otherMicros() : 0;
    }

    private void predictBroker(EdgeState edge, TailPool tails, long nowMicros, Predictions into) {
        double measured = edge.brokerMicros(nowMicros - BROKER_MAX_AGE_MICROS);
        if (!Double.isNaN(measured)) {
            into.brokerMicros = measured;
            into.brokerSpread = edge.brokerSpread();
            into.brokerError = edge.brokerError();
            into.brokerSource = Source.MEASURED;
            return;
        }
        double elsewhere = tails.brokerMicros();
        boolean known = !Double.isNaN(elsewhere);
        double usual = known ? elsewhere : settings.brokerPriorMicros();
        double longAgo = edge.brokerMicros(Long.MIN_VALUE);
        into.brokerMicros = longAgo < usual ? longAgo : usual;
        into.brokerSpread = PRIOR_BROKER_ERROR * into.brokerMicros;
        into.brokerError = PRIOR_BROKER_ERROR * into.brokerMicros;
        into.brokerSource = known ? Source.ESTIMATED : Source.PRIOR;
    }

    private static void predictHeads(EdgeState edge, TailView view, Predictions into) {
        int last = edge.profile().lastPoint();
        into.headMicros[0] = 0;
        into.headSpread[0] = 0;
        into.headError[0] = 0;
        into.headSource[0] = Source.ABSENT;
        int below = 0;
        boolean complete = true;
        for (int point = 1; point <= last; point++) {
            double measured = edge.headMicros(point);
            complete &= !Double.isNaN(measured);
            into.headMicros[point] = measured;
            into.headSpread[point] = edge.headSpread(point);
            into.headError[point] = edge.headError(point);
            into.headSource[point] = Source.MEASURED;
        }
        if (complete) {
            return;
        }
        DevicePrior prior = edge.priorOrNull();
        chooseCoordinate(edge.profile(), prior, view, into);
        for (int point = 1; point <= last; point++) {
            if (!Double.isNaN(into.headMicros[point])) {
                deriveHeads(below, point, into);
                below = point;
            }
        }
        if (below < last) {
            extrapolateHeads(below, last, prior, into);
        }
    }

    /** What heads' times are taken to be in proportion to, between two that were measured. */
    private static void chooseCoordinate(
            ModelProfile profile, @Nullable DevicePrior prior, TailView view, Predictions into) {
        int last = profile.lastPoint();
        for (int point = 0; point <= last; point++) {
            into.coordinate[point] = prior == null ? Double.NaN : prior.headMicros[point];
        }
        if (!rises(into.coordinate, last)) {
            for (int point = 0; point <= last; point++) {
                into.coordinate[point] = view.runMicros[0] - view.runMicros[point];
            }
        }
        if (!rises(into.coordinate, last)) {
            System.arraycopy(profile.headShare, 0, into.coordinate, 0, last + 1);
        }
    }

    private static boolean rises(double[] values, int last) {
        for (int point = 1; point <= last; point++) {
            if (!(values[point] >= values[point - 1])) {
                return false;
            }
        }
        return values[last] > 0;
    }

    /** Fills in the heads between two that are known; the one at 0 takes nothing. */
    private static void deriveHeads(int below, int above, Predictions into) {
        double lower = into.headMicros[below];
        double upper = Math.max(lower, into.headMicros[above]);
        double work = into.coordinate[above] - into.coordinate[below];
        for (int point = below + 1; point < above; point++) {
            double share = work > 0 ? (into.coordinate[point] - into.coordinate[below]) / work : 1;
            double micros = lower + share * (upper - lower);
            double nearest = Math.min(micros - lower, upper - micros);
            double known = Math.max(into.headError[below], into.headError[above]);
            set(into, point, micros, Math.hypot(known, BETWEEN_ERROR * nearest), Source.ESTIMATED);
            into.headSpread[point] = upper > 0 ? into.headSpread[above] * micros / upper : 0;
        }
    }

    /** Fills in the heads beyond the last that was measured; where none was, the device profile's word is all there is. */
    private static void extrapolateHeads(int below, int last, @Nullable DevicePrior prior, Predictions into) {
        double known = into.headMicros[below];
        for (int point = below + 1; point <= last; point++) {
            if (below > 0 && into.coordinate[below] > 0) {
                double micros = known * into.coordinate[point] / into.coordinate[below];
                double error = Math.hypot(into.headError[below], BETWEEN_ERROR * (micros - known));
                set(into, point, micros, error, Source.ESTIMATED);
                into.headSpread[point] = known > 0 ? into.headSpread[below] * micros / known : 0;
            } else if (prior != null) {
                set(into, point, prior.headMicros[point], prior.headErrors[point], Source.PRIOR);
                into.headSpread[point] = 0;
            } else {
                set(into, point, Double.NaN, 0, Source.PRIOR);
            }
        }
    }

    private static void set(Predictions into, int point, double micros, double error, Source source) {
        into.headMicros[point] = micros;
        into.headError[point] = error;
        into.headSource[point] = source;
    }

    private static void predictTails(ModelProfile profile, TailView view, Predictions into) {
        int last = profile.lastPoint();
        double ratio = Double.NaN;
        for (int point = 0; point <= last; point++) {
            double measured = view.runMicros[point];
            into.tailMicros[point] = measured;
            into.tailSpread[point] = view.runSpread[point];
            into.tailError[point] = view.runError[point];
            into.tailSource[point] = point == last ? Source.ABSENT : Source.MEASURED;
            if (Double.isNaN(measured)) {
                ratio = Double.isNaN(ratio) ? tailToEdge(last, view, into) : ratio;
                double whole = view.runMicros[0];
                double derived = (into.headMicros[last] - into.headMicros[point]) * ratio;
                double micros = Double.isNaN(derived) ? whole * (1 - profile.headShare[point]) : Math.max(0, derived);
                into.tailMicros[point] = micros;
                into.tailSpread[point] = 0;
                into.tailError[point] = RATIO_ERROR * micros;
                into.tailSource[point] = Source.ESTIMATED;
            }
        }
    }

    /** Tail time over edge time for the same operators, over all split points that both know. */
    private static double tailToEdge(int last, TailView view, Predictions into) {
        double onTails = 0;
        double onEdge = 0;
        for (int point = 0; point < last; point++) {
            double edge = into.headMicros[last] - into.headMicros[point];
            if (!Double.isNaN(view.runMicros[point]) && edge > 0) {
                onTails += view.runMicros[point];
                onEdge += edge;
            }
        }
        return onEdge > 0 ? onTails / onEdge : Double.NaN;
    }

    /*
     * A request does not wait for itself: one that arrives where N of this edge node's are on their way sees the load of the other
     * N − 1. So the load that the edge node causes now is taken off what the tails report, and what it would cause is added in
     * proportion to (N − 1)/N.
     */
    private static void predictQueues(EdgeState edge, TailView view, Predictions into) {
        int last = edge.profile().lastPoint();
        double rate = Double.isNaN(edge.requestsPerSecond()) ? 0 : edge.requestsPerSecond();
        double now = Math.min(edge.ownTailLoad() / view.batch, view.busy);
        for (int point = 0; point < last; point++) {
            into.load[point] = rate * into.tailMicros[point] * 1e-6 / view.batch;
            double latency = into.headMicros[point] + into.tailMicros[point] + into.roundTripMicros;
            double others = Waiting.others(rate, latency, edge.mostUnderWay());
            double wait = view.queueMicros(others > 0 ? into.load[point] * others - now : -now);
            into.queueMicros[point] = wait;
            into.queueSpread[point] = view.queueSpread(wait);
        }
        into.load[last] = 0;
        into.queueMicros[last] = 0;
        into.queueSpread[last] = 0;
    }

    /*
     * What the broker takes is measured as what is left beside the answers' bytes at the downlink's rate. So while it is
     * known, a wrong rate puts too much into one and too little into the other: what answers of another size would take
     * is in doubt, but not what those of the same size take together with the broker.
     */
    private static void predictResults(EdgeState edge, Predictions into) {
        double microsPerByte = 1e6 / edge.downlinkBytesPerSecond();
        double seen = into.brokerSource == Source.MEASURED && !Double.isNaN(edge.resultBytesSeen())
                ? edge.resultBytesSeen()
                : 0;
        into.resultError = microsPerByte * edge.downlinkError();
        int last = edge.profile().lastPoint();
        for (int point = 0; point < last; point++) {
            into.resultBytes[point] = edge.resultBytes(point);
            into.resultMicros[point] = into.resultBytes[point] > 0 ? into.resultBytes[point] * microsPerByte : 0;
            into.resultDoubt[point] = Math.abs(into.resultBytes[point] - seen);
        }
        into.resultBytes[last] = 0;
        into.resultMicros[last] = 0;
        into.resultDoubt[last] = 0;
    }

    private static void sumEdgeOnly(EdgeState edge, Predictions into) {
        int last = edge.profile().lastPoint();
        double preprocess = into.pictures ? into.preprocessMicros : 0;
        double spread = Predictions.squared(into.headSpread[last]);
        double error = Predictions.squared(into.headError[last]);
        if (into.pictures) {
            spread += Predictions.squared(into.preprocessSpread);
            error += Predictions.squared(into.preprocessError);
        }
        double total = preprocess + into.headMicros[last] + into.otherMicros;
        into.engineWait[last] = engineWait(edge, last, preprocess + into.headMicros[last], total);
        total += into.engineWait[last];
        PowerModel power = edge.powerOrNull();
        into.totalMicros[ModelProfile.EDGE_ONLY] = total;
        into.errorVariance[ModelProfile.EDGE_ONLY] = error;
        into.variance[ModelProfile.EDGE_ONLY] = spread + error;
        double waiting = into.engineWait[last];
        into.joules[ModelProfile.EDGE_ONLY] = power == null ? Double.NaN : power.joules(total - waiting, 0, waiting);
        into.cost[ModelProfile.EDGE_ONLY] = 0;
    }

    /*
     * An edge node has one engine and one uplink, and its requests share them. Both are queues of one worker: with random
     * arrivals, a request waits as Pollaczek and Khinchine (1930) say for the load of the others under way. The time of the
     * head in use was measured with that wait, so there nothing is added. The link's rate is estimated without it.
     */
    private static double engineWait(EdgeState edge, int point, double busyMicros, double latencyMicros) {
        if (point == edge.pointInUse()) {
            return 0;
        }
        return Waiting.forOneOf(edge.requestsPerSecond(), busyMicros, latencyMicros, edge.mostUnderWay());
    }

    /** All codecs at one split point: what they share is added up once. */
    private void sumPoint(EdgeState edge, TailView view, int point, Predictions into) {
        DevicePrior prior = edge.priorOrNull();
        PowerModel power = edge.powerOrNull();
        boolean preprocess = into.pictures && point > 0;
        double compute = into.headMicros[point] + (preprocess ? into.preprocessMicros : 0) + into.otherMicros;
        double wait = into.roundTripMicros
                + into.brokerMicros
                + into.queueMicros[point]
                + into.tailMicros[point]
                + into.resultMicros[point];
        double spread = Predictions.squared(into.headSpread[point])
                + Predictions.squared(into.roundTripSpread)
                + Predictions.squared(into.brokerSpread)
                + Predictions.squared(into.queueSpread[point])
                + Predictions.squared(into.tailSpread[point])
                + (preprocess ? Predictions.squared(into.preprocessSpread) : 0);
        double error = Predictions.squared(into.headError[point])
                + Predictions.squared(into.roundTripError)
                + Predictions.squared(into.brokerError)
                + Predictions.squared(into.tailError[point])
                + Predictions.squared(into.resultDoubt[point] * into.resultError)
                + (preprocess ? Predictions.squared(into.preprocessError) : 0);
        into.engineWait[point] = engineWait(edge, point, compute - into.otherMicros, compute + wait);
        wait += into.engineWait[point];
        double rate = edge.requestsPerSecond();
        int first = ModelProfile.alternative(point, 0);
        boolean picture = into.pictures && point == 0;
        for (int alternative = first; alternative < first + ModelProfile.CODEC_COUNT; alternative++) {
            if (picture) {
                describePicture(edge, view, alternative, into);
            } else {
                describeTensors(edge, prior, view, alternative, into);
            }
            double encode = into.encodeMicros[alternative];
            double decode = into.decodeMicros[alternative];
            double uplink = into.bytes[alternative] * into.microsPerByte;
            double codecSpread = Predictions.squared(CODEC_SPREAD * encode)
                    + Predictions.squared(CODEC_SPREAD * decode)
                    + Predictions.squared(bytesSpread(into, alternative) * into.microsPerByte);
            double codecError = Predictions.squared(codecError(into.encodeSource[alternative]) * encode)
                    + Predictions.squared(codecError(into.decodeSource[alternative]) * decode)
                    + Predictions.squared(uplink * into.rateError);
            double total = compute + encode + uplink + wait + decode;
            into.linkWait[alternative] = Waiting.forOneOf(rate, uplink, total, edge.mostUnderWay());
            into.totalMicros[alternative] = total + into.linkWait[alternative];
            into.errorVariance[alternative] = error + codecError;
            into.variance[alternative] = spread + codecSpread + error + codecError;
            into.joules[alternative] = power == null
                    ? Double.NaN
                    : power.joules(compute + encode, uplink, wait + decode + into.linkWait[alternative]);
            into.cost[alternative] = settings.price().of((into.tailMicros[point] + decode) / view.batch);
        }
        if (picture) {
            for (int codec = 1; codec < ModelProfile.CODEC_COUNT; codec++) {
                into.totalMicros[first + codec] = Double.NaN;
            }
        }
    }

    /** The client's picture as it came. */
    private static void describePicture(EdgeState edge, TailView view, int alternative, Predictions into) {
        into.encodeMicros[alternative] = 0;
        into.encodeSource[alternative] = Source.ABSENT;
        into.bytes[alternative] = edge.expectedPictureBytes();
        boolean measured = !Double.isNaN(view.pictureDecodeMicros);
        into.decodeMicros[alternative] = measured ? view.pictureDecodeMicros : edge.preprocessMicros();
        into.decodeSource[alternative] = measured ? Source.MEASURED : Source.ESTIMATED;
    }

    private static void describeTensors(
            EdgeState edge, @Nullable DevicePrior prior, TailView view, int alternative, Predictions into) {
        into.bytes[alternative] = edge.encodedBytes(alternative);
        double encode = edge.encodeMicros(alternative);
        if (Double.isNaN(encode)) {
            into.encodeMicros[alternative] = prior == null ? Double.NaN : prior.encodeMicros[alternative];
            into.encodeSource[alternative] = Source.PRIOR;
        } else {
            into.encodeMicros[alternative] = Math.abs(encode);
            into.encodeSource[alternative] = encode < 0 ? Source.ESTIMATED : Source.MEASURED;
        }
        double decode = view.decodeMicros[alternative];
        switch (view.decodeSource[alternative]) {
            case MEASURED -> into.decodeSource[alternative] = Source.MEASURED;
            case BY_BYTES -> into.decodeSource[alternative] = Source.ESTIMATED;
            case LIKE_ENCODING -> {
                double asEncoding = into.encodeMicros[alternative];
                decode = decode >= asEncoding ? decode : asEncoding;
                into.decodeSource[alternative] = Source.ESTIMATED;
            }
        }
        into.decodeMicros[alternative] = decode;
    }

    /** By how much encoding and decoding of the same tensors differ from request to request, relative. */
    private static final double CODEC_SPREAD = 0.1;

    /** How far a time of encoding or decoding may be off, relative. */
    static double codecError(Source source) {
        return switch (source) {
            case MEASURED -> 0.05;
            case ESTIMATED, PRIOR -> 0.3;
            case ABSENT -> 0;
        };
    }

    static double codecDeviation(Source source) {
        return source == Source.ABSENT ? 0 : Math.hypot(CODEC_SPREAD, codecError(source));
    }

    /** By how many bytes requests differ: pictures do, as measured; tensors of one model hardly. */
    static double bytesSpread(Predictions predictions, int alternative) {
        return predictions.sendsPicture(alternative) ? predictions.edge().pictureSpread() : 0;
    }
}
