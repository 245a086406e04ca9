package dev.baton.embedded;

import org.jspecify.annotations.Nullable;

/** A part of the embedded stack that could not start; the message says why and what helps. */
public sealed class StartFailedException extends RuntimeException permits PortTakenException {

    private static final long serialVersionUID = 1L;

    StartFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
