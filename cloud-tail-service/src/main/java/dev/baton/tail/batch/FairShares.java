package dev.baton.tail.batch;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** Whose turn it is, and who makes room: so that nobody's requests starve another's. Used by one thread at a time. */
final class FairShares {

    /*
     * Earliest deadline first alone lets one claimant have everything: whoever always has requests waiting whose deadlines are
     * near is always first, and the others' run when they are nearly late, if at all. So the earliest deadline counts among those
     * who have not had more than their share: earliest eligible virtual deadline first (Stoica and Abdel-Wahab, "Earliest
     * Eligible Virtual Deadline First", 1995), with the requests' own deadlines. A claimant's service is the time the engine was
     * to take for it. Virtual time is the least service among those who wait; who was away begins there, so nobody saves up. Who
     * is ahead of it by more than SLACK comes after all others. Requests of n claimants so wait for at most n times SLACK and a
     * run longer than they would with an n-th of the engine to themselves; where nobody is ahead, nothing but deadlines counts.
     *
     * Room in line is shared alike: who makes room is the one with most requests waiting ("longest queue drop", Suter,
     * Lakshman, Stiliadis and Choudhury, "Buffer management schemes for supporting TCP in gigabit routers", 1999).
     *
     * Priorities are strict, as Triton's are: a level waits while a higher one has requests.
     */
    private static final long SLACK_NANOS = 50_000_000;

    private final Map<String, Share> shares = new HashMap<>();
    private long virtualNanos;
    private int waiting;

    private static final class Share {
        long servedNanos;
        int waiting;
    }

    /** A request waits. */
    void entered(Waiting arrived) {
        if (waiting == 0) {
            shares.clear(); // nobody was kept waiting: all begin anew
        }
        Share share = shares.computeIfAbsent(arrived.claimant.name(), name -> new Share());
        if (share.waiting == 0) {
            share.servedNanos = Math.max(share.servedNanos, virtualNanos);
        }
        share.waiting++;
        waiting++;
    }

    /** It waits no longer, whatever became of it. */
    void left(Waiting gone) {
        Share share = shares.get(gone.claimant.name());
        if (share != null && share.waiting > 0) {
            share.waiting--;
            waiting--;
        }
    }

    /** The engine is to take so long for a request of this claimant. */
    void served(Claimant claimant, long nanos) {
        Share share = shares.get(claimant.name());
        if (share != null) {
            share.servedNanos += nanos;
        }
    }

    /** The order in which requests run, as things are now. */
    Comparator<Waiting> order() {
        long least = Long.MAX_VALUE;
        for (Share share : shares.values()) {
            if (share.waiting > 0) {
                least = Math.min(least, share.servedNanos);
            }
        }
        if (least != Long.MAX_VALUE) {
            virtualNanos = least;
            shares.values().removeIf(share -> share.waiting == 0 && share.servedNanos <= virtualNanos);
        }
        return Comparator.comparingInt((Waiting request) -> request.claimant.priority())
                .thenComparing(this::isAhead)
                .thenComparing(Waiting.MOST_URGENT_FIRST);
    }

    private boolean isAhead(Waiting request) {
        Share share = shares.get(request.claimant.name());
        return share != null && share.servedNanos - virtualNanos > SLACK_NANOS;
    }

    /** The order in which requests make room, the last one first; {@code arrived} is one of them and does not wait yet. */
    Comparator<Waiting> roomFor(Waiting arrived, WhenFull whenFull) {
        return Comparator.comparingInt((Waiting request) -> request.claimant.priority())
                .thenComparingInt(request -> waitingWith(arrived, request))
                .thenComparing(whenFull == WhenFull.REFUSE_NEW ? Waiting.FIRST_COME_FIRST : Waiting.MOST_URGENT_FIRST);
    }

    /** Requests that the claimant of {@code request} would have waiting if {@code arrived} did. */
    private int waitingWith(Waiting arrived, Waiting request) {
        String name = request.claimant.name();
        Share share = shares.get(name);
        int own = share == null ? 0 : share.waiting;
        return name.equals(arrived.claimant.name()) ? own + 1 : own;
    }
}
