package dev.baton.tensor.image;

/** An encoded picture that cannot be turned into a tensor; says why. */
public final class UnreadableImageException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public UnreadableImageException(String message) {
        super(message);
    }

    public UnreadableImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
