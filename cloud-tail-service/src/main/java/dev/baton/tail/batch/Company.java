package dev.baton.tail.batch;

import dev.baton.tail.models.ServiceTime;
import java.util.List;

/** Whether a free engine should wait for more requests to run together. */
final class Company {

    /* One more request in a batch saves the fixed part of a run, the time that does not grow with the rows: it would have
     * to be paid once more. It costs every request in the batch the time until it comes, which is the usual gap between arrivals.
     * So waiting pays while (requests in the batch) x (gap) < (fixed part). Where the fixed part is small, as on a processor,
     * or requests are rare, that is never; where it is large, as on an accelerator, it soon is. It ends when the batch is full,
     * after the longest delay the settings allow, and when the most urgent request has no time to spare.
     *
     * BentoML and Clipper (Crankshaw et al., NSDI 2017, section 4.3) adapt batches to observed service times in the same spirit.
     */

    private Company() {}

    /** Nanoseconds from now; 0 or less: run now. */
    static long worthAwaiting(List<Waiting> batch, BatchSettings.Limits limits, long nowNanos) {
        Waiting first = batch.getFirst();
        int rows = batch.stream().mapToInt(request -> request.rows).sum();
        if (!first.tail.isBatchable() || first.rows == 0 || rows >= limits.maxRows()) {
            return 0;
        }
        ServiceTime time = first.tail.serviceTime();
        if (time.arrivalGapNanos() * batch.size() >= time.fixedNanos()) {
            return 0;
        }
        long oldest = batch.stream()
                .mapToLong(request -> request.arrivedNanos - nowNanos)
                .min()
                .orElse(0);
        long allowed = limits.maxDelay().toNanos() + oldest;
        long spare = batch.stream().mapToLong(Waiting::leftNanos).min().orElse(0) - time.nanos(rows + 1);
        return Math.min(allowed, spare);
    }
}
