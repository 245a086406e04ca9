package dev.baton.orchestrator.catalog;

import org.jspecify.annotations.Nullable;

/** A model that cannot be taken in; says which part of the import is wrong, and how. */
public final class ModelRefusedException extends Exception {
    private final String part;

    public ModelRefusedException(String part, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.part = part;
    }

    /** {@code name}, {@code model}, {@code data}, {@code description} or {@code sample}. */
    public String part() {
        return part;
    }
}
