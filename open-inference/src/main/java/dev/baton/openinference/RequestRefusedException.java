package dev.baton.openinference;

import java.time.Duration;
import java.util.Optional;

/** A request that gets no answer; the message names what was wrong and what was expected. */
public final class RequestRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final String field;
    private final Duration retryAfter; // zero: not known

    /** Whose turn it is now: each has its own status in the protocol. */
    public enum Reason {
        /** The model, or this version of it. */
        UNKNOWN_MODEL,
        /** The model is known but not open yet, or cannot be run to its end now. */
        NOT_READY,
        INVALID_INPUT,
        /** More bytes than this server takes. */
        TOO_LARGE,
        DEADLINE_PASSED,
        BUSY,
        /** The tenant asks for more than it may. */
        OVER_QUOTA,
        SHUTTING_DOWN,
        /** The client no longer wants an answer, and hardly hears this. */
        CANCELLED,
        /** A newer request of the stream took its place, as the client wanted. */
        DROPPED,
        /** A part of the protocol that this server does not offer. */
        NOT_SUPPORTED,
        ENGINE_FAILED;

        /** How soon it usually makes sense to ask again; empty where the same request would fail again. */
        public Optional<Duration> retryAfter() {
            return switch (this) {
                case BUSY -> Optional.of(Duration.ofMillis(100));
                case OVER_QUOTA, NOT_READY, SHUTTING_DOWN -> Optional.of(Duration.ofSeconds(1));
                case UNKNOWN_MODEL,
                        INVALID_INPUT,
                        TOO_LARGE,
                        DEADLINE_PASSED,
                        CANCELLED,
                        DROPPED,
                        NOT_SUPPORTED,
                        ENGINE_FAILED -> Optional.empty();
            };
        }
    }

    public RequestRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
        this.field = "";
        this.retryAfter = reason.retryAfter().orElse(Duration.ZERO);
    }

    /** Where it is known how soon it makes sense to ask again. */
    public RequestRefusedException(Reason reason, String message, Duration retryAfter) {
        super(message);
        this.reason = reason;
        this.field = "";
        this.retryAfter = retryAfter;
    }

    public RequestRefusedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.field = "";
        this.retryAfter = reason.retryAfter().orElse(Duration.ZERO);
    }

    private RequestRefusedException(String field, String message) {
        super(message);
        this.reason = Reason.INVALID_INPUT;
        this.field = field;
        this.retryAfter = reason.retryAfter().orElse(Duration.ZERO);
    }

    /** {@code field} of the request is wrong, such as {@code inputs[0].shape}. */
    public static RequestRefusedException invalid(String field, String message) {
        return new RequestRefusedException(field, message);
    }

    public Reason reason() {
        return reason;
    }

    /** How soon it makes sense to ask again; empty where the same request would fail again. */
    public Optional<Duration> retryAfter() {
        return Optional.of(retryAfter).filter(Duration::isPositive);
    }

    /** The wrong field of the request, where one is. */
    public Optional<String> field() {
        return Optional.of(field).filter(name -> !name.isEmpty());
    }

    /** The message, which is never absent. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
