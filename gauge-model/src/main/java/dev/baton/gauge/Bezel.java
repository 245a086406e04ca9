package dev.baton.gauge;

/** The rim around a dial. */
public enum Bezel {
    STEEL,
    BLACK,
    BRASS,
    /** A ring in a strong colour. */
    PAINTED,
    /** A square flange with screws. */
    SQUARE,
    /** Hardly any rim. */
    THIN
}
