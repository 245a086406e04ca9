package dev.baton.partitioning.probe;

/** The engine refused or failed to run a file; the message says which and why. */
public final class GraphRunException extends RuntimeException {
    public GraphRunException(String message, Throwable cause) {
        super(message, cause);
    }
}
