package dev.baton.edge.kafka;

import dev.baton.edge.model.CatalogEntry;
import dev.baton.edge.model.ModelLoader;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.schemas.records.CatalogModel;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Tells the loader what the catalog wants. */
public final class KafkaCatalog implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(KafkaCatalog.class);

    private final RememberedTable<CatalogModel> table;
    private final ModelLoader loader;

    /** The catalog is remembered in the directory {@code state}. */
    public KafkaCatalog(KafkaConnection connection, String clientId, Path state, ModelLoader loader) {
        this.loader = loader;
        this.table = new RememberedTable<>(
                connection,
                clientId + "-catalog",
                Topics.MODELS,
                state.resolve("catalog"),
                CatalogModel::parseFrom,
                _ -> true,
                this::changed);
    }

    public void start() {
        table.start(loader::catalogRead);
    }

    private boolean changed(String model, Optional<CatalogModel> value) {
        if (value.isEmpty()) {
            LOG.infof("model %s left the catalog", model);
            loader.unwanted(model);
            return true;
        }
        CatalogModel entry = value.get();
        try {
            loader.wanted(new CatalogEntry(model, entry.getModel().getVersion(), URI.create(entry.getPackageUrl())));
            return true;
        } catch (IllegalArgumentException e) {
            LOG.warnf("the catalog's entry for model %s is ignored: %s", model, e.getMessage());
            return false;
        }
    }

    @Override
    public void close() {
        table.close();
    }
}
