package dev.baton.planning.change;

import java.util.Arrays;

/** How often a plan may still change: in no span of a minute are there more changes than this was made for, whatever comes. */
public final class SwitchBudget {
    /*
     * The times of the last changes, as many as the bound: a change may be made when the oldest is a minute old. A token bucket
     * of half the bound, refilled with the other half over the minute, keeps the same bound in less memory, but lets through
     * only half as many changes when they come evenly, and a link that steps every ten seconds does need six a minute. What the
     * bucket has over this, that a burst does not close the door for a minute, PlanKeeper gives in its own way: the fewer changes
     * are left, the longer a gain must have lasted.
     */
    private static final long MINUTE_MICROS = 60_000_000;
    private static final long NEVER = Long.MIN_VALUE;

    private final long[] changes;
    private short oldest;

    public SwitchBudget(int perMinute) {
        if (perMinute < 1 || perMinute > 1000) {
            throw new IllegalArgumentException("changes per minute must be 1 to 1000, but was " + perMinute);
        }
        changes = new long[perMinute];
        Arrays.fill(changes, NEVER);
    }

    /** Changes that may be made at once. */
    public int left(long nowMicros) {
        int left = 0;
        for (long change : changes) {
            if (change == NEVER || nowMicros - change >= MINUTE_MICROS) {
                left++;
            }
        }
        return left;
    }

    /** Uses one up. */
    public void spend(long nowMicros) {
        if (changes[oldest] != NEVER && nowMicros - changes[oldest] < MINUTE_MICROS) {
            throw new IllegalStateException("no change is left in this minute");
        }
        changes[oldest] = nowMicros;
        oldest = (short) ((oldest + 1) % changes.length);
    }
}
