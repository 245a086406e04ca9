package dev.baton.planning;

import dev.baton.planning.Term.Source;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What every alternative of one situation is predicted to take: a buffer that is used again and again. {@code NaN} stands for
 * unknown. Not thread-safe.
 */
public final class Predictions {
    private @Nullable ModelProfile profile;
    private @Nullable EdgeState edge;
    private @Nullable TailView tails;

    // The same for every alternative that has the stage.
    boolean pictures;
    double preprocessMicros;
    double preprocessSpread;
    double preprocessError;
    Source preprocessSource = Source.ABSENT;
    double microsPerByte;
    double rateError;
    double roundTripMicros;
    double roundTripSpread;
    double roundTripError;
    double brokerMicros;
    double brokerSpread;
    double brokerError;
    Source brokerSource = Source.ABSENT;
    double otherMicros;
    boolean otherKnown;
    /** How far what a byte of an answer takes may be off, in microseconds. */
    double resultError;

    // By split point.
    double[] headMicros = {};
    double[] headSpread = {};
    double[] headError = {};
    Source[] headSource = {};
    double[] tailMicros = {};
    double[] tailSpread = {};
    double[] tailError = {};
    Source[] tailSource = {};
    double[] queueMicros = {};
    double[] queueSpread = {};
    double[] load = {};
    /** For the edge node's engine, part of the head. */
    double[] engineWait = {};

    double[] resultBytes = {};
    double[] resultMicros = {};
    /** How many bytes of an answer are in doubt about their time. */
    double[] resultDoubt = {};
    /** What the split point's work is like, for telling one head's time from others'. */
    double[] coordinate = {};

    // By alternative.
    double[] encodeMicros = {};
    Source[] encodeSource = {};
    double[] decodeMicros = {};
    Source[] decodeSource = {};
    double[] bytes = {};
    /** For the edge node's uplink, part of its term. */
    double[] linkWait = {};

    double[] totalMicros = {};
    double[] variance = {};
    double[] errorVariance = {};
    double[] joules = {};
    double[] cost = {};

    /** An empty buffer; it grows to what is predicted. */
    public Predictions() {}

    void begin(EdgeState of, TailView with) {
        profile = of.profile();
        edge = of;
        tails = with;
        if (headMicros.length < profile.points().size()) {
            growPoints(profile.points().size());
        }
        if (totalMicros.length < profile.alternatives()) {
            growAlternatives(profile.alternatives());
        }
    }

    private void growPoints(int points) {
        headMicros = new double[points];
        headSpread = new double[points];
        headError = new double[points];
        headSource = sources(points);
        tailMicros = new double[points];
        tailSpread = new double[points];
        tailError = new double[points];
        tailSource = sources(points);
        queueMicros = new double[points];
        queueSpread = new double[points];
        load = new double[points];
        engineWait = new double[points];
        resultBytes = new double[points];
        resultMicros = new double[points];
        resultDoubt = new double[points];
        coordinate = new double[points];
    }

    private void growAlternatives(int alternatives) {
        encodeMicros = new double[alternatives];
        encodeSource = sources(alternatives);
        decodeMicros = new double[alternatives];
        decodeSource = sources(alternatives);
        bytes = new double[alternatives];
        linkWait = new double[alternatives];
        totalMicros = new double[alternatives];
        variance = new double[alternatives];
        errorVariance = new double[alternatives];
        joules = new double[alternatives];
        cost = new double[alternatives];
    }

    private static Source[] sources(int length) {
        Source[] sources = new Source[length];
        Arrays.fill(sources, Source.ABSENT);
        return sources;
    }

    /** The model version that was predicted last. */
    public ModelProfile profile() {
        return made(profile);
    }

    /** The edge node whose situation was predicted last. */
    EdgeState edge() {
        return made(edge);
    }

    TailView tails() {
        return made(tails);
    }

    private static <T> T made(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("nothing was predicted yet");
        }
        return part;
    }

    /** Live tails that hold the model version. */
    public int liveTails() {
        return tails().tails;
    }

    /** Whether an alternative can occur: where clients send pictures, cloud-only knows no codec. */
    public boolean occurs(int alternative) {
        return !pictures || alternative <= ModelProfile.CLOUD_ONLY || alternative > ModelProfile.CODEC_COUNT;
    }

    /** Whether an alternative sends the client's compressed picture as it came. */
    boolean sendsPicture(int alternative) {
        return pictures && alternative == ModelProfile.CLOUD_ONLY;
    }

    /** Predicted latency: what half of the requests keep to, as far as medians add up. */
    public double micros(int alternative) {
        return totalMicros[alternative];
    }

    /** How far one request lies off {@link #micros}: a standard deviation that includes {@link #errorMicros}. */
    public double deviationMicros(int alternative) {
        return Math.sqrt(variance[alternative]);
    }

    /** How far {@link #micros} itself may be off: a standard error. */
    public double errorMicros(int alternative) {
        return Math.sqrt(errorVariance[alternative]);
    }

    /** Standard error of the difference of two alternatives' latency: what both share cancels out. */
    public double differenceErrorMicros(int one, int other) {
        if (one == other) {
            return 0;
        }
        double variance = partsErrorVariance(one) + partsErrorVariance(other);
        int point = profile().splitPoint(one);
        int otherPoint = profile().splitPoint(other);
        if (point != otherPoint) {
            variance += squared(headError[point]) + squared(tailError[point]);
            variance += squared(headError[otherPoint]) + squared(tailError[otherPoint]);
        }
        variance += squared((bytesOrNone(one) - bytesOrNone(other)) * microsPerByteOrNone() * rateError);
        if (isCloud(one) != isCloud(other)) {
            variance += squared(roundTripError) + squared(brokerError);
            variance += squared(Math.max(resultDoubt[point], resultDoubt[otherPoint]) * resultErrorOrNone());
        } else {
            variance += squared((resultBytes[point] - resultBytes[otherPoint]) * resultErrorOrNone());
        }
        if (preprocesses(one) != preprocesses(other)) {
            variance += squared(preprocessError);
        }
        return Math.sqrt(variance);
    }

    private double partsErrorVariance(int alternative) {
        return isCloud(alternative)
                ? squared(Predictor.codecError(encodeSource[alternative]) * encodeMicros[alternative])
                        + squared(Predictor.codecError(decodeSource[alternative]) * decodeMicros[alternative])
                : 0;
    }

    private double bytesOrNone(int alternative) {
        return isCloud(alternative) ? bytes[alternative] : 0;
    }

    /** Edge-only against edge-only needs no link. */
    private double microsPerByteOrNone() {
        return Double.isNaN(microsPerByte) ? 0 : microsPerByte;
    }

    private double resultErrorOrNone() {
        return Double.isNaN(resultError) ? 0 : resultError;
    }

    static double squared(double value) {
        return value * value;
    }

    private static boolean isCloud(int alternative) {
        return alternative != ModelProfile.EDGE_ONLY;
    }

    boolean preprocesses(int alternative) {
        return pictures && alternative != ModelProfile.CLOUD_ONLY;
    }

    /**
     * What a share of requests keeps to, such as 0.95: by the log-normal distribution of this median and standard deviation, as
     * latencies are skewed to the right.
     */
    public double quantileMicros(int alternative, double quantile) {
        return quantileOf(alternative, Normal.quantile(quantile));
    }

    /** As {@link #quantileMicros}, with the quantile as so many standard deviations of a normal distribution. */
    double quantileOf(int alternative, double deviations) {
        double median = totalMicros[alternative];
        if (!(median > 0)) {
            return median;
        }
        // For median m and variance s², y = exp(σ²) solves y² − y = s²/m².
        double y = (1 + Math.sqrt(1 + 4 * variance[alternative] / (median * median))) / 2;
        return median * Math.exp(deviations * Math.sqrt(Math.log(y)));
    }

    /** What one term takes; 0 where the alternative has no such stage. */
    public double termMicros(int alternative, TermName term) {
        int point = profile().splitPoint(alternative);
        boolean cloud = isCloud(alternative);
        return switch (term) {
            case PREPROCESS -> preprocesses(alternative) ? preprocessMicros : 0;
            case HEAD -> headMicros[point] + engineWait[point];
            case ENCODE -> cloud ? encodeMicros[alternative] : 0;
            case UPLINK -> cloud ? bytes[alternative] * microsPerByte + linkWait[alternative] : 0;
            case ROUND_TRIP -> cloud ? roundTripMicros : 0;
            case BROKER -> cloud ? brokerMicros : 0;
            case TAIL_QUEUE -> cloud ? queueMicros[point] : 0;
            case DECODE -> cloud ? decodeMicros[alternative] : 0;
            case TAIL -> cloud ? tailMicros[point] : 0;
            case RESULT -> cloud ? resultMicros[point] : 0;
            case OTHER -> otherMicros;
        };
    }

    /** How far one term lies off for one request, as a standard deviation; 0 where the alternative has no such stage. */
    public double termDeviationMicros(int alternative, TermName term) {
        int point = profile().splitPoint(alternative);
        boolean cloud = isCloud(alternative);
        return switch (term) {
            case PREPROCESS -> preprocesses(alternative) ? Math.hypot(preprocessSpread, preprocessError) : 0;
            case HEAD -> Math.hypot(headSpread[point], headError[point]);
            case ENCODE -> cloud ? Predictor.codecDeviation(encodeSource[alternative]) * encodeMicros[alternative] : 0;
            case UPLINK ->
                cloud
                        ? microsPerByte
                                * Math.hypot(bytes[alternative] * rateError, Predictor.bytesSpread(this, alternative))
                        : 0;
            case ROUND_TRIP -> cloud ? Math.hypot(roundTripSpread, roundTripError) : 0;
            case BROKER -> cloud ? Math.hypot(brokerSpread, brokerError) : 0;
            case TAIL_QUEUE -> cloud ? queueSpread[point] : 0;
            case DECODE -> cloud ? Predictor.codecDeviation(decodeSource[alternative]) * decodeMicros[alternative] : 0;
            case TAIL -> cloud ? Math.hypot(tailSpread[point], tailError[point]) : 0;
            case RESULT -> cloud ? resultDoubt[point] * resultError : 0;
            case OTHER -> 0;
        };
    }

    /** Where a term's value comes from; meaningless where it is unknown. */
    public Source termSource(int alternative, TermName term) {
        int point = profile().splitPoint(alternative);
        boolean everywhere = term == TermName.PREPROCESS || term == TermName.HEAD || term == TermName.OTHER;
        if (!isCloud(alternative) && !everywhere) {
            return Source.ABSENT;
        }
        return switch (term) {
            case PREPROCESS -> preprocesses(alternative) ? preprocessSource : Source.ABSENT;
            case HEAD -> headSource[point];
            case ENCODE -> encodeSource[alternative];
            case UPLINK, ROUND_TRIP -> Source.MEASURED;
            case BROKER -> brokerSource;
            case TAIL_QUEUE -> tails().queueMeasured() ? Source.MEASURED : Source.ESTIMATED;
            case DECODE -> decodeSource[alternative];
            case TAIL -> tailSource[point];
            case RESULT -> resultSource(point);
            case OTHER -> otherKnown ? Source.MEASURED : Source.ABSENT;
        };
    }

    private Source resultSource(int point) {
        if (resultBytes[point] == 0) {
            return Source.ABSENT;
        }
        return Double.isNaN(edge().resultBytesSeen()) ? Source.ESTIMATED : Source.MEASURED;
    }

    /** What the edge node would send. */
    public double bytes(int alternative) {
        return isCloud(alternative) ? bytes[alternative] : 0;
    }

    /** What the edge node would spend on a request. */
    public double joules(int alternative) {
        return joules[alternative];
    }

    /** Price of the tail's time. */
    public double cloudCost(int alternative) {
        return cost[alternative];
    }

    /** Workers of the tails that the edge node's requests would keep busy; 0 while its rate or the tail's time is unknown. */
    public double tailLoad(int alternative) {
        double workers = isCloud(alternative) ? load[profile().splitPoint(alternative)] : 0;
        return Double.isNaN(workers) ? 0 : workers;
    }
}
