package dev.baton.clients;

/** A service did not answer; the message says where it was expected. */
public final class ServiceUnreachableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ServiceUnreachableException(String message, Throwable cause) {
        super(message, cause);
    }
}
