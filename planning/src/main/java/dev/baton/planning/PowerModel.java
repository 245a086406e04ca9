package dev.baton.planning;

/**
 * What an edge node draws, in watts, in each state that a request puts it in. Each number is the whole device's draw, so
 * that joules of a request are what a battery loses while the request lasts.
 *
 * @param idleWatts nothing to do
 * @param computeWatts running a head, a codec or pre-processing
 * @param transmitWatts sending
 * @param waitWatts waiting for an answer with the radio on
 * @param source where the numbers come from: a paper, a data sheet, a measurement
 */
public record PowerModel(double idleWatts, double computeWatts, double transmitWatts, double waitWatts, String source) {
    public PowerModel {
        require("idle", idleWatts);
        require("compute", computeWatts);
        require("transmit", transmitWatts);
        require("wait", waitWatts);
        if (source.isBlank()) {
            throw new IllegalArgumentException("a power model must name its source");
        }
    }

    private static void require(String name, double watts) {
        if (!Double.isFinite(watts) || watts < 0) {
            throw new IllegalArgumentException(name + " watts must be finite and not negative, but was " + watts);
        }
    }

    /** Energy of one request, in joules. */
    public double joules(double computeMicros, double transmitMicros, double waitMicros) {
        return (computeMicros * computeWatts + transmitMicros * transmitWatts + waitMicros * waitWatts) * 1e-6;
    }
}
