package dev.baton.planning;

/** The tails that were heard of, and the load that plans are about to put on them. Thread-safe. */
public final class TailPool {
    /** {@code staleAfterMicros}: silence after which a tail is not counted on. */
    public TailPool(long staleAfterMicros) {
        if (staleAfterMicros < 1) {
            throw new IllegalArgumentException(
                    "stale after %d µs: expected a positive time".formatted(staleAfterMicros));
        }
    }

    /** Takes in what a tail measured. {@code nowMicros}: when it arrived, on the caller's clock. */
    public void observe(TailObservation window, long nowMicros) {}

    /** Takes in what an edge node's cloud answers took beyond all other terms: a prior for those that had none yet. */
    public void brokerSeen(double micros) {}

    /** Tails that were heard of lately and hold {@code model}. */
    public int liveTails(ModelVersion model, long nowMicros) {
        return 0;
    }

    /**
     * The predicted wait of a record with so much more load than reported and reserved; {@code NaN} without a live tail.
     *
     * @param extraLoad in workers that it keeps busy
     */
    public double queueMicros(ModelVersion model, double extraLoad, long nowMicros) {
        return Double.NaN;
    }

    /** Counts load, in workers kept busy, that a plan is about to put on the tails of {@code model}, until they report it. */
    public void reserve(ModelVersion model, double load) {}

    /** Counts load that a plan is about to take from the tails of {@code model}. */
    public void release(ModelVersion model, double load) {}
}
