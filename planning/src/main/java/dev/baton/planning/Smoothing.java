package dev.baton.planning;

/** How a value that is measured window by window moves: calmly while windows scatter, at once when they say that it changed. */
final class Smoothing {
    /** A window with this many values weighs as much as everything seen before it. */
    static final int MEMORY = 32;

    /** A window this many standard errors away is no scatter. */
    private static final double JUMP = 4;
    /** Even a window of many values may lie so far off, relative, without saying anything. */
    private static final double TOLERANCE = 0.02;

    private Smoothing() {}

    /** The share of the way from {@code level}, which {@code samples} values stand behind, to the median of {@code window}. */
    static double weight(double level, double spread, int samples, Moments window) {
        double weight = window.count() / (window.count() + (double) Math.min(samples, MEMORY));
        double scatter = Math.max(spread, window.spread()) / Math.sqrt((double) window.count()) + TOLERANCE * level;
        boolean jumped = Math.abs(window.p50() - level) > JUMP * scatter;
        return jumped ? Math.max(weight, 0.5) : weight;
    }

    /** How many values stand behind the level after {@code window}. */
    static int samples(int before, Moments window) {
        return (int) Math.min(MEMORY, before + window.count());
    }
}
