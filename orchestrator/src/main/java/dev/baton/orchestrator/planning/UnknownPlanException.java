package dev.baton.orchestrator.planning;

/** There is no such edge node, or it has no plan for the model. */
public final class UnknownPlanException extends RuntimeException {
    public UnknownPlanException(String message) {
        super(message);
    }
}
