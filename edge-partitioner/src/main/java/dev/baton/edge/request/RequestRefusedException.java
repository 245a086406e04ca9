package dev.baton.edge.request;

/** A request that gets no answer; the message names what was wrong and what was expected. */
public final class RequestRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Whose turn it is now: each has its own status in the protocol. */
    public enum Reason {
        UNKNOWN_MODEL,
        /** The model is known but not open yet. */
        NOT_READY,
        INVALID_INPUT,
        DEADLINE_PASSED,
        BUSY,
        ENGINE_FAILED
    }

    public RequestRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public RequestRefusedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
