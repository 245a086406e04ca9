package dev.baton.orchestrator.kafka;

import dev.baton.messaging.CompactedTable;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.orchestrator.catalog.ModelCatalog;
import dev.baton.orchestrator.planning.InvalidPreferencesException;
import dev.baton.orchestrator.planning.Planner;
import dev.baton.schemas.records.CatalogModel;
import dev.baton.schemas.records.Plan;
import dev.baton.schemas.records.Steering;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Reads the catalog, steering and plans back: first what there is, then what other replicas write. */
public final class ControlTables implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ControlTables.class);

    private final KafkaConnection connection;
    private final ModelCatalog catalog;
    private final Planner planner;
    private final ExecutorService begin = Executors.newVirtualThreadPerTaskExecutor();
    private volatile @Nullable CompactedTable<CatalogModel> models;
    private volatile @Nullable CompactedTable<Plan> plans;
    private volatile @Nullable CompactedTable<Steering> steering;

    public ControlTables(KafkaConnection connection, ModelCatalog catalog, Planner planner) {
        this.connection = connection;
        this.catalog = catalog;
        this.planner = planner;
    }

    /** Starts to read; the catalog and the planner begin when each has its past. */
    public void start() {
        CompactedTable<CatalogModel> modelTable = CompactedTable.start(
                connection, "baton-orchestrator", Topics.MODELS, CatalogModel::parseFrom, this::modelChanged);
        whenRead(modelTable.caughtUp(), catalog::begin, "the catalog");
        models = modelTable;
        CompactedTable<Plan> planTable = CompactedTable.start(
                connection, "baton-orchestrator", Topics.PLANS, Plan::parseFrom, this::planChanged);
        CompactedTable<Steering> steeringTable = CompactedTable.start(
                connection, "baton-orchestrator", Topics.STEERING, Steering::parseFrom, this::steeringChanged);
        whenRead(CompletableFuture.allOf(planTable.caughtUp(), steeringTable.caughtUp()), planner::begin, "planning");
        plans = planTable;
        steering = steeringTable;
    }

    private void whenRead(CompletableFuture<Void> read, Runnable next, String what) {
        CompletableFuture<Void> unused = read.thenRunAsync(next, begin).whenComplete((done, failure) -> {
            if (failure != null && !read.isCompletedExceptionally()) {
                LOG.errorf(failure, "%s did not begin as it should", what);
            }
        });
    }

    private void modelChanged(String name, Optional<CatalogModel> model) {
        try {
            catalog.recover(name, model.map(CatalogRecords::fromRecord));
        } catch (IllegalArgumentException refused) {
            LOG.warnf("ignored the catalog record of \"%s\": %s", name, refused.getMessage());
        }
    }

    private void planChanged(String key, Optional<Plan> plan) {
        try {
            plan.map(PlanRecords::fromRecord).ifPresent(planner::recover);
        } catch (IllegalArgumentException refused) {
            LOG.warnf("ignored the plan record of \"%s\": %s", key, refused.getMessage());
        }
    }

    private void steeringChanged(String key, Optional<Steering> change) {
        try {
            SteeringRecords.fromRecord(key, change).ifPresent(planner::steered);
        } catch (IllegalArgumentException | InvalidPreferencesException refused) {
            LOG.warnf("ignored the steering record of \"%s\": %s", key, refused.getMessage());
        }
    }

    /** What was not read to its end yet. */
    public List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (!isRead(models)) {
            missing.add("the catalog has not been read yet");
        }
        if (!isRead(plans)) {
            missing.add("earlier plans have not been read yet");
        }
        if (!isRead(steering)) {
            missing.add("pins and preferences have not been read yet");
        }
        return missing;
    }

    private static boolean isRead(@Nullable CompactedTable<?> table) {
        return table != null && table.caughtUp().isDone() && !table.caughtUp().isCompletedExceptionally();
    }

    @Override
    public void close() {
        if (models != null) {
            models.close();
        }
        if (plans != null) {
            plans.close();
        }
        if (steering != null) {
            steering.close();
        }
        begin.shutdownNow();
    }
}
