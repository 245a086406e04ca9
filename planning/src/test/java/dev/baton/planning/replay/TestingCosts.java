package dev.baton.planning.replay;

import dev.baton.planning.ModelProfile;
import dev.baton.planning.ModelProfile.CodecFacts;
import dev.baton.planning.ModelProfile.Point;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.device.ModelTimes.Origin;
import dev.baton.planning.device.ModelTimes.Time;
import dev.baton.tensor.codec.Codec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A small made-up model between made-up devices. */
public final class TestingCosts {

    private TestingCosts() {}

    /** A model of 60 ms on the edge node, times a factor, and 2 ms on the tail, whose picture has 30 KB and whose activations shrink. */
    public static Costs slowed(double times) {
        List<Point> points = new ArrayList<>();
        List<Time> heads = new ArrayList<>();
        List<Time> tails = new ArrayList<>();
        double[] shares = {0, 0.25, 0.5, 1};
        long[] bytes = {600_000, 100_000, 20_000, 4_000};
        for (int index = 0; index < shares.length; index++) {
            points.add(new Point(
                    index,
                    "op" + index,
                    bytes[index],
                    shares[index],
                    10 * index,
                    1_000_000L * index,
                    index == 0,
                    Map.of(
                            Codec.RAW,
                            CodecFacts.imported((double) bytes[index], 0),
                            Codec.parse("int8"),
                            CodecFacts.imported(bytes[index] / 4.0, 0.001))));
            heads.add(time(60_000 * times * shares[index]));
            tails.add(time(2_000 * (1 - shares[index])));
        }
        ModelProfile model = new ModelProfile(
                new ModelVersion("test", "0".repeat(64)), points, true, OptionalLong.of(30_000), Optional.empty());
        return new Costs(
                model,
                heads,
                tails,
                (point, codec) -> time(200),
                (point, codec) -> time(50),
                time(2_000),
                time(500),
                30_000);
    }

    private static Time time(double micros) {
        return new Time(micros, micros * 0.03, micros * 0.02, Origin.MEASURED);
    }
}
