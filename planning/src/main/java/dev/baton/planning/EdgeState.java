package dev.baton.planning;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known of one model on one edge node, in little memory. Not thread-safe: one owner at a time. */
public final class EdgeState {
    private final ModelProfile profile;
    private @Nullable DevicePrior prior;
    private @Nullable PowerModel power;
    private long observedMicros = Long.MIN_VALUE;

    /** Nothing is known yet. */
    public EdgeState(ModelProfile profile) {
        this.profile = profile;
    }

    public ModelProfile profile() {
        return profile;
    }

    /** Takes in what the edge node measured. {@code nowMicros}: when it arrived, on the caller's clock. */
    public void observe(EdgeObservation window, long nowMicros) {
        observedMicros = nowMicros;
    }

    /** What a device profile says, for what was not measured. */
    public void prior(DevicePrior given) {
        prior = given;
    }

    /** What the edge node draws. */
    public void power(PowerModel given) {
        power = given;
    }

    public Optional<DevicePrior> prior() {
        return Optional.ofNullable(prior);
    }

    public Optional<PowerModel> power() {
        return Optional.ofNullable(power);
    }

    /** When the last window arrived; {@link Long#MIN_VALUE} before the first. */
    public long observedMicros() {
        return observedMicros;
    }

    /** The plan's epoch that the edge node follows, as it said last; 0 when none. */
    public long activePlanEpoch() {
        return 0;
    }

    /** Requests per second lately. */
    public double requestsPerSecond() {
        return Double.NaN;
    }

    /** Whether clients send compressed pictures, as far as is known: what they did last, else what the package offers. */
    public boolean picturesExpected() {
        return profile.takesPictures();
    }

    /** Of the uplink; {@code NaN} when unknown. */
    public double bytesPerSecond() {
        return Double.NaN;
    }

    /** Fixed part of a transfer; {@code NaN} when unknown. */
    public double roundTripMicros() {
        return Double.NaN;
    }

    /** What the head of a split point takes now; {@code NaN} when unknown. */
    public double headMicros(int splitPoint) {
        return Double.NaN;
    }
}
