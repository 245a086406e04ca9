package dev.baton.planning;

/** Chooses among predicted alternatives. Begin with {@link #best}. Stateless; thread-safe. */
public final class Chooser {
    /**
     * The alternative of least {@linkplain #score score} among those that may be chosen and whose latency is known, or −1 when
     * there is none. Equal scores are decided by latency. Allocates nothing.
     */
    public int best(Predictions predictions, Preferences preferences) {
        return -1;
    }

    /**
     * What to do when nothing may be chosen: what misses only the latency target, by as little as possible; else edge-only.
     */
    public int leastViolating(Predictions predictions, Preferences preferences) {
        return ModelProfile.EDGE_ONLY;
    }

    /** The value of the objective, smaller is better; {@code NaN} when a quantity that it needs is unknown. */
    public double score(Predictions predictions, Preferences preferences, int alternative) {
        return Double.NaN;
    }

    /** The {@link Constraint#bit()}s of the constraints that rule an alternative out; 0 when it may be chosen. */
    public int violated(Predictions predictions, Preferences preferences, int alternative) {
        return 0;
    }

    /** Says which constraints rule an alternative out, in one sentence; empty when it may be chosen. */
    public String sentence(Predictions predictions, Preferences preferences, int alternative) {
        return "";
    }

    /** Says why nothing may be chosen, which constraint makes it so, and what comes nearest, in one sentence. */
    public String infeasibility(Predictions predictions, Preferences preferences) {
        return "";
    }
}
