package dev.baton.inference;

import org.jspecify.annotations.Nullable;

/** A model that could not be opened, or a run that the engine could not finish. */
public class InferenceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public InferenceException(String message) {
        super(message);
    }

    public InferenceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
