package dev.baton.tensor.codec;

/** An encoded tensor that is not what it says it is; sending it again cannot help. */
public final class CorruptPayloadException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public CorruptPayloadException(String message) {
        super(message);
    }

    public CorruptPayloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
