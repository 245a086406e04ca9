package dev.baton.gauge;

/** How the divisions of a scale are marked. */
public enum TickStyle {
    /** Lines alone. */
    LINES,
    /** Lines hanging from an arc at their outer end. */
    OUTER_ARC,
    /** Lines standing on an arc at their inner end. */
    INNER_ARC,
    /** Lines between two arcs, like a railway track. */
    TRACK,
    /** Bars for major divisions, dots for minor ones. */
    DOTS,
    /** Held out: wedges pointing inwards for major divisions, thin lines for minor ones. See {@link DesignSet}. */
    WEDGES
}
