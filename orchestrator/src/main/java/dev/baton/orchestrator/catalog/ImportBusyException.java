package dev.baton.orchestrator.catalog;

/** An import that cannot start now because of other imports. */
public final class ImportBusyException extends RuntimeException {
    public ImportBusyException(String message) {
        super(message);
    }
}
