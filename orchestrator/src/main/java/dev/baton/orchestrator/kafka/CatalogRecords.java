package dev.baton.orchestrator.kafka;

import dev.baton.orchestrator.catalog.CatalogEntry;
import dev.baton.schemas.records.CatalogModel;
import dev.baton.schemas.records.ModelRef;
import java.net.URI;
import java.time.Instant;

/** Catalog entries to and from the messages that carry them. */
final class CatalogRecords {
    private CatalogRecords() {}

    static CatalogModel toRecord(CatalogEntry entry) {
        return CatalogModel.newBuilder()
                .setModel(ModelRef.newBuilder().setName(entry.name()).setVersion(entry.version()))
                .setPackageUrl(entry.packageUrl().toString())
                .setPackageBytes(entry.packageBytes())
                .setImportedAtUnixMillis(entry.importedAt().toEpochMilli())
                .build();
    }

    /** @throws IllegalArgumentException when the message says something impossible */
    static CatalogEntry fromRecord(CatalogModel message) {
        return new CatalogEntry(
                message.getModel().getName(),
                message.getModel().getVersion(),
                URI.create(message.getPackageUrl()),
                message.getPackageBytes(),
                Instant.ofEpochMilli(message.getImportedAtUnixMillis()));
    }
}
