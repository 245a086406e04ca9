package dev.baton.planning;

import org.jspecify.annotations.Nullable;

/**
 * What every alternative of one situation is predicted to take: a buffer that is used again and again. {@code NaN} stands for
 * unknown. Not thread-safe.
 */
public final class Predictions {
    @SuppressWarnings("UnusedVariable")
    private @Nullable ModelProfile profile;

    /** An empty buffer; it grows to what is predicted. */
    public Predictions() {}

    /** The model version that was predicted last. */
    public ModelProfile profile() {
        if (profile == null) {
            throw new IllegalStateException("nothing was predicted yet");
        }
        return profile;
    }

    /** Whether an alternative can occur: with pictures, cloud-only knows no codec. */
    public boolean occurs(int alternative) {
        return false;
    }

    /** Predicted latency: what half of the requests keep to, as far as medians add up. */
    public double micros(int alternative) {
        return Double.NaN;
    }

    /** How far one request lies off {@link #micros}: a standard deviation that includes {@link #errorMicros}. */
    public double deviationMicros(int alternative) {
        return Double.NaN;
    }

    /** How far {@link #micros} itself may be off: a standard error. */
    public double errorMicros(int alternative) {
        return Double.NaN;
    }

    /** Standard error of the difference of two alternatives' latency: what both share cancels out. */
    public double differenceErrorMicros(int one, int other) {
        return Double.NaN;
    }

    /** What a share of requests keeps to, such as 0.95. */
    public double quantileMicros(int alternative, double quantile) {
        return Double.NaN;
    }

    /** What one term takes; 0 where the alternative has no such stage. */
    public double termMicros(int alternative, TermName term) {
        return Double.NaN;
    }

    /** What the edge node would send. */
    public double bytes(int alternative) {
        return Double.NaN;
    }

    /** What the edge node would spend on a request. */
    public double joules(int alternative) {
        return Double.NaN;
    }

    /** Price of the tail's time. */
    public double cloudCost(int alternative) {
        return Double.NaN;
    }

    /** Workers of the tails that the edge node's requests would keep busy; 0 while its rate is unknown. */
    public double tailLoad(int alternative) {
        return 0;
    }
}
