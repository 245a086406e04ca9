package dev.baton.tensor;

/** Names an element type that Baton does not carry, and those it does. */
public final class UnsupportedElementTypeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public UnsupportedElementTypeException(String message) {
        super(message);
    }
}
