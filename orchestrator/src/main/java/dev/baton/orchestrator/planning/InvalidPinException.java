package dev.baton.orchestrator.planning;

import java.util.List;

/** A pin that asks for something the model does not have; says which field, and what it may be. */
public final class InvalidPinException extends RuntimeException {
    private final String field;
    private final transient List<String> allowed;

    public InvalidPinException(String field, String message, List<String> allowed) {
        super(message);
        this.field = field;
        this.allowed = List.copyOf(allowed);
    }

    public String field() {
        return field;
    }

    /** The values that the field may have. */
    public List<String> allowed() {
        return allowed;
    }
}
