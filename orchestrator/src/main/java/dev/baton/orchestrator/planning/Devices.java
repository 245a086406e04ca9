package dev.baton.orchestrator.planning;

import dev.baton.planning.EdgeState;

/** What is known of devices before anything was measured on them. */
@FunctionalInterface
public interface Devices {
    /** Gives {@code state} what the device profile of this name says: power, and times that are not measured yet. */
    void describe(String deviceProfile, EdgeState state);
}
