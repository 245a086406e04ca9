package dev.baton.planning.change;

/**
 * When a gain counts and how calm plans are. Shared by all edge nodes.
 *
 * @param switchesPerMinute changes of one edge node's model in any minute; pins and constraints that rule the plan out are exempt
 * @param leastRelative share of the current score under which a gain is not worth a change, however sure
 * @param leastMicros the same in time, where the objective is latency
 * @param largeRelative share of the current score from which a gain is large: when it is also sure, it counts at once
 * @param largeMicros the same in time, where the objective is latency
 * @param sureErrors a gain is sure from so many standard errors of the predicted difference
 * @param lastingWindows windows in a row for which a small gain must last
 * @param trialRequests requests after which a change is judged by what was measured
 * @param trialWindows windows after which it is judged by fewer requests, at least {@link #LEAST_TRIAL_REQUESTS}
 * @param firstBackOffSeconds for which a choice that did not bring its gain is left alone; doubles with each failure
 * @param longestBackOffSeconds the most that it grows to
 */
public record ChangeSettings(
        int switchesPerMinute,
        double leastRelative,
        double leastMicros,
        double largeRelative,
        double largeMicros,
        double sureErrors,
        int lastingWindows,
        int trialRequests,
        int trialWindows,
        int firstBackOffSeconds,
        int longestBackOffSeconds) {
    /** The median of fewer requests says too little. */
    public static final int LEAST_TRIAL_REQUESTS = 3;

    /** Six changes a minute; gains from 2 % and 0.3 ms, at once from 10 % and 1 ms; back-off from 30 s to 30 min. */
    public static final ChangeSettings USUAL = new ChangeSettings(6, 0.02, 300, 0.1, 1000, 2, 3, 20, 3, 30, 1800);

    public ChangeSettings {
        if (switchesPerMinute < 1 || switchesPerMinute > 1000) {
            throw new IllegalArgumentException("switches per minute must be 1 to 1000, but was " + switchesPerMinute);
        }
        if (!(leastRelative >= 0 && leastRelative <= largeRelative && largeRelative < 1)) {
            throw new IllegalArgumentException(
                    "least and large relative gain must lie in [0, 1), the large one above, but were %s and %s"
                            .formatted(leastRelative, largeRelative));
        }
        if (!(leastMicros >= 0 && leastMicros <= largeMicros)) {
            throw new IllegalArgumentException(
                    "least and large gain must not be negative, the large one above, but were %s and %s µs"
                            .formatted(leastMicros, largeMicros));
        }
        if (!(sureErrors >= 0) || lastingWindows < 1 || lastingWindows > 100) {
            throw new IllegalArgumentException(
                    "a gain must be sure at no negative number of errors and last for 1 to 100 windows, but they were %s and %d"
                            .formatted(sureErrors, lastingWindows));
        }
        if (trialRequests < LEAST_TRIAL_REQUESTS || trialWindows < 1) {
            throw new IllegalArgumentException(
                    "a trial must be of at least %d requests and 1 window, but they are %d and %d"
                            .formatted(LEAST_TRIAL_REQUESTS, trialRequests, trialWindows));
        }
        if (firstBackOffSeconds < 1 || longestBackOffSeconds < firstBackOffSeconds) {
            throw new IllegalArgumentException("back-off must begin with a second or more and grow, but was %d to %d s"
                    .formatted(firstBackOffSeconds, longestBackOffSeconds));
        }
    }

    public ChangeSettings withSwitchesPerMinute(int count) {
        return new ChangeSettings(
                count,
                leastRelative,
                leastMicros,
                largeRelative,
                largeMicros,
                sureErrors,
                lastingWindows,
                trialRequests,
                trialWindows,
                firstBackOffSeconds,
                longestBackOffSeconds);
    }

    /** With the gain, relative and in time, from which a sure one counts at once. */
    public ChangeSettings withLargeGain(double relative, double micros) {
        return new ChangeSettings(
                switchesPerMinute,
                Math.min(leastRelative, relative),
                Math.min(leastMicros, micros),
                relative,
                micros,
                sureErrors,
                lastingWindows,
                trialRequests,
                trialWindows,
                firstBackOffSeconds,
                longestBackOffSeconds);
    }
}
