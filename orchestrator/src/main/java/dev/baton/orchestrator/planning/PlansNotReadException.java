package dev.baton.orchestrator.planning;

/** Earlier plans have not been read yet, so epochs and pins are not known. */
public final class PlansNotReadException extends RuntimeException {
    public PlansNotReadException() {
        super("earlier plans have not been read from the broker yet; try again when the service is ready");
    }
}
