package dev.baton.planning.change;

/** How often a plan may still change: in no span of a minute are there more changes than this was made for, whatever comes. */
public final class SwitchBudget {
    /*
     * The times of the last changes, as many as the bound: a change may be made when the oldest is a minute old. A token bucket
     * of half the bound, refilled with the other half over the minute, keeps the same bound in less memory, but lets through
     * only half as many changes when they come evenly, and a link that steps every ten seconds does need six a minute. What the
     * bucket has over this, that a burst does not close the door for a minute, PlanKeeper gives in its own way: the fewer changes
     * are left, the longer a gain must have lasted.
     */
    private static final long MINUTE_MILLIS = 60_000;

    /** Milliseconds, rounded up: the lower half of the number is enough to tell ages of up to seven weeks, in half the memory. */
    private final int[] changes;

    private short oldest;
    private short made;

    public SwitchBudget(int perMinute) {
        if (perMinute < 1 || perMinute > 1000) {
            throw new IllegalArgumentException("changes per minute must be 1 to 1000, but was " + perMinute);
        }
        changes = new int[perMinute];
    }

    /** Changes that may be made at once. */
    public int left(long nowMicros) {
        int left = changes.length - made;
        for (int i = 0; i < made; i++) {
            if (isOver(changes[i], nowMicros)) {
                left++;
            }
        }
        return left;
    }

    private static boolean isOver(int change, long nowMicros) {
        int age = (int) Math.floorDiv(nowMicros, 1_000L) - change;
        boolean withinItsMillisecond = age == -1;
        return Integer.toUnsignedLong(age) >= MINUTE_MILLIS && !withinItsMillisecond;
    }

    /** Uses one up. */
    public void spend(long nowMicros) {
        if (oldest < made && !isOver(changes[oldest], nowMicros)) {
            throw new IllegalStateException("no change is left in this minute");
        }
        changes[oldest] = (int) Math.ceilDiv(nowMicros, 1_000L);
        made = (short) Math.max(made, oldest + 1);
        oldest = (short) ((oldest + 1) % changes.length);
    }
}
