package dev.baton.planning;

/** How long one waits where others are served, too. */
final class Waiting {
    /*
     * The mean wait in a queue with c workers, general arrivals and general service (Sakasegawa 1977, "An approximation formula
     * Lq ≈ α·ρ^β/(1−ρ)", as in Hopp and Spearman's Factory Physics):
     *
     *     W = (Ca² + Cs²)/2 · ρ^(√(2(c+1)) − 1) / (c (1 − ρ)) · S
     *
     * with arrivals taken to be random (Ca² = 1). It is exact for one worker and random arrivals, where it is the formula of
     * Pollaczek and Khinchine. Above STEADY there is no steady state: the backlog grows until plans have changed, and the line
     * goes on with the slope of that growth.
     */
    /** Who is busier than this has no steady queue. */
    private static final double STEADY = 0.95;
    /** How long an overload is taken to last until plans have changed. */
    private static final double OVERLOAD_MICROS = 5e6;

    private Waiting() {}

    /**
     * In microseconds.
     *
     * @param load share of the workers that is busy; more than 1 where more arrives than can be served
     * @param workers that serve one queue
     * @param serviceMicros what one takes
     * @param variability squared deviation of that, relative to its square
     */
    static double micros(double load, double workers, double serviceMicros, double variability) {
        double utilization = Math.clamp(load, 0, STEADY);
        double power = workers == 1 ? utilization : Math.pow(utilization, Math.sqrt(2 * (workers + 1)) - 1);
        double steady = (1 + variability) / 2 * power / (workers * (1 - utilization)) * serviceMicros;
        return steady + Math.max(0, load - STEADY) * OVERLOAD_MICROS;
    }

    /**
     * The wait for something that an edge node has one of, such as its engine or its uplink: at most for all others under way, and
     * at most as where it is STEADY, as a time that is wrong for the moment must not become wrong without bound.
     *
     * @param latencyMicros what a request takes in all, without this wait
     * @param mostUnderWay  as in {@link #underWay}
     */
    static double forOneOf(double requestsPerSecond, double serviceMicros, double latencyMicros, double mostUnderWay) {
        double underWay = underWay(requestsPerSecond, latencyMicros, mostUnderWay);
        if (!(underWay > 1)) {
            return 0;
        }
        double perSecond = Math.min(requestsPerSecond, underWay * 1e6 / latencyMicros);
        double load = perSecond * serviceMicros * 1e-6 * (1 - 1 / underWay);
        double wait = micros(Math.min(STEADY, load), 1, serviceMicros, 0);
        return Double.isNaN(mostUnderWay) ? wait : Math.min(wait, (underWay - 1) * serviceMicros);
    }

    /**
     * The share of a node's requests that one of them meets on arrival: of N under way it does not meet itself (the arrival
     * theorem; Reiser and Lavenberg 1980).
     */
    static double others(double requestsPerSecond, double latencyMicros, double mostUnderWay) {
        double underWay = underWay(requestsPerSecond, latencyMicros, mostUnderWay);
        return underWay > 1 ? 1 - 1 / underWay : 0;
    }

    /*
     * Requests under way are their rate times what each takes (Little 1961), if they come at that rate however long they
     * take. Most clients do not: they ask again when they have their answer. Such a client that is answered in 20 ms and asks 50
     * times a second would, with answers in 100 ms, ask ten times a second, and not have five requests under way. So it is no more
     * than were under way together lately. Where requests do come by a clock, a placement that is too slow for them shows
     * so: more are under way, and the next prediction counts them.
     */
    private static double underWay(double requestsPerSecond, double latencyMicros, double mostUnderWay) {
        double open = requestsPerSecond * latencyMicros * 1e-6;
        return Double.isNaN(mostUnderWay) ? open : Math.min(open, mostUnderWay);
    }
}
