package dev.baton.tail.batch;

import dev.baton.tail.models.ServiceTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What waits for one tail. Used by one thread at a time. */
final class Line {

    /* Running n requests together takes a + c n: a fixed part and a part for each. One after the other they take (a + c) n. So together
     * they are done sooner, but the mean one is not: alone they wait for (a + c)(n + 1) / 2 on average, together all
     * for a + c n, which is less only where c < a. Hence: where the fixed part is the larger, as on accelerators, whatever
     * waits runs together. Where it is the smaller, as on most processors, requests run alone, until more than a full
     * batch waits: then work comes faster than it is done, and what counts is to get it done.
     */

    private final BatchSettings.Limits limits;
    private final Set<Waiting> requests = new LinkedHashSet<>();

    Line(BatchSettings.Limits limits) {
        this.limits = limits;
    }

    void add(Waiting arrived) {
        arrived.tail.serviceTime().arrived(arrived.arrivedNanos);
        requests.add(arrived);
    }

    boolean remove(Waiting gone) {
        return requests.remove(gone);
    }

    boolean isEmpty() {
        return requests.isEmpty();
    }

    /** All that wait, in no order that matters. */
    Set<Waiting> requests() {
        return requests;
    }

    /** Those that would not be ready in time even if they ran now and alone. */
    List<Waiting> late() {
        List<Waiting> late = new ArrayList<>();
        for (Waiting request : requests) {
            if (request.leftNanos() < request.tail.serviceTime().nanos(Math.max(1, request.rows))) {
                late.add(request);
            }
        }
        return late;
    }

    /** How long to wait for others to join the first request before it runs; 0 or less: not at all. */
    long awaitCompany(Comparator<Waiting> order, long nowNanos) {
        return Company.worthAwaiting(batch(order), limits, nowNanos);
    }

    /**
     * The first request and, in their order, those that may run with it: of its kind, as many rows as the limit says, and no more
     * than can be ready by the earliest deadline among them.
     */
    List<Waiting> batch(Comparator<Waiting> order) {
        List<Waiting> sorted = requests.stream().sorted(order).toList();
        Waiting first = sorted.getFirst();
        if (!paysTogether(first)) {
            return List.of(first);
        }
        List<Waiting> batch = new ArrayList<>(List.of(first));
        int rows = first.rows;
        long left = first.leftNanos();
        for (Waiting next : sorted.subList(1, sorted.size())) {
            int more = rows + next.rows;
            boolean isInTime = first.tail.serviceTime().nanos(more) <= Math.min(left, next.leftNanos());
            if (first.fits(next) && more <= limits.maxRows() && isInTime) {
                batch.add(next);
                rows = more;
                left = Math.min(left, next.leftNanos());
            }
            if (rows >= limits.maxRows()) {
                break;
            }
        }
        return batch;
    }

    private boolean paysTogether(Waiting first) {
        ServiceTime time = first.tail.serviceTime();
        return first.tail.isBatchable() && (time.rowNanos() < time.fixedNanos() || requests.size() > limits.maxRows());
    }
}
