package dev.baton.edge.model;

import dev.baton.inference.InferenceException;
import dev.baton.partitioning.Placement;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The latest plan for each model. A plan takes effect when the version it is for serves and everything it needs is
 * ready: prepare, then activate, then drain. A plan that does not fit is ignored, and the one before stays.
 */
public final class Plans {

    private static final Logger LOG = Logger.getLogger(Plans.class);

    /*
     * Prepare: the head of a plan's split point is open and warm since its model serves; its tail, which finishes here what the
     * cloud does not, is opened and run once; the topic's partitions are known. All of it off the requests' path, while they
     * follow the plan before.
     * Activate: one volatile write. A request reads it once, when it begins.
     * Drain: requests under way finish as they began. Measurement windows tell of them by epoch until there are none.
     *
     * In the cloud nothing is to be done: a tail subscribes to a model's topic when every split point of the version is open
     * and was run, so whichever tail reads a record holds its tail warm.
     */
    private final Models models;
    private final Consumer<String> prepareSending;
    private final Executor preparing;
    private final Map<String, EdgePlan> latest = new HashMap<>();

    /** The latest that fit, active or about to be. */
    private final Map<String, EdgePlan> fitting = new HashMap<>();

    /**
     * @param prepareSending makes ready to send activations of the model of this name, and does not throw
     * @param preparing      where preparations run, one after the other
     */
    public Plans(Models models, Consumer<String> prepareSending, Executor preparing) {
        this.models = models;
        this.prepareSending = prepareSending;
        this.preparing = preparing;
    }

    /**
     * A new plan arrived. False where it is refused because a later one, for the same version, is in force or waits for it:
     * epochs only rise, so this one is of an orchestrator replica that was replaced and does not know it yet.
     */
    public synchronized boolean offered(EdgePlan plan) {
        OptionalLong later = laterEpoch(plan);
        if (later.isPresent()) {
            LOG.warnf(
                    "plan %d for model %s is refused: plan %d for the same version came before, so an outdated orchestrator made this one",
                    plan.epoch(), plan.model(), later.getAsLong());
            return false;
        }
        latest.put(plan.model(), plan);
        apply(plan);
        return true;
    }

    private OptionalLong laterEpoch(EdgePlan plan) {
        Stream<EdgePlan> taken =
                Stream.of(latest, fitting).flatMap(plans -> Stream.ofNullable(plans.get(plan.model())));
        Stream<EdgePlan> active = models.served(plan.model()).map(ServedModel::plan).stream();
        return Stream.concat(taken, active)
                .filter(other -> other.version().equals(plan.version()) && other.epoch() > plan.epoch())
                .mapToLong(EdgePlan::epoch)
                .max();
    }

    /** There is no plan for {@code model} any more. */
    public synchronized void withdrawn(String model) {
        latest.remove(model);
        fitting.remove(model);
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
        fitting.put(plan.model(), plan);
        if (isPrepared(plan, served.get())) {
            activate(plan, served.get());
        } else {
            preparing.execute(() -> prepare(plan, served.get()));
        }
    }

    private static boolean isPrepared(EdgePlan plan, ServedModel served) {
        return switch (plan.placement()) {
            case Placement.EdgeOnly() -> true;
            case Placement.CloudOnly() -> served.plan().equals(plan);
            case Placement.Split(int splitPoint) ->
                served.plan().equals(plan) && (served.hasTail(splitPoint) || !served.isWhole());
        };
    }

    private void prepare(EdgePlan plan, ServedModel served) {
        if (!isWanted(plan)) {
            return; // a later one came meanwhile
        }
        prepareSending.accept(plan.model());
        if (plan.placement() instanceof Placement.Split(int splitPoint) && served.isWhole()) {
            prepareTail(served, splitPoint);
        }
        synchronized (this) {
            if (isWanted(plan)) {
                activate(plan, served);
            }
        }
    }

    private synchronized boolean isWanted(EdgePlan plan) {
        return plan.equals(fitting.get(plan.model()));
    }

    private static void activate(EdgePlan plan, ServedModel served) {
        if (!served.plan().equals(plan)) {
            served.activate(plan);
            LOG.infof(
                    "plan %d for model %s: %s, %s (%s)",
                    plan.epoch(), plan.model(), plan.placement().id(), plan.codec(), plan.reason());
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
        } catch (IOException | InferenceException failed) {
            LOG.warnf(
                    "model %s cannot be completed locally from split point %d: %s",
                    served.name(), splitPoint, failed.getMessage());
        }
    }
}
