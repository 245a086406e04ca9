package dev.baton.planning.change;

/** What one look at an edge node's model found. */
public sealed interface Decision {
    /** The plan stays. */
    enum Keep implements Decision {
        /** Nothing better is predicted. */
        BEST("nothing better is predicted"),
        /** What is better is not better by enough. */
        SMALL_GAIN("what is better gains too little"),
        /** The gain is small or unsure, and must last first. */
        MUST_LAST("the gain must last first"),
        /** The gain is worth a change at once, but so few are left in this minute that it must last first. */
        FEW_SWITCHES_LEFT("few changes are left in this minute, and the gain must last first"),
        /** The bound on changes per minute is reached. */
        NO_SWITCH_LEFT("no further change in this minute"),
        /** Nothing may be chosen; the plan is what violates constraints least. */
        NOTHING_FEASIBLE("nothing may be chosen"),
        /** Nothing is known that could be compared. */
        UNKNOWN("nothing can be predicted"),
        /** A pin holds it. */
        PINNED("pinned");

        private final String text;

        Keep(String text) {
            this.text = text;
        }

        /** As people read it. */
        public String text() {
            return text;
        }
    }

    /**
     * The plan changes; the keeper has taken it on already.
     *
     * @param choice the number of the alternative
     * @param previous the number of the one before; −1 when there was none
     * @param epoch of the new plan
     */
    record Switch(int choice, int previous, long epoch, Trigger trigger) implements Decision {}
}
