package dev.baton.tail.kafka;

/** A record that the broker did not acknowledge. */
final class UndeliveredException extends Exception {

    private static final long serialVersionUID = 1L;

    UndeliveredException(String message, Throwable cause) {
        super(message, cause);
    }
}
