package dev.baton.orchestrator.planning;

/** The store that keeps plan history does not answer. */
public final class HistoryUnavailableException extends RuntimeException {
    public HistoryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
