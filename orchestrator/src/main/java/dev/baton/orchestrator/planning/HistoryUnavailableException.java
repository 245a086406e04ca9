package dev.baton.orchestrator.planning;

/** Earlier decisions cannot be read now. */
public final class HistoryUnavailableException extends RuntimeException {
    public HistoryUnavailableException(String message) {
        super(message);
    }

    public HistoryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
