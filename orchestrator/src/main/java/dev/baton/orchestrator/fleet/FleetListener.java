package dev.baton.orchestrator.fleet;

/** Hears of every window after the fleet has taken it in, and of nodes that are forgotten; must return at once. */
public interface FleetListener {
    default void edgeSeen(EdgeNode edge) {}

    default void tailSeen(TailNode tail) {}

    /** An edge node was silent for so long that the fleet dropped it. */
    default void edgeForgotten(EdgeNode edge) {}

    /** A tail was silent for so long that the fleet dropped it. */
    default void tailForgotten(TailNode tail) {}
}
