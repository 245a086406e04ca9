package dev.baton.gauge;

/** The outline of a needle. */
public enum NeedleStyle {
    /** A bar of one width. */
    BAR,
    /** Wide at the hub, pointed at the tip. */
    TAPERED,
    /** Widest at a third of its length, pointed at both ends. */
    LANCE,
    /** A bar that becomes a point in its last quarter. */
    SWORD,
    /** Tapered, with a hollow middle. */
    SKELETON,
    /** Held out: a thin shaft with an arrow head. See {@link DesignSet}. */
    ARROW
}
