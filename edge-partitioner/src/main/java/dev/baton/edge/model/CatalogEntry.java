package dev.baton.edge.model;

import java.net.URI;

/**
 * A model version to serve.
 *
 * @param version    the SHA-256 of its package's manifest
 * @param packageUrl where the package's files lie
 */
public record CatalogEntry(String model, String version, URI packageUrl) {

    public CatalogEntry {
        if (model.isEmpty()) {
            throw new IllegalArgumentException("a catalog entry without a model name");
        }
        if (!version.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "version '%s' of model %s: expected a SHA-256 in lower-case hexadecimal".formatted(version, model));
        }
    }
}
