package dev.baton.partitioning.graph;

/** A file that is not a model Baton can take; the message names the file, what was found and what was expected. */
public final class InvalidModelException extends Exception {
    public InvalidModelException(String message) {
        super(message);
    }

    public InvalidModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
