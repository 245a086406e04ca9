package dev.baton.orchestrator.planning;

/** What was asked of the planner is larger than a record that keeps it may be. */
public final class SteeringTooLargeException extends RuntimeException {
    public SteeringTooLargeException(long bytes, long maxBytes) {
        super("what was asked for takes %d bytes; at most %d are kept".formatted(bytes, maxBytes));
    }
}
