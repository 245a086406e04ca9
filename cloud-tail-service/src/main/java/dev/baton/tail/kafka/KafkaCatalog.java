package dev.baton.tail.kafka;

import dev.baton.messaging.CompactedTable;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.schemas.records.CatalogModel;
import dev.baton.tail.models.ServedModels;
import dev.baton.tail.models.WantedModel;
import java.net.URI;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Follows the catalog and passes it on to {@link ServedModels}. */
public final class KafkaCatalog implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(KafkaCatalog.class);

    private final KafkaConnection connection;
    private final String clientId;
    private final ServedModels models;
    private volatile @Nullable CompactedTable<CatalogModel> table;

    public KafkaCatalog(KafkaConnection connection, String clientId, ServedModels models) {
        this.connection = connection;
        this.clientId = clientId;
        this.models = models;
    }

    public void start() {
        table = CompactedTable.start(connection, clientId, Topics.MODELS, CatalogModel::parseFrom, this::changed);
    }

    /** True once everything that was in the catalog at the beginning has been read. */
    public boolean isCaughtUp() {
        CompactedTable<CatalogModel> current = table;
        return current != null && current.caughtUp().isDone();
    }

    private void changed(String name, Optional<CatalogModel> entry) {
        try {
            Topics.requireModelName(name);
            entry.ifPresentOrElse(
                    model -> models.want(new WantedModel(model.getModel(), URI.create(model.getPackageUrl()))),
                    () -> models.unwant(name));
        } catch (IllegalArgumentException e) {
            LOG.errorf(e, "the catalog's entry for model '%s' is ignored", name);
        }
    }

    @Override
    public void close() {
        CompactedTable<CatalogModel> current = table;
        if (current != null) {
            current.close();
        }
    }
}
