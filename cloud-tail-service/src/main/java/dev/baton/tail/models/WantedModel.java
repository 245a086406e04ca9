package dev.baton.tail.models;

import dev.baton.schemas.records.ModelRef;
import java.net.URI;
import java.util.Objects;

/** A model version that the catalog asks tails to serve, and where its split package is. */
public record WantedModel(ModelRef ref, URI packageUrl) {

    public WantedModel {
        Objects.requireNonNull(packageUrl, "packageUrl");
        if (ref.getName().isEmpty() || ref.getVersion().isEmpty()) {
            throw new IllegalArgumentException("a catalog entry needs a model name and version: " + ref);
        }
    }
}
