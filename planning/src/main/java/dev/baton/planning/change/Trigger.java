package dev.baton.planning.change;

/** What made a plan change. */
public enum Trigger {
    FIRST_PLAN("first plan"),
    BETTER("better alternative"),
    LINK_CHANGED("the link changed"),
    LATENCY_CHANGED("measured latency left the predicted one"),
    EDGE_SAID("the edge node saw a change"),
    PREFERENCES("preferences changed"),
    CONSTRAINT("a constraint rules the plan out"),
    UNKNOWN("the plan's prediction was lost"),
    NOTHING_FEASIBLE("nothing may be chosen"),
    ROLL_BACK("roll back"),
    OUTDATED("a replaced replica's plan is outdated"),
    PIN("pin"),
    UNPIN("pin removed");

    private final String text;

    Trigger(String text) {
        this.text = text;
    }

    /** As people and decision records call it. */
    public String text() {
        return text;
    }
}
