package dev.baton.planning.change;

/**
 * The choices of one edge node and model that did not bring what was promised, and until when each is left alone: twice as long
 * after every further failure. Holds the few that matter most.
 */
final class FailedChoices {
    private static final int HELD = 4;
    private static final int LONGEST_SHIFT = 10;
    private static final short NONE = -1;
    private static final double MICROS_PER_SECOND = 1e6;

    private final int firstSeconds;
    private final int longestSeconds;
    /** One number for each, as every edge node and model has these: until when, in seconds; failures; the choice's lower bits. */
    private final long[] slots = new long[HELD];

    FailedChoices(int firstSeconds, int longestSeconds) {
        this.firstSeconds = firstSeconds;
        this.longestSeconds = longestSeconds;
        clear();
    }

    private short choice(int slot) {
        return (short) slots[slot];
    }

    private int failures(int slot) {
        return (int) (slots[slot] >> 16 & Byte.MAX_VALUE);
    }

    private int untilSeconds(int slot) {
        return (int) (slots[slot] >> 32);
    }

    private void set(int slot, int choice, int failures, int untilSeconds) {
        slots[slot] = (long) untilSeconds << 32 | (long) failures << 16 | (choice & 0xFFFFL);
    }

    /** Puts {@code choice} aside; for how long, in seconds. */
    int fail(int choice, long nowMicros) {
        int slot = slotFor(choice);
        int now = seconds(nowMicros);
        boolean first = choice(slot) != choice || now - untilSeconds(slot) > longestSeconds;
        int failures = first ? 0 : failures(slot);
        long length = Math.min(longestSeconds, (long) firstSeconds << Math.min(failures, LONGEST_SHIFT));
        set(slot, choice, Math.min(failures + 1, Byte.MAX_VALUE), now + (int) length);
        return (int) length;
    }

    /** Whether {@code choice} is left alone for now. */
    boolean blocks(int choice, long nowMicros) {
        for (int slot = 0; slot < HELD; slot++) {
            if (choice(slot) == choice) {
                return seconds(nowMicros) < untilSeconds(slot);
            }
        }
        return false;
    }

    /** {@code choice} brought what was promised: its failures are forgotten. */
    void forgive(int choice) {
        for (int slot = 0; slot < HELD; slot++) {
            if (choice(slot) == choice) {
                set(slot, NONE, 0, 0);
            }
        }
    }

    /** Everything is forgotten: the situation is another one. */
    void clear() {
        for (int slot = 0; slot < HELD; slot++) {
            set(slot, NONE, 0, 0);
        }
    }

    /** Where {@code choice} is or may be held: its slot, a free one, or that of the choice that returns first. */
    private int slotFor(int choice) {
        int found = 0;
        for (int slot = 0; slot < HELD; slot++) {
            if (choice(slot) == choice) {
                return slot;
            }
            if (choice(found) != NONE && (choice(slot) == NONE || untilSeconds(slot) < untilSeconds(found))) {
                found = slot;
            }
        }
        return found;
    }

    private static int seconds(long micros) {
        return (int) Math.floor(micros / MICROS_PER_SECOND);
    }
}
