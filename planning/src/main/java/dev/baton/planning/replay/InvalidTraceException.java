package dev.baton.planning.replay;

import java.io.IOException;

/** A file that is no bandwidth trace; names the line. */
public final class InvalidTraceException extends IOException {

    private static final long serialVersionUID = 1L;

    InvalidTraceException(String message) {
        super(message);
    }

    InvalidTraceException(String message, Throwable cause) {
        super(message, cause);
    }
}
