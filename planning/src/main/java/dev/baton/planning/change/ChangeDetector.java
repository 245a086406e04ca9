package dev.baton.planning.change;

/** Notices that the level of a positive quantity has changed, at once when it jumps and within some values when it drifts. */
public final class ChangeDetector {
    /*
     * The two-sided cumulative sum test (E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954; its change-point
     * reading in D. V. Hinkley, "Inference about the change-point from cumulative sum tests", Biometrika 58, 1971), on the
     * logarithm, since what changes here changes by factors. Values are standardised by a running mean and deviation. A sum
     * grows by what a value lies beyond half a deviation from the mean, and an alarm is given beyond eight deviations: a step
     * of nine deviations at once, one of two deviations after six values, and on quiet normal values once in about 9,500
     * (D. Siegmund, "Sequential Analysis", 1985: (exp(b) - b - 1) / 0.5 for each side, with b = 8 + 1.166).
     *
     * The deviation has a floor of 5 %: a link that was steady to the byte must not alarm at one packet. The usual
     * limit is five deviations; eight is for tails heavier than normal. A false alarm costs little: it only lets a gain count
     * without having lasted.
     *
     * Left: a Bayesian change-point posterior (Adams and MacKay, 2007). It keeps a distribution over run lengths, a hundred
     * times the state.
     */
    private static final float SLACK = 0.5f;
    private static final float LIMIT = 8;
    private static final float LEAST_DEVIATION = 0.05f;
    private static final float FIRST_DEVIATION = 0.1f;

    /** Values that the running mean and deviation remember. */
    private static final int MEMORY = 16;

    /** For a normal quantity the standard deviation is this times the mean absolute one. */
    private static final float FROM_ABSOLUTE = 1.2533f;

    private float mean;
    private float deviation = FIRST_DEVIATION;
    private float above;
    private float below;
    private byte seen;

    /** Takes in a value greater than 0; whether the level is another one now. What came before an alarm is forgotten. */
    public boolean changedBy(double value) {
        if (!(value > 0) || !Double.isFinite(value)) {
            throw new IllegalArgumentException("value must be positive and finite, but was " + value);
        }
        float level = (float) Math.log(value);
        if (seen == 0) {
            beginAt(level);
            return false;
        }
        float away = level - mean;
        float standardised = away / Math.max(deviation, LEAST_DEVIATION);
        above = Math.max(0, above + standardised - SLACK);
        below = Math.max(0, below - standardised - SLACK);
        if (above > LIMIT || below > LIMIT) {
            beginAt(level);
            return true;
        }
        seen = (byte) Math.min(seen + 1, MEMORY);
        mean += away / seen;
        deviation += (FROM_ABSOLUTE * Math.abs(away) - deviation) / seen;
        return false;
    }

    /** Forgets everything: what comes next is another quantity. */
    public void restart() {
        seen = 0;
        above = 0;
        below = 0;
        deviation = FIRST_DEVIATION;
    }

    private void beginAt(float level) {
        mean = level;
        above = 0;
        below = 0;
        seen = 1;
    }
}
