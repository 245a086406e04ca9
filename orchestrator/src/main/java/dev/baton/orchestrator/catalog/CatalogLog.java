package dev.baton.orchestrator.catalog;

/** Where the catalog is published; edge nodes and tails follow it. */
public interface CatalogLog {
    /**
     * Makes the model's activation topic, then publishes the entry, and waits until both have happened.
     *
     * @throws CatalogUnavailableException when the broker does not answer in time
     */
    void publish(CatalogEntry entry);
}
