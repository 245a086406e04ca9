package dev.baton.planning.replay;

import dev.baton.planning.CloudPrice;
import dev.baton.planning.PowerModel;
import dev.baton.planning.Preferences;
import java.util.OptionalDouble;

/**
 * What is replayed: a model between two devices, a link, requests, and what is wanted.
 *
 * @param costs what every way of answering takes
 * @param power what the edge node draws
 * @param price of a tail's time
 * @param uplink what the link from the edge node carries over time; the other direction is taken to be free
 * @param roundTripMicros of the link besides the bytes
 * @param brokerMicros what the broker adds to an answer, in the mean
 * @param traffic the requests
 * @param preferences what plans shall minimise, and what must hold
 * @param deadlineMicros what clients give a request: the edge node finishes by itself in time where the cloud does not
 *     answer, and requests that took no longer are counted as in time; empty when clients set none
 * @param cloudTimeoutMicros after which the edge node finishes by itself
 * @param seed of all chance
 */
public record Scenario(
        Costs costs,
        PowerModel power,
        CloudPrice price,
        BandwidthTrace uplink,
        double roundTripMicros,
        double brokerMicros,
        Traffic traffic,
        Preferences preferences,
        OptionalDouble deadlineMicros,
        long cloudTimeoutMicros,
        long seed) {

    /** What edge nodes wait at most for the cloud unless set otherwise. */
    public static final long USUAL_CLOUD_TIMEOUT_MICROS = 10_000_000;

    /** What a Kafka broker adds to an answer on the same machine. */
    public static final double USUAL_BROKER_MICROS = 3_000;

    /**
     * Requests over time.
     *
     * @param perSecond in the mean
     * @param durationMicros how long they come
     * @param poisson whether they come at random; otherwise evenly apart, as from a camera
     */
    public record Traffic(double perSecond, long durationMicros, boolean poisson) {
        public Traffic {
            if (!(perSecond > 0) || perSecond > 10_000 || durationMicros < 1) {
                throw new IllegalArgumentException(
                        "%s requests per second for %d µs: expected more than 0 and at most 10000 for some time"
                                .formatted(perSecond, durationMicros));
            }
            if (perSecond * durationMicros / 1e6 > 5e6) {
                throw new IllegalArgumentException(
                        "%.0f requests: expected at most 5 million".formatted(perSecond * durationMicros / 1e6));
            }
        }
    }

    public Scenario {
        if (!(roundTripMicros > 0) || !(brokerMicros >= 0) || cloudTimeoutMicros < 1) {
            throw new IllegalArgumentException(
                    "round trip %s µs, broker %s µs, timeout %d µs: expected a round trip and a timeout"
                            .formatted(roundTripMicros, brokerMicros, cloudTimeoutMicros));
        }
    }
}
