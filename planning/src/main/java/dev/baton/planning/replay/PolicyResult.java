package dev.baton.planning.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How a policy did over all requests of a replay.
 *
 * @param policy its name
 * @param placement what it always did; empty where it changed
 * @param requests answered, all of them
 * @param meanMillis latency in the mean
 * @param p50Millis half of the requests took no longer
 * @param p95Millis 95 % took no longer
 * @param p99Millis 99 % took no longer
 * @param deadlineHits share of requests within the latency target; empty without one
 * @param joulesPerRequest of the edge node
 * @param bytesPerRequest sent for requests
 * @param bytesBeside sent besides: probes and measurement windows
 * @param switches changes of placement
 * @param completedLocally requests that the edge node finished because the cloud did not answer in time
 * @param meanScore of the objective
 * @param regret how much larger that is than the oracle's, as a share of the oracle's; 0.1 is 10 %
 */
public record PolicyResult(
        String policy,
        String placement,
        int requests,
        double meanMillis,
        double p50Millis,
        double p95Millis,
        double p99Millis,
        OptionalDouble deadlineHits,
        double joulesPerRequest,
        double bytesPerRequest,
        double bytesBeside,
        int switches,
        int completedLocally,
        double meanScore,
        double regret) {

    /** The name of our own planning among policies. */
    public static final String BATON = "baton";

    /** Whether this policy did better than another: in mean latency, or in deadline hits where there is a target. */
    public List<String> beats(PolicyResult other) {
        List<String> in = new ArrayList<>();
        if (meanMillis < other.meanMillis) {
            in.add("mean latency");
        }
        if (deadlineHits.isPresent()
                && other.deadlineHits.isPresent()
                && deadlineHits.getAsDouble() > other.deadlineHits.getAsDouble()) {
            in.add("deadline hits");
        }
        return in;
    }
}
