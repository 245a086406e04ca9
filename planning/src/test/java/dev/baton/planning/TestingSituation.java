package dev.baton.planning;

import dev.baton.partitioning.Placement;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.planning.ModelProfile.CodecFacts;
import dev.baton.planning.ModelProfile.Point;
import dev.baton.planning.TailObservation.ModelTimes;
import dev.baton.planning.TailObservation.PointTimes;
import dev.baton.tensor.codec.Codec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One image model, one slow edge node and one tail. The whole model takes 60 ms on the edge node and 8 ms on the tail; a picture
 * has 60 KB, and split point 2 sends 9 KB with int8+zstd.
 */
final class TestingSituation {
    static final ModelVersion MODEL = new ModelVersion("gauge", "a".repeat(64));
    static final double MBIT = 1e6 / 8;
    static final long SECOND = 1_000_000;
    static final int LAST = 4;

    final ModelProfile profile;
    final EdgeState edge;
    final TailPool tails = new TailPool(5 * SECOND);
    final Predictor predictor = new Predictor(Predictor.Settings.USUAL);
    final Predictions predictions = new Predictions();
    final Chooser chooser = new Chooser();
    Preferences preferences = Preferences.USUAL;
    long now = SECOND;

    TestingSituation() {
        this(profile(true));
    }

    TestingSituation(ModelProfile profile) {
        this.profile = profile;
        edge = new EdgeState(profile);
    }

    static ModelProfile profile(boolean takesPictures) {
        return new ModelProfile(
                MODEL,
                points(),
                takesPictures,
                takesPictures ? OptionalLong.of(60_000) : OptionalLong.empty(),
                Optional.of(Metric.TOP1));
    }

    static List<Point> points() {
        return List.of(
                point(0, "input", 200_000, 0, Map.of()),
                point(1, "pool1", 200_000, 0.2, Map.of("int8", 50_000.0, "int8+zstd", 45_000.0)),
                point(2, "pool2", 80_000, 0.45, Map.of("raw+zstd", 50_000.0, "int8", 20_000.0, "int8+zstd", 9_000.0)),
                point(3, "pool3", 20_000, 0.75, Map.of("int8", 5_000.0, "int8+zstd", 3_000.0, "int4", 2_500.0)),
                point(LAST, "output", 40, 1, Map.of()));
    }

    /** A head of {@code share} of the work has ten operators for each tenth of it, and a megabyte for each hundredth. */
    static Point point(int index, String name, long bytes, double share, Map<String, Double> codecs) {
        Map<Codec, CodecFacts> facts = new HashMap<>();
        codecs.forEach((codec, encoded) ->
                facts.put(Codec.parse(codec), CodecFacts.imported(encoded, codec.startsWith("int4") ? 0.2 : 0.004)));
        return new Point(index, name, bytes, share, (int) (share * 100), (long) (share * 100e6), index == 0, facts);
    }

    /** A head point whose codecs were evaluated: agreement by codec. */
    static Point evaluated(Point point, Map<String, Double> agreements) {
        Map<Codec, CodecFacts> facts = new HashMap<>(point.codecs());
        agreements.forEach((codec, agreement) -> facts.put(
                Codec.parse(codec), new CodecFacts(1_000, OptionalDouble.of(0.3), OptionalDouble.of(agreement))));
        return new Point(
                point.index(),
                point.name(),
                point.crossingBytes(),
                point.headShare(),
                point.headOperators(),
                point.headBytes(),
                point.rawInputCrosses(),
                facts);
    }

    static Choice split(int point, String codec) {
        return new Choice(new Placement.Split(point), Codec.parse(codec));
    }

    static final Choice CLOUD = new Choice(new Placement.CloudOnly(), Choice.NO_CODEC);

    static Moments millis(double millis) {
        return Moments.exactly(10, millis * 1e3);
    }

    static LinkObservation link(double megabits) {
        return LinkObservation.of(megabits * MBIT, 5_000);
    }

    /** A window of the edge node, everything measured. */
    static EdgeObservation.Builder everything(double megabits) {
        EdgeObservation.Builder window = everythingButHeads(megabits);
        heads(window);
        return window;
    }

    static EdgeObservation.Builder everythingButHeads(double megabits) {
        EdgeObservation.Builder window = EdgeObservation.builder()
                .link(link(megabits))
                .preprocess(millis(2))
                .broker(millis(2))
                .pictureBytes(Moments.exactly(10, 60_000));
        for (int point = 1; point < LAST; point++) {
            for (String codec : List.of("raw", "raw+zstd", "int8", "int8+zstd", "int4")) {
                window.encoding(new EdgeObservation.Encoding(
                        point, Codec.parse(codec), Optional.of(millis(0.3)), Optional.empty()));
            }
        }
        return window;
    }

    static void heads(EdgeObservation.Builder window) {
        window.head(1, millis(10)).head(2, millis(25)).head(3, millis(45)).head(LAST, millis(60));
    }

    static TailObservation tail() {
        return tail("tail-1", 0, times());
    }

    static List<PointTimes> times() {
        return List.of(times(0, 3, 8), times(1, 0.2, 7), times(2, 0.2, 5), times(3, 0.2, 2));
    }

    static PointTimes times(int point, double decodeMillis, double runMillis) {
        return PointTimes.of(point, millis(decodeMillis), millis(runMillis));
    }

    static TailObservation tail(String name, double utilization, List<PointTimes> times) {
        return new TailObservation(
                name,
                "cpu",
                SECOND,
                utilization,
                1,
                0,
                List.of(new ModelTimes(MODEL, 0, 0, Optional.empty(), Optional.empty(), times)));
    }

    TestingSituation edgeSays(EdgeObservation.Builder window) {
        edge.observe(window.build(), now);
        return this;
    }

    TestingSituation tailSays(TailObservation window) {
        tails.observe(window, now);
        return this;
    }

    TestingSituation everythingKnown(double megabits) {
        return edgeSays(everything(megabits)).tailSays(tail());
    }

    TestingSituation preferring(Objective objective) {
        preferences = preferences.with(objective);
        return this;
    }

    TestingSituation within(Constraints constraints) {
        preferences = preferences.with(constraints);
        return this;
    }

    Ranking rank() {
        return predictor.rank(edge, tails, preferences, now, predictions);
    }

    Choice best() {
        predictor.predict(edge, tails, now, predictions);
        int best = chooser.best(predictions, preferences);
        return best < 0 ? nothing() : profile.choice(best);
    }

    private static Choice nothing() {
        throw new AssertionError("nothing may be chosen");
    }

    double millisOf(Choice choice) {
        predictor.predict(edge, tails, now, predictions);
        return predictions.micros(profile.indexOf(choice)) / 1e3;
    }

    Term term(Choice choice, TermName name) {
        return rank().of(choice).orElseThrow().prediction().terms().stream()
                .filter(term -> term.name() == name)
                .findFirst()
                .orElseThrow();
    }

    double termMillis(Choice choice, TermName name) {
        return term(choice, name).micros().orElse(Double.NaN) / 1e3;
    }

    List<TermName> unknownTerms(Choice choice) {
        return new ArrayList<>(rank().of(choice).orElseThrow().prediction().unknownTerms())
                .stream().map(Term::name).toList();
    }
}
