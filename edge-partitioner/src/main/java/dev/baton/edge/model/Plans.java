package dev.baton.edge.model;

import dev.baton.inference.InferenceException;
import dev.baton.partitioning.Placement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The latest plan for each model. A plan takes effect when the version it is for serves and everything it needs is
 * ready: prepare, then activate. A plan that does not fit is ignored, and the one before stays.
 */
public final class Plans {

    private static final Logger LOG = Logger.getLogger(Plans.class);

    private final Models models;
    private final Consumer<String> prepareSending;
    private final Map<String, EdgePlan> latest = new HashMap<>();

    /** {@code prepareSending} makes ready to send activations of the model of this name, and does not throw. */
    public Plans(Models models, Consumer<String> prepareSending) {
        this.models = models;
        this.prepareSending = prepareSending;
    }

    /** A new plan arrived. */
    public synchronized void offered(EdgePlan plan) {
        latest.put(plan.model(), plan);
        apply(plan);
    }

    /** There is no plan for {@code model} any more. */
    public synchronized void withdrawn(String model) {
        latest.remove(model);
        models.served(model).ifPresent(served -> served.activate(served.withoutPlan()));
    }

    /** Where the model is to run, as far as that is known of this version. */
    public synchronized Optional<Placement> planned(CatalogEntry entry) {
        return Optional.ofNullable(latest.get(entry.model()))
                .filter(plan -> plan.version().equals(entry.version()))
                .map(EdgePlan::placement);
    }

    /** {@code model} serves from now on, or can run more than before; its plan may have arrived before. */
    public synchronized void serving(ServedModel model) {
        EdgePlan plan = latest.get(model.name());
        if (plan != null) {
            apply(plan);
        }
    }

    private void apply(EdgePlan plan) {
        Optional<ServedModel> served = models.served(plan.model());
        if (served.isEmpty()) {
            LOG.infof("plan %d for model %s waits until the model serves", plan.epoch(), plan.model());
            return;
        }
        Optional<String> misfit = misfit(plan, served.get());
        if (misfit.isPresent()) {
            LOG.warnf("plan %d for model %s is ignored: %s", plan.epoch(), plan.model(), misfit.get());
            return;
        }
        if (!served.get().plan().equals(plan)) {
            if (!(plan.placement() instanceof Placement.EdgeOnly)) {
                prepareSending.accept(plan.model());
            }
            served.get().activate(plan);
            LOG.infof(
                    "plan %d for model %s: %s, %s (%s)",
                    plan.epoch(), plan.model(), plan.placement().id(), plan.codec(), plan.reason());
        }
        if (plan.placement() instanceof Placement.Split(int splitPoint)
                && served.get().isWhole()) {
            prepareTail(served.get(), splitPoint);
        }
    }

    private static Optional<String> misfit(EdgePlan plan, ServedModel served) {
        if (!plan.version().equals(served.version())) {
            return Optional.of(
                    "it is for version %s, this edge node serves %s".formatted(plan.version(), served.version()));
        }
        int last = served.manifest().lastIndex();
        if (plan.placement() instanceof Placement.Split(int splitPoint) && splitPoint >= last) {
            return Optional.of("its split point is %d, expected 1 to %d".formatted(splitPoint, last - 1));
        }
        if (plan.placement() instanceof Placement.Split(int splitPoint) && !served.runs(splitPoint)) {
            return Optional.of("the head of split point %d is not on this edge node".formatted(splitPoint));
        }
        if (plan.placement() instanceof Placement.EdgeOnly && !served.isWhole()) {
            return Optional.of("only a part of the model is on this edge node");
        }
        return Optional.empty();
    }

    private static void prepareTail(ServedModel served, int splitPoint) {
        try {
            served.prepareTail(splitPoint);
        } catch (InferenceException failed) {
            LOG.warnf(
                    "model %s cannot be completed locally from split point %d: %s",
                    served.name(), splitPoint, failed.getMessage());
        }
    }
}
