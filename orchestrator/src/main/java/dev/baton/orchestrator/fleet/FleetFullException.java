package dev.baton.orchestrator.fleet;

/** The fleet holds as many nodes as it may. */
public final class FleetFullException extends RuntimeException {
    public FleetFullException(String message) {
        super(message);
    }
}
