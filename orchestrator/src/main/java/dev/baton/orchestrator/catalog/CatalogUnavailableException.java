package dev.baton.orchestrator.catalog;

import org.jspecify.annotations.Nullable;

/** The log that holds the catalog cannot be read or written now; trying again later can help. */
public final class CatalogUnavailableException extends RuntimeException {
    public CatalogUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
