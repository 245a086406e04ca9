package dev.baton.partitioning.profile;

/**
 * A time that was not measured.
 *
 * @param micros the expected time, in microseconds
 * @param standardError how far the real one typically lies off, in microseconds: from predicting what was measured but left
 *     out of the fit
 */
public record PredictedTime(double micros, double standardError) {
    /** Of a normal distribution, 90 % lie within so many standard deviations. */
    private static final double NINETY_PERCENT = 1.645;

    public PredictedTime {
        if (!(micros >= 0) || !(standardError >= 0)) {
            throw new IllegalArgumentException(
                    "predicted time %s ± %s µs: expected 0 or more".formatted(micros, standardError));
        }
    }

    /** The lower end of the range that the real time lies in nine times of ten, if errors are normal. */
    public double lowMicros() {
        return Math.max(0, micros - NINETY_PERCENT * standardError);
    }

    /** Its upper end. */
    public double highMicros() {
        return micros + NINETY_PERCENT * standardError;
    }

    /** Whether a measured time is within the range. */
    public boolean covers(double measuredMicros) {
        return measuredMicros >= lowMicros() && measuredMicros <= highMicros();
    }
}
