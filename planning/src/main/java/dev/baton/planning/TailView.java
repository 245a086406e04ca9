package dev.baton.planning;

/**
 * What the live tails that hold one model version say together: means over tails, since a request may reach any of them. {@code
 * NaN} stands for unknown. Immutable but for {@link #busy}.
 */
final class TailView {
    /** A tail that is busier than this has no steady queue. */
    private static final double STEADY = 0.95;
    /** How long an overload is taken to last until plans have changed. */
    private static final double OVERLOAD_MICROS = 5e6;

    final int tails;
    /** Until when all of its tails count as live. */
    final long validUntil;

    final double[] runMicros;
    final double[] runSpread;
    final double[] runError;
    /** By alternative. */
    final double[] decodeMicros;

    final Decode[] decodeSource;
    final double pictureDecodeMicros;
    final double pictureDecodeSpread;
    private final double queueMicros;
    private final double queueSpread;
    private final double serviceMicros;
    private final double variability;
    private final double workersOfTail;
    private final double workers;
    private final double reportedBusy;
    /** Records that one run of the engine takes. */
    final double batch;
    /** Workers that are busy, as reported, and reserved by plans; written with the pool's lock held. */
    volatile double busy;

    /** Where a time of decoding comes from. */
    enum Decode {
        /** Measured for this codec, or for all codecs of the split point together. */
        MEASURED,
        /** By bytes from another split point. */
        BY_BYTES,
        /** At least as given, and as long as the edge node takes to encode: nobody decoded it, and it is entropy-coded. */
        LIKE_ENCODING
    }

    TailView(TailPool.Merged merged) {
        tails = merged.tails;
        validUntil = merged.validUntil;
        runMicros = merged.runMicros;
        runSpread = merged.runSpread;
        runError = merged.runError;
        decodeMicros = merged.decodeMicros;
        decodeSource = merged.decodeSource;
        pictureDecodeMicros = merged.pictureDecodeMicros;
        pictureDecodeSpread = merged.pictureDecodeSpread;
        queueMicros = merged.queueMicros;
        queueSpread = merged.queueSpread;
        serviceMicros = merged.serviceMicros;
        variability = merged.variability;
        workers = merged.workers;
        workersOfTail = merged.tails == 0 ? 1 : merged.workers / merged.tails;
        reportedBusy = merged.reportedBusy;
        batch = merged.batch;
        busy = merged.busy;
    }

    boolean none() {
        return tails == 0;
    }

    /**
     * The wait of a record with {@code extraLoad} workers busy besides those reported and reserved: what was measured, and by how
     * much the model's wait differs from that at the reported load.
     */
    double queueMicros(double extraLoad) {
        if (none()) {
            return Double.NaN;
        }
        double then = waitMicros((busy + extraLoad) / workers);
        return Double.isNaN(queueMicros) ? then : Math.max(0, queueMicros + then - waitMicros(reportedBusy / workers));
    }

    /** How far a record's wait lies off: waiting times scatter as much as they take. */
    double queueSpread(double wait) {
        return Math.hypot(wait, Double.isNaN(queueSpread) ? 0 : queueSpread);
    }

    boolean queueMeasured() {
        return !Double.isNaN(queueMicros);
    }

    double utilization() {
        return Math.clamp(busy / workers, 0, 1);
    }

    /*
     * The mean wait in a queue with c workers, general arrivals and general service (Sakasegawa 1977, "An approximation formula
     * Lq ≈ α·ρ^β/(1−ρ)", as in Hopp and Spearman's Factory Physics):
     *
     *     W = (Ca² + Cs²)/2 · ρ^(√(2(c+1)) − 1) / (c (1 − ρ)) · S
     *
     * with arrivals taken to be random (Ca² = 1), S and Cs² as the tails' runs show. It is exact for one worker and random arrivals.
     * Tails share records evenly, so each has its own queue: c is the workers of one tail. Batches shorten S per record under
     * load, which the reported utilisation already contains. Above STEADY there is no steady state: the backlog grows until plans
     * have changed, and the line goes on with the slope of that growth.
     */
    private double waitMicros(double load) {
        double utilization = Math.clamp(load, 0, STEADY);
        double exponent = Math.sqrt(2 * (workersOfTail + 1)) - 1;
        double power = workersOfTail == 1 ? utilization : Math.pow(utilization, exponent);
        double steady = (1 + variability) / 2 * power / (workersOfTail * (1 - utilization)) * serviceMicros;
        return steady + Math.max(0, load - STEADY) * OVERLOAD_MICROS;
    }
}
