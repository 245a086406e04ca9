package dev.baton.planning.replay;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/*
 * A cellular link as Winstein, Sivaraman and Balakrishnan describe it ("Stochastic Forecasts Achieve High Throughput and Low
 * Delay over Cellular Networks", NSDI 2013): packets leave as a Poisson process whose rate wanders, and now and then stops in an
 * outage that it leaves at a rate of 1/s, so outages last 1 s in the mean. Their rate wanders as Brownian motion, which has no
 * mean; for traces of minutes it is pulled back here, as an Ornstein-Uhlenbeck process in the rate's logarithm, which also keeps it
 * positive. Handovers and shadowing make it jump between a few levels besides, as a Markov chain: what makes a plan wrong at once.
 *
 * The LTE levels are around an uplink median of 6 Mbit/s (Huang et al., MobiSys 2012, "A Close Examination of Performance and Power
 * Characteristics of 4G LTE Networks": 5.6 Mbit/s). How far the levels lie apart, how long they hold, and all of wifi, flapping and
 * step, are ours: chosen to look like published plots, not fitted to any data set.
 */
/**
 * A kind of link that traces are generated for, from a seed.
 *
 * @param id as command lines name it
 * @param mbits median of the rate at level 1
 * @param levels what the rate jumps between, relative to that
 * @param levelSeconds how long a level holds in the mean; where nothing is left to chance, exactly, and 0 for half the trace
 * @param wander standard deviation of the rate's logarithm around its level
 * @param wanderSeconds after so long the wandering has forgotten where it was
 * @param outageEverySeconds between outages, in the mean; 0 for none
 * @param outageSeconds of an outage, in the mean
 * @param random whether chance has a part in it
 */
public record LinkKind(
        String id,
        double mbits,
        List<Double> levels,
        double levelSeconds,
        double wander,
        double wanderSeconds,
        double outageEverySeconds,
        double outageSeconds,
        boolean random) {

    /** LTE from a moving car: wanders fast, jumps every 10 s or so, outages of a second every half minute. */
    public static final LinkKind LTE_DRIVE =
            new LinkKind("lte-drive", 6.0, List.of(0.25, 1.0, 2.5), 10, 0.5, 2.5, 30, 1.0, true);
    /** LTE while walking: slower, rarer outages. */
    public static final LinkKind LTE_WALK =
            new LinkKind("lte-walk", 8.0, List.of(0.4, 1.0, 1.8), 25, 0.35, 5, 120, 0.7, true);
    /** LTE at rest. */
    public static final LinkKind LTE_STATIC =
            new LinkKind("lte-static", 10.0, List.of(0.8, 1.0, 1.2), 40, 0.2, 5, 600, 0.5, true);
    /** Wireless LAN shared with others: fast, with dips to a tenth. */
    public static final LinkKind WIFI = new LinkKind("wifi", 60.0, List.of(0.1, 1.0, 1.5), 15, 0.3, 1, 300, 0.3, true);
    /** 20 and 1 Mbit/s by turns, half a second each: what a planner must not follow. */
    public static final LinkKind FLAPPING = new LinkKind("flapping", 20.0, List.of(0.05, 1.0), 0.5, 0, 1, 0, 0, false);
    /** 100 Mbit/s, and 5 Mbit/s from the half of the trace on. */
    public static final LinkKind STEP = new LinkKind("step", 100.0, List.of(0.05, 1.0), 0, 0, 1, 0, 0, false);
    /** Always 10 Mbit/s. */
    public static final LinkKind STEADY = new LinkKind("steady", 10.0, List.of(1.0), 0, 0, 1, 0, 0, false);

    /** Every kind there is. */
    public static final List<LinkKind> ALL = List.of(LTE_DRIVE, LTE_WALK, LTE_STATIC, WIFI, FLAPPING, STEP, STEADY);

    private static final double SLOWEST_MBITS = 0.05;

    public LinkKind {
        levels = List.copyOf(levels);
    }

    /** The kind of this name. */
    public static Optional<LinkKind> find(String id) {
        return ALL.stream().filter(kind -> kind.id.equals(id)).findFirst();
    }

    /** A trace of so many seconds; the same seed gives the same trace. */
    public BandwidthTrace generate(int seconds, long seed) {
        if (seconds < 1 || seconds > 86_400) {
            throw new IllegalArgumentException("a trace of %d s: expected 1 to 86400".formatted(seconds));
        }
        String name = random ? "%s-%d".formatted(id, seed) : id;
        int millis = seconds * 1_000;
        return BandwidthTrace.of(name, random ? wandering(millis, new SplittableRandom(seed)) : regular(millis));
    }

    private int[] wandering(int millis, SplittableRandom chance) {
        int[] packets = new int[millis];
        int level = levels.size() / 2;
        double deviation = wander * chance.nextGaussian();
        double keep = Math.exp(-1e-3 / wanderSeconds);
        double push = wander * Math.sqrt(1 - keep * keep);
        boolean outage = false;
        for (int milli = 0; milli < millis; milli++) {
            deviation = keep * deviation + push * chance.nextGaussian();
            if (chance.nextDouble() * levelSeconds < 1e-3) {
                level = neighbour(level, chance);
            }
            double leaves = outage ? outageSeconds : outageEverySeconds;
            if (leaves > 0 && chance.nextDouble() * leaves < 1e-3) {
                outage = !outage;
            }
            if (!outage) {
                double rate = Math.max(SLOWEST_MBITS, mbits * levels.get(level) * Math.exp(deviation));
                packets[milli] = poisson(packetsPerMilli(rate), chance);
            }
        }
        return packets;
    }

    private int neighbour(int level, SplittableRandom chance) {
        if (level == 0) {
            return 1;
        }
        return level == levels.size() - 1 || chance.nextBoolean() ? level - 1 : level + 1;
    }

    private int[] regular(int millis) {
        int[] packets = new int[millis];
        double carried = 0;
        for (int milli = 0; milli < millis; milli++) {
            carried += packetsPerMilli(mbits * levels.get(levelAt(milli, millis)));
            packets[milli] = (int) carried;
            carried -= packets[milli];
        }
        return packets;
    }

    private int levelAt(int milli, int millis) {
        int last = levels.size() - 1;
        if (levelSeconds > 0) {
            return (long) (milli / (levelSeconds * 1e3)) % 2 == 0 ? last : 0;
        }
        return milli < millis / 2 ? last : 0;
    }

    private static double packetsPerMilli(double mbits) {
        return mbits * 1e6 / 8 / 1e3 / BandwidthTrace.PACKET_BYTES;
    }

    /** Knuth's method: multiplies uniform numbers until they fall below e^−mean; means are below 100 here. */
    private static int poisson(double mean, SplittableRandom chance) {
        double limit = Math.exp(-mean);
        double product = chance.nextDouble();
        int count = 0;
        while (product > limit) {
            product *= chance.nextDouble();
            count++;
        }
        return count;
    }
}
