package dev.baton.orchestrator.planning;

/** Preferences, or an accuracy profile, that make no sense; says which part and why. */
public final class InvalidPreferencesException extends RuntimeException {
    private final String field;

    public InvalidPreferencesException(String field, String message) {
        super(message);
        this.field = field;
    }

    /** Where in the document, such as {@code constraints.latencyTarget.quantile}. */
    public String field() {
        return field;
    }
}
