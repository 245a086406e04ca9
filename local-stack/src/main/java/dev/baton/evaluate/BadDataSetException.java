package dev.baton.evaluate;

/** A data set that cannot be used; names the file or array, and what was expected. */
public final class BadDataSetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadDataSetException(String message) {
        super(message);
    }

    public BadDataSetException(String message, Throwable cause) {
        super(message, cause);
    }
}
