package dev.baton.planning;

/** Predicts every alternative of a situation. Begin with {@link #predict}. Stateless; thread-safe. */
public final class Predictor {
    private final Settings settings;

    /**
     * What a prediction cannot know.
     *
     * @param brokerPriorMicros what the broker is taken to add before any edge node has had an answer through it
     * @param price of the tails' time
     */
    public record Settings(double brokerPriorMicros, CloudPrice price) {
        /** 3 ms, and time instead of money. */
        public static final Settings USUAL = new Settings(3_000, CloudPrice.SECONDS);

        public Settings {
            if (!(brokerPriorMicros >= 0)) {
                throw new IllegalArgumentException("broker prior must not be negative, but was " + brokerPriorMicros);
            }
        }
    }

    public Predictor(Settings settings) {
        this.settings = settings;
    }

    public Settings settings() {
        return settings;
    }

    /** Predicts all alternatives of {@code edge} with {@code tails}, as of {@code nowMicros}. Allocates nothing. */
    public void predict(EdgeState edge, TailPool tails, long nowMicros, Predictions into) {}

    /** As {@link #predict}, for people: every alternative with its terms, where they come from, and what rules it out. */
    public Ranking rank(EdgeState edge, TailPool tails, Preferences preferences, long nowMicros, Predictions scratch) {
        predict(edge, tails, nowMicros, scratch);
        return new Ranking(java.util.List.of());
    }
}
