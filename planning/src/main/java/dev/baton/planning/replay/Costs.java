package dev.baton.planning.replay;

import dev.baton.partitioning.Placement;
import dev.baton.planning.Choice;
import dev.baton.planning.EdgeObservation;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.Moments;
import dev.baton.planning.TailObservation;
import dev.baton.planning.device.ModelTimes;
import dev.baton.planning.device.ModelTimes.Origin;
import dev.baton.planning.device.ModelTimes.Time;
import dev.baton.tensor.codec.Codec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/**
 * What every way of answering a request really takes in a simulation: the truth, which planning only gets to know by measuring.
 */
public final class Costs {

    /** Runs in which an edge node has measured what it does not use. */
    static final int SHADOW_RUNS = 5;

    /** Of a normal distribution, 95 % lie below the mean and so many standard deviations. */
    private static final double P95 = 1.645;

    private static final Time NONE = new Time(0, 0, 0, Origin.MEASURED);

    private final ModelProfile model;
    private final List<Time> heads;
    private final List<Time> tails;
    private final BiFunction<Integer, Codec, Time> encode;
    private final BiFunction<Integer, Codec, Time> decode;
    private final Time edgePicture;
    private final Time tailPicture;
    private final double pictureBytes;
    private final List<Optional<Route>> routes = new ArrayList<>();
    private final List<TailObservation.PointTimes> points;

    /**
     * Costs from numbers, such as a test has.
     *
     * @param heads by split point: nothing at 0, the whole model at the last
     * @param tails by split point: the whole model at 0, nothing at the last
     * @param encode by split point and codec, on the edge node
     * @param decode by split point and codec, on the tail
     * @param edgePicture turning a picture into the input on the edge node; nothing where clients send tensors
     * @param tailPicture the same on the tail
     * @param pictureBytes size of clients' pictures; 0 where they send tensors
     */
    public Costs(
            ModelProfile model,
            List<Time> heads,
            List<Time> tails,
            BiFunction<Integer, Codec, Time> encode,
            BiFunction<Integer, Codec, Time> decode,
            Time edgePicture,
            Time tailPicture,
            double pictureBytes) {
        this.model = model;
        this.heads = List.copyOf(heads);
        this.tails = List.copyOf(tails);
        this.encode = encode;
        this.decode = decode;
        this.edgePicture = edgePicture;
        this.tailPicture = tailPicture;
        this.pictureBytes = pictureBytes;
        if (heads.size() != model.points().size() || tails.size() != heads.size()) {
            throw new IllegalArgumentException("%d heads and %d tails for %d split points"
                    .formatted(heads.size(), tails.size(), model.points().size()));
        }
        for (int alternative = 0; alternative < model.alternatives(); alternative++) {
            routes.add(route(alternative));
        }
        points = tailPoints();
    }

    /**
     * Costs of a package on two devices.
     *
     * @throws IllegalArgumentException when the package lists no operators and a device did not measure it
     */
    public static Costs of(ModelProfile model, ModelTimes edge, ModelTimes tail) {
        boolean pictures = model.takesPictures() && model.samplePictureBytes().isPresent();
        long bytes = pictures ? model.samplePictureBytes().getAsLong() : 0;
        List<Time> heads = new ArrayList<>();
        List<Time> tails = new ArrayList<>();
        for (ModelProfile.Point point : model.points()) {
            heads.add(known(edge.head(point.index()), edge));
            tails.add(known(tail.tail(point.index()), tail));
        }
        return new Costs(
                model,
                heads,
                tails,
                edge::encode,
                tail::decode,
                pictures ? edge.picture(bytes) : NONE,
                pictures ? tail.picture(bytes) : NONE,
                bytes);
    }

    private static Time known(Optional<Time> time, ModelTimes of) {
        return time.orElseThrow(() -> new IllegalArgumentException(
                "the package lists no operators, and %s was not measured with it: no time can be told"
                        .formatted(of.device().name())));
    }

    public ModelProfile model() {
        return model;
    }

    /** Size of clients' pictures; 0 where they send tensors. */
    public double pictureBytes() {
        return pictureBytes;
    }

    Time head(int splitPoint) {
        return heads.get(splitPoint);
    }

    Time tail(int splitPoint) {
        return tails.get(splitPoint);
    }

    Time encode(int splitPoint, Codec codec) {
        return encode.apply(splitPoint, codec);
    }

    Time decode(int splitPoint, Codec codec) {
        return decode.apply(splitPoint, codec);
    }

    Time edgePicture() {
        return edgePicture;
    }

    Time tailPicture() {
        return tailPicture;
    }

    boolean sendsPictures() {
        return pictureBytes > 0;
    }

    /** What an alternative takes; empty for those that do not occur here, or whose size nobody knows. */
    Optional<Route> alternative(int alternative) {
        return routes.get(alternative);
    }

    /**
     * What an alternative takes in the mean: everything but waiting for one's own other requests.
     *
     * @param bytesPerSecond of the uplink
     * @param roundTripMicros of the link
     * @param beyondMicros what broker and the tail's queue add
     * @throws IllegalArgumentException when it does not occur here
     */
    public double latencyMicros(int alternative, double bytesPerSecond, double roundTripMicros, double beyondMicros) {
        Route route = occurring(alternative);
        double edge = route.preprocess().micros()
                + route.head().micros()
                + route.encode().micros();
        double away = route.bytes() / bytesPerSecond * 1e6
                + roundTripMicros
                + beyondMicros
                + route.decode().micros()
                + route.tail().micros();
        return route.sends() ? edge + away : edge;
    }

    /** How long an alternative keeps a worker of a tail busy; 0 where nothing is sent. */
    public double tailMicros(int alternative) {
        Route route = occurring(alternative);
        return route.decode().micros() + route.tail().micros();
    }

    /** What turning a client's picture into the input takes on the edge node; 0 where they send tensors. */
    public double edgePictureMicros() {
        return edgePicture.micros();
    }

    private Route occurring(int alternative) {
        return routes.get(alternative)
                .orElseThrow(() -> new IllegalArgumentException(model.choice(alternative) + " does not occur here"));
    }

    /**
     * What an edge node that has measured all of it tells in its windows: heads, codecs, pictures. What is measured differs from
     * the truth by a few runs' luck.
     */
    public EdgeObservation.Builder measured(SplittableRandom luck) {
        EdgeObservation.Builder builder = EdgeObservation.builder();
        for (int point = 1; point < heads.size(); point++) {
            builder.head(point, shadow(heads.get(point), luck));
            builder.ready(point);
        }
        for (int alternative = 0; alternative < model.alternatives(); alternative++) {
            Optional<Route> route = routes.get(alternative);
            if (route.isPresent() && route.get().encode().micros() > 0) {
                builder.encoding(
                        route.get().splitPoint(),
                        model.choice(alternative).codec(),
                        shadow(route.get().encode(), luck),
                        Moments.exactly(SHADOW_RUNS, route.get().bytes()));
            }
        }
        if (sendsPictures()) {
            builder.pictureBytes(Moments.exactly(SHADOW_RUNS, pictureBytes));
            builder.preprocess(shadow(edgePicture, luck));
        }
        return builder;
    }

    /** A few runs of something, with their luck. */
    static Moments shadow(Time time, SplittableRandom luck) {
        double mean = time.micros() + time.deviation() * luck.nextGaussian() / Math.sqrt(SHADOW_RUNS);
        double micros = Math.max(time.micros() / 2, mean);
        return new Moments(
                SHADOW_RUNS, micros, time.deviation() * time.deviation(), micros, micros + P95 * time.deviation());
    }

    /**
     * What a tail reports that has measured everything, as tails do when they open a model.
     *
     * @param utilization share of its workers' time that they worked, 0 to 1
     * @param waiting records that wait for it
     */
    public TailObservation reported(String tail, double utilization, int workers, long waiting, long windowMicros) {
        return new TailObservation(
                tail,
                "cpu",
                windowMicros,
                utilization,
                workers,
                waiting,
                List.of(new TailObservation.ModelTimes(
                        model.model(), 0, 0, Optional.empty(), Optional.of(Moments.exactly(1, 1)), points)));
    }

    private List<TailObservation.PointTimes> tailPoints() {
        List<TailObservation.PointTimes> all = new ArrayList<>();
        for (int point = 0; point < tails.size() - 1; point++) {
            boolean picture = point == 0 && sendsPictures();
            List<TailObservation.Decoding> decodings = new ArrayList<>();
            for (Codec codec : model.points().get(point).codecs().keySet()) {
                decodings.add(new TailObservation.Decoding(codec.id(), known(decode.apply(point, codec))));
            }
            Time decoding = picture ? tailPicture : decode.apply(point, Codec.RAW);
            all.add(new TailObservation.PointTimes(
                    point, Optional.of(known(decoding)), Optional.of(known(tails.get(point))), decodings));
        }
        return all;
    }

    private static Moments known(Time time) {
        double deviation = time.deviation();
        return new Moments(20, time.micros(), deviation * deviation, time.micros(), time.micros() + P95 * deviation);
    }

    /** The input tensor itself is sent, whatever clients send. */
    Route rawInput() {
        return sent("cloud-only raw tensor", -1, 0, Codec.RAW, (double)
                model.first().crossingBytes());
    }

    private Optional<Route> route(int alternative) {
        Choice choice = model.choice(alternative);
        return switch (choice.placement()) {
            case Placement.EdgeOnly edge -> Optional.of(edgeOnly(alternative));
            case Placement.CloudOnly cloud
            when sendsPictures() ->
                choice.codec().equals(Choice.NO_CODEC) ? Optional.of(picture(alternative)) : Optional.empty();
            case Placement.CloudOnly cloud -> encoded(alternative, 0, choice);
            case Placement.Split(int splitPoint) -> encoded(alternative, splitPoint, choice);
        };
    }

    private Route edgeOnly(int alternative) {
        int last = model.points().size() - 1;
        return new Route(
                "edge-only", alternative, last, false, edgePicture, heads.get(last), NONE, 0, NONE, NONE, NONE);
    }

    private Route picture(int alternative) {
        return new Route(
                "cloud-only picture",
                alternative,
                0,
                true,
                NONE,
                NONE,
                NONE,
                pictureBytes,
                tailPicture,
                tails.get(0),
                rest(0));
    }

    private Optional<Route> encoded(int alternative, int splitPoint, Choice choice) {
        ModelProfile.CodecFacts facts = model.points().get(splitPoint).codecs().get(choice.codec());
        double bytes = facts != null
                ? facts.bytes()
                : choice.codec().equals(Choice.NO_CODEC)
                        ? (double) model.points().get(splitPoint).crossingBytes()
                        : Double.NaN;
        return Double.isNaN(bytes)
                ? Optional.empty()
                : Optional.of(sent(choice.toString(), alternative, splitPoint, choice.codec(), bytes));
    }

    private Route sent(String name, int alternative, int splitPoint, Codec codec, double bytes) {
        return new Route(
                name,
                alternative,
                splitPoint,
                true,
                edgePicture,
                heads.get(splitPoint),
                encode.apply(splitPoint, codec),
                bytes,
                decode.apply(splitPoint, codec),
                tails.get(splitPoint),
                rest(splitPoint));
    }

    /** The whole model less what is done. */
    private Time rest(int splitPoint) {
        Time whole = heads.getLast();
        double done = heads.get(splitPoint).micros();
        double micros = Math.max(0, whole.micros() - done) + (splitPoint == 0 ? edgePicture.micros() : 0);
        return new Time(micros, whole.deviation(), whole.error(), whole.origin());
    }
}
