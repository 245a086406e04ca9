package dev.baton.orchestrator.catalog;

import dev.baton.partitioning.splitpackage.SplitPackage;

/**
 * What came of an import.
 *
 * @param isNew false when this very model was the catalog's already
 */
public record ImportedModel(CatalogEntry entry, SplitPackage splitPackage, boolean isNew) {}
