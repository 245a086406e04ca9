package dev.baton.planning;

/** What is wanted of plans: what they minimise, and what must hold. */
public record Preferences(Objective objective, Constraints constraints) {
    /** Least latency within the usual constraints. */
    public static final Preferences USUAL = new Preferences(Objective.LATENCY, Constraints.USUAL);

    public Preferences with(Objective wanted) {
        return new Preferences(wanted, constraints);
    }

    public Preferences with(Constraints wanted) {
        return new Preferences(objective, wanted);
    }
}
