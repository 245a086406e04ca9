package dev.baton.inference;

/**
 * How far the engine may rewrite a graph. Head and tail reproduce the whole model bit for bit up to
 * {@link #EXTENDED}; {@link #ALL} adds hardware-specific layouts, is fastest and differs by rounding.
 */
public enum OptimizationLevel {
    NONE,
    BASIC,
    EXTENDED,
    ALL
}
