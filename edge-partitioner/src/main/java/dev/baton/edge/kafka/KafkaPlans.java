package dev.baton.edge.kafka;

import dev.baton.edge.model.EdgePlan;
import dev.baton.edge.model.Plans;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.partitioning.Placement;
import dev.baton.schemas.records.Plan;
import dev.baton.tensor.codec.Codec;
import java.nio.file.Path;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Hands this edge node's plans on. */
public final class KafkaPlans implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(KafkaPlans.class);

    private final RememberedTable<Plan> table;
    private final String keyPrefix;
    private final Plans plans;

    /** Plans are remembered in the directory {@code state}. */
    public KafkaPlans(KafkaConnection connection, String clientId, Path state, String edgeNode, Plans plans) {
        this.keyPrefix = edgeNode + "/";
        this.plans = plans;
        this.table = new RememberedTable<>(
                connection,
                clientId + "-plans",
                Topics.PLANS,
                state.resolve("plans"),
                Plan::parseFrom,
                key -> key.startsWith(keyPrefix),
                this::changed);
    }

    public void start() {
        table.start(() -> LOG.debug("all plans are read"));
    }

    private boolean changed(String key, Optional<Plan> value) {
        String model = key.substring(keyPrefix.length());
        if (value.isEmpty()) {
            plans.withdrawn(model);
            return true;
        }
        try {
            return plans.offered(plan(model, value.get()));
        } catch (IllegalArgumentException e) {
            LOG.warnf("plan %d for model %s is ignored: %s", value.get().getEpoch(), model, e.getMessage());
            return false;
        }
    }

    private static EdgePlan plan(String model, Plan plan) {
        return new EdgePlan(
                model,
                plan.getModel().getVersion(),
                placement(plan.getPlacement()),
                plan.getCodec().isEmpty() ? Codec.RAW : Codec.parse(plan.getCodec()),
                plan.getEpoch(),
                plan.getReason());
    }

    private static Placement placement(dev.baton.schemas.records.Placement placement) {
        return switch (placement.getChoiceCase()) {
            case EDGE_ONLY -> new Placement.EdgeOnly();
            case CLOUD_ONLY -> new Placement.CloudOnly();
            case SPLIT_POINT -> new Placement.Split(placement.getSplitPoint());
            case CHOICE_NOT_SET ->
                throw new IllegalArgumentException(
                        "it has no placement; expected edge-only, cloud-only or a split point");
        };
    }

    @Override
    public void close() {
        table.close();
    }
}
