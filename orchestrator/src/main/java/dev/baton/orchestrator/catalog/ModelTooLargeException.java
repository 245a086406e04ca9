package dev.baton.orchestrator.catalog;

/** A model larger than this service takes. */
public final class ModelTooLargeException extends RuntimeException {
    ModelTooLargeException(long bytes, long maxBytes) {
        super("the model has %d bytes; at most %d are taken".formatted(bytes, maxBytes));
    }
}
