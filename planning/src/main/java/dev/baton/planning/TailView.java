package dev.baton.planning;

/**
 * What the live tails that hold one model version say together: means over tails, since a request may reach any of them. {@code
 * NaN} stands for unknown. Immutable but for {@link #busy}.
 */
final class TailView {
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
    private final double handlingMicros;
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
        handlingMicros = merged.handlingMicros;
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
     * much the model's wait differs from that at the reported load. While nobody uses the model, what a record took in its
     * last use beyond waiting.
     */
    double queueMicros(double extraLoad) {
        if (none()) {
            return Double.NaN;
        }
        double then = waitMicros((busy + extraLoad) / workers);
        return Double.isNaN(queueMicros)
                ? handlingMicros + then
                : Math.max(0, queueMicros + then - waitMicros(reportedBusy / workers));
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

    /**
     * Arrivals are random; service times and their variability are as the tails' runs show. Tails share records evenly, so each
     * has its own queue. Batches shorten what a record takes under load, which the reported utilisation already contains.
     */
    private double waitMicros(double load) {
        return Waiting.micros(load, workersOfTail, serviceMicros, variability);
    }
}
