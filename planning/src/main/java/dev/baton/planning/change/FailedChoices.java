package dev.baton.planning.change;

import java.util.Arrays;

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
    private final short[] choices = new short[HELD];
    private final byte[] failures = new byte[HELD];
    private final int[] untilSeconds = new int[HELD];

    FailedChoices(int firstSeconds, int longestSeconds) {
        this.firstSeconds = firstSeconds;
        this.longestSeconds = longestSeconds;
        Arrays.fill(choices, NONE);
    }

    /** Puts {@code choice} aside; for how long, in seconds. */
    int fail(int choice, long nowMicros) {
        int slot = slotFor(choice);
        int now = seconds(nowMicros);
        if (choices[slot] != choice || now - untilSeconds[slot] > longestSeconds) {
            choices[slot] = (short) choice;
            failures[slot] = 0;
        }
        long length = Math.min(longestSeconds, (long) firstSeconds << Math.min(failures[slot], LONGEST_SHIFT));
        failures[slot] = (byte) Math.min(failures[slot] + 1, Byte.MAX_VALUE);
        untilSeconds[slot] = now + (int) length;
        return (int) length;
    }

    /** Whether {@code choice} is left alone for now. */
    boolean blocks(int choice, long nowMicros) {
        for (int slot = 0; slot < HELD; slot++) {
            if (choices[slot] == choice) {
                return seconds(nowMicros) < untilSeconds[slot];
            }
        }
        return false;
    }

    /** {@code choice} brought what was promised: its failures are forgotten. */
    void forgive(int choice) {
        for (int slot = 0; slot < HELD; slot++) {
            if (choices[slot] == choice) {
                choices[slot] = NONE;
            }
        }
    }

    /** Everything is forgotten: the situation is another one. */
    void clear() {
        Arrays.fill(choices, NONE);
    }

    /** Where {@code choice} is or may be held: its slot, a free one, or that of the choice that returns first. */
    private int slotFor(int choice) {
        int found = 0;
        for (int slot = 0; slot < HELD; slot++) {
            if (choices[slot] == choice) {
                return slot;
            }
            if (choices[found] != NONE && (choices[slot] == NONE || untilSeconds[slot] < untilSeconds[found])) {
                found = slot;
            }
        }
        return found;
    }

    private static int seconds(long micros) {
        return (int) Math.floor(micros / MICROS_PER_SECOND);
    }
}
