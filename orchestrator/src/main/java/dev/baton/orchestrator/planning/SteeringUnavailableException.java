package dev.baton.orchestrator.planning;

/** What was asked of the planner cannot be kept now. */
public final class SteeringUnavailableException extends RuntimeException {
    public SteeringUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
