package dev.baton.orchestrator.catalog;

/** The catalog has no such model, or its package no such file. */
public final class UnknownModelException extends RuntimeException {
    public UnknownModelException(String message) {
        super(message);
    }
}
