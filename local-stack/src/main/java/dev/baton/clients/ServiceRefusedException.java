package dev.baton.clients;

/** A service answered, and said no; the message says what it said. */
public final class ServiceRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ServiceRefusedException(String message) {
        super(message);
    }

    public ServiceRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
