package dev.baton.orchestrator.fleet;

/** Hears of every window after the fleet has taken it in; must return at once. */
public interface FleetListener {
    default void edgeSeen(EdgeNode edge) {}

    default void tailSeen(TailNode tail) {}
}
