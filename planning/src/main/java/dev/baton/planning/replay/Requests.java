package dev.baton.planning.replay;

import dev.baton.planning.device.ModelTimes.Time;
import java.util.Arrays;
import java.util.SplittableRandom;

/** When requests come and what luck each has: the same for all policies, whatever they choose. */
final class Requests {

    /** What each request draws once. */
    enum Luck {
        EDGE(0),
        CODEC(1),
        TAIL(2),
        DECODE(3),
        BROKER(4);

        private final int place;

        Luck(int place) {
            this.place = place;
        }
    }

    private static final int KINDS = Luck.values().length;
    private static final double LEAST_SHARE = 0.5;

    /** Answers through a broker vary by a third. */
    private static final double BROKER_SPREAD = 0.3;

    private final long[] atMicros;
    private final float[] luck;

    Requests(Scenario.Traffic traffic, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double gap = 1e6 / traffic.perSecond();
        long[] at = new long[(int) (traffic.durationMicros() / gap * 1.5) + 1_000];
        int count = 0;
        double next = gap * random.nextDouble();
        while (next < traffic.durationMicros() && count < at.length) {
            at[count++] = Simulation.WARM_UP_MICROS + (long) next;
            next += traffic.poisson() ? -Math.log(1 - random.nextDouble()) * gap : gap;
        }
        atMicros = Arrays.copyOf(at, count);
        luck = new float[count * KINDS];
        for (int i = 0; i < luck.length; i++) {
            luck[i] = (float) random.nextGaussian();
        }
    }

    int count() {
        return atMicros.length;
    }

    long atMicros(int request) {
        return atMicros[request];
    }

    /** What a request takes of something, in microseconds. */
    double draw(int request, Luck kind, Time time) {
        double micros = time.micros() + time.deviation() * luck[request * KINDS + kind.place];
        return Math.max(LEAST_SHARE * time.micros(), micros);
    }

    double broker(int request, double meanMicros) {
        double z = luck[request * KINDS + Luck.BROKER.place];
        return meanMicros * Math.exp(BROKER_SPREAD * z - BROKER_SPREAD * BROKER_SPREAD / 2);
    }
}
