package dev.baton.planning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.planning.EdgeObservation.Encoding;
import dev.baton.planning.EdgeObservation.PlacementTimes;
import dev.baton.planning.ModelProfile.CodecFacts;
import dev.baton.planning.ModelProfile.Point;
import dev.baton.planning.TailObservation.Decoding;
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
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The arrays say what the plain computation says, in random situations in which much is unknown. */
final class PredictorAgainstPlainTest {
    private static final int SITUATIONS = 500;
    /** Encode times and sizes are kept in halves. */
    private static final double RELATIVE = 1e-3;

    private static final PowerModel POWER = new PowerModel(1, 5, 3, 2, "a test");
    private static final Predictor.Settings SETTINGS = new Predictor.Settings(3_000, new CloudPrice(0.5, "EUR"));

    private final Predictor predictor = new Predictor(SETTINGS);
    /** One buffer for all: what one situation left must not show in the next. */
    private final Predictions predictions = new Predictions();

    private SplittableRandom random = new SplittableRandom();

    @Test
    void everyTermAndSumIsAsInThePlainComputation() {
        int known = 0;
        int unknown = 0;
        for (int seed = 0; seed < SITUATIONS; seed++) {
            random = new SplittableRandom(seed);
            ModelProfile profile = profile();
            EdgeObservation window = window(profile);
            List<TailObservation> tails = tails(profile);
            predict(profile, window, tails);
            PlainPrediction plain = new PlainPrediction(profile, window, tails, SETTINGS);
            for (int alternative = 0; alternative < profile.alternatives(); alternative++) {
                assertThat(predictions.pictures).isEqualTo(plain.pictures());
                if (predictions.occurs(alternative)) {
                    compare(seed, profile.choice(alternative), alternative, plain);
                    known += Double.isNaN(predictions.micros(alternative)) ? 0 : 1;
                    unknown += Double.isNaN(predictions.micros(alternative)) ? 1 : 0;
                }
            }
        }
        assertThat(known)
                .as("predicted alternatives, so that the test says something")
                .isGreaterThan(5_000);
        assertThat(unknown).as("alternatives with an unknown term").isGreaterThan(5_000);
    }

    private void predict(ModelProfile profile, EdgeObservation window, List<TailObservation> tails) {
        EdgeState edge = new EdgeState(profile);
        edge.power(POWER);
        edge.observe(window, 1_000_000);
        TailPool pool = new TailPool(5_000_000);
        tails.forEach(tail -> pool.observe(tail, 1_000_000));
        predictor.predict(edge, pool, 1_000_000, predictions);
    }

    private void compare(int seed, Choice choice, int alternative, PlainPrediction plain) {
        PlainPrediction.Terms terms = plain.terms(choice);
        double total = 0;
        double variance = 0;
        for (TermName name : TermName.values()) {
            String what = "seed %d, %s, %s".formatted(seed, choice, name);
            same(what, predictions.termMicros(alternative, name), terms.sum(name));
            total += terms.sum(name);
            variance += Predictions.squared(predictions.termDeviationMicros(alternative, name));
        }
        String what = "seed %d, %s".formatted(seed, choice);
        same(what, predictions.micros(alternative), total);
        same(what + ", joules", predictions.joules(alternative), plain.joules(choice, POWER));
        if (!Double.isNaN(total)) {
            same(what + ", cost", predictions.cloudCost(alternative), plain.cost(choice));
            same(what + ", deviation", predictions.deviationMicros(alternative), Math.sqrt(variance));
            assertThat(predictions.errorMicros(alternative))
                    .isLessThanOrEqualTo(predictions.deviationMicros(alternative));
        }
    }

    private static void same(String what, double actual, double expected) {
        boolean bothUnknown = Double.isNaN(actual) && Double.isNaN(expected);
        boolean near = Math.abs(actual - expected) <= RELATIVE * Math.abs(expected) + 1e-6;
        assertThat(bothUnknown || near)
                .as("%s: %s, but plainly %s", what, actual, expected)
                .isTrue();
    }

    private boolean chance(double share) {
        return random.nextDouble() < share;
    }

    private Moments micros(double least, double most) {
        double median = Math.exp(random.nextDouble(Math.log(least), Math.log(most)));
        double spread = median * random.nextDouble(0.3);
        return new Moments(random.nextInt(1, 40), median * 1.02, spread * spread, median, median + 1.645 * spread);
    }

    private Optional<Moments> perhaps(double share, double least, double most) {
        return chance(share) ? Optional.of(micros(least, most)) : Optional.empty();
    }

    private ModelProfile profile() {
        int last = random.nextInt(1, 8);
        List<Point> points = new ArrayList<>();
        double share = 0;
        for (int index = 0; index <= last; index++) {
            long bytes = random.nextLong(10, 500_000);
            Map<Codec, CodecFacts> codecs = new HashMap<>();
            for (Codec codec : ModelProfile.CODECS) {
                if (chance(0.6)) {
                    codecs.put(codec, CodecFacts.imported(bytes * random.nextDouble(0.05, 1.1), 0.001));
                }
            }
            double result = index == last || chance(0.3) ? 0 : random.nextDouble(10, 200_000);
            points.add(new Point(
                    index, "op" + index, bytes, index == last ? 1 : share, index, 0, index == 0, codecs, result));
            share += (1 - share) * random.nextDouble(0.6);
        }
        boolean pictures = chance(0.5);
        return new ModelProfile(
                new ModelVersion("random", "0".repeat(64)),
                points,
                pictures,
                pictures ? OptionalLong.of(40_000) : OptionalLong.empty(),
                Optional.of(Metric.TOP1));
    }

    private EdgeObservation window(ModelProfile profile) {
        EdgeObservation.Builder window =
                EdgeObservation.builder().link(link()).requests(chance(0.3) ? 0 : random.nextLong(1, 200));
        perhaps(0.7, 500, 20_000).ifPresent(window::preprocess);
        perhaps(0.7, 500, 20_000).ifPresent(window::broker);
        Optional<Moments> pictures = perhaps(0.7, 5_000, 200_000);
        pictures.ifPresent(window::pictureBytes);
        double heads = random.nextDouble();
        double encodings = random.nextDouble(0.5);
        for (int point = 1; point <= profile.lastPoint(); point++) {
            if (chance(heads)) {
                window.head(point, micros(1_000, 500_000));
            }
        }
        for (int point = 0; point < profile.lastPoint(); point++) {
            for (Codec codec : ModelProfile.CODECS) {
                if (chance(encodings)) {
                    double expected = profile.expectedBytes(profile.alternative(point, codec));
                    window.encoding(new Encoding(
                            point, codec, perhaps(0.8, 20, 5_000), perhaps(0.5, 0.5 * expected, 2 * expected)));
                }
            }
        }
        if (profile.lastPoint() > 1 && chance(0.5)) {
            window.placement(used(profile, pictures.isPresent()));
        }
        return window.build();
    }

    /** Requests that tell the answers' size and what belongs to no stage. */
    private PlacementTimes used(ModelProfile profile, boolean pictures) {
        Choice choice = profile.choice(profile.alternative(random.nextInt(1, profile.lastPoint()), Codec.RAW));
        Optional<Moments> none = Optional.empty();
        return new PlacementTimes(
                1,
                choice.placement(),
                choice.codec(),
                Optional.of(micros(1_000, 500_000)),
                pictures ? Optional.of(micros(500, 20_000)) : none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                none,
                0,
                0,
                0,
                perhaps(0.7, 10, 60_000),
                perhaps(0.7, 100, 2_000));
    }

    private LinkObservation link() {
        OptionalDouble none = OptionalDouble.empty();
        OptionalDouble rate = chance(0.9) ? OptionalDouble.of(random.nextDouble(5e4, 4e7)) : none;
        OptionalDouble roundTrip = chance(0.9) ? OptionalDouble.of(random.nextDouble(1_000, 100_000)) : none;
        boolean measuredDownlink = rate.isPresent() && chance(0.5);
        return new LinkObservation(
                rate,
                rate.isPresent() && chance(0.5) ? OptionalDouble.of(rate.getAsDouble() * 0.05) : none,
                roundTrip,
                none,
                random.nextDouble(2_000),
                random.nextLong(0, 50),
                measuredDownlink ? OptionalDouble.of(random.nextDouble(5e4, 4e7)) : none,
                measuredDownlink ? OptionalDouble.of(random.nextDouble(1e4)) : none);
    }

    private List<TailObservation> tails(ModelProfile profile) {
        List<TailObservation> tails = new ArrayList<>();
        double known = random.nextDouble();
        for (int number = random.nextInt(0, 4); number > 0; number--) {
            List<PointTimes> times = new ArrayList<>();
            for (int point = 0; point < profile.lastPoint(); point++) {
                if (chance(known)) {
                    times.add(new PointTimes(
                            point, perhaps(0.5, 100, 3_000), perhaps(0.8, 500, 50_000), decodings(point, profile)));
                }
            }
            ModelTimes model = new ModelTimes(
                    profile.model(),
                    chance(0.5) ? 0 : 20,
                    0,
                    perhaps(0.5, 10, 50_000),
                    chance(0.5) ? Optional.of(Moments.exactly(5, random.nextDouble(1, 6))) : Optional.empty(),
                    times);
            tails.add(new TailObservation(
                    "tail-" + number, "cpu", 1_000_000, random.nextDouble(1), random.nextInt(1, 5), 0, List.of(model)));
        }
        return tails;
    }

    private List<Decoding> decodings(int point, ModelProfile profile) {
        List<Decoding> decodings = new ArrayList<>();
        for (Codec codec : ModelProfile.CODECS) {
            if (chance(0.2)) {
                decodings.add(new Decoding(codec.id(), micros(20, 5_000)));
            }
        }
        if (point == 0 && profile.takesPictures() && chance(0.5)) {
            decodings.add(new Decoding("image/jpeg", micros(500, 10_000)));
        }
        return decodings;
    }
}
