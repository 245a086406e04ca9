package dev.baton.inference;

/** Inputs that do not fit the model; the caller's mistake. Names the input, what it was and what was expected. */
public final class InvalidInputException extends InferenceException {

    private static final long serialVersionUID = 1L;

    public InvalidInputException(String message) {
        super(message);
    }
}
