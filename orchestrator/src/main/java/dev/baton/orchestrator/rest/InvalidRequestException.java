package dev.baton.orchestrator.rest;

/** A request that is wrong in one part; says which and how. */
final class InvalidRequestException extends RuntimeException {
    private final String field;

    InvalidRequestException(String field, String message) {
        super(message);
        this.field = field;
    }

    String field() {
        return field;
    }
}
