package dev.baton.orchestrator.catalog;

import java.net.URI;
import java.time.Instant;

/**
 * A model as the catalog gives it out.
 *
 * @param version SHA-256 of the split package's manifest
 * @param packageUrl the package's files lie directly below it
 * @param packageBytes size of all of them
 */
public record CatalogEntry(String name, String version, URI packageUrl, long packageBytes, Instant importedAt) {
    public CatalogEntry {
        if (!version.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "version of model %s must be a SHA-256 in lower-case hexadecimal, but was \"%s\""
                            .formatted(name, version));
        }
        if (packageBytes < 0) {
            throw new IllegalArgumentException("package of model %s must not have a negative size, but has %d bytes"
                    .formatted(name, packageBytes));
        }
    }
}
