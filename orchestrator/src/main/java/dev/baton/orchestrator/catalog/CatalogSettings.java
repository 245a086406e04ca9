package dev.baton.orchestrator.catalog;

/**
 * Limits of imports.
 *
 * @param maxBytes of an ONNX file
 * @param maxSplitPoints between the ends that are kept
 * @param concurrent imports at a time, each of another model
 */
public record CatalogSettings(long maxBytes, int maxSplitPoints, int concurrent) {
    public CatalogSettings {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("import.max-bytes must be positive, but was " + maxBytes);
        }
        if (maxSplitPoints < 0) {
            throw new IllegalArgumentException(
                    "import.max-split-points must not be negative, but was " + maxSplitPoints);
        }
        if (concurrent < 1) {
            throw new IllegalArgumentException("import.concurrent must be at least 1, but was " + concurrent);
        }
    }
}
