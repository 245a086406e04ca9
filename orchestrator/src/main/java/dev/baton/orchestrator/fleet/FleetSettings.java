package dev.baton.orchestrator.fleet;

import java.time.Duration;

/**
 * How long the fleet believes what it heard.
 *
 * @param staleAfter silence after which a node's windows no longer describe the present
 * @param forgetAfter silence after which a node is dropped from the fleet
 * @param maxNodes edge nodes, and likewise tails, that are held at most
 */
public record FleetSettings(Duration staleAfter, Duration forgetAfter, int maxNodes) {
    public FleetSettings {
        if (staleAfter.isNegative() || staleAfter.isZero()) {
            throw new IllegalArgumentException("stale-after must be positive, but was " + staleAfter);
        }
        if (forgetAfter.compareTo(staleAfter) < 0) {
            throw new IllegalArgumentException(
                    "forget-after must be at least stale-after (%s), but was %s".formatted(staleAfter, forgetAfter));
        }
        if (maxNodes < 1) {
            throw new IllegalArgumentException("max-nodes must be at least 1, but was " + maxNodes);
        }
    }
}
