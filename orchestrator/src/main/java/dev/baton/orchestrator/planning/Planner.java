package dev.baton.orchestrator.planning;

import dev.baton.orchestrator.fleet.EdgeNode;
import dev.baton.orchestrator.fleet.Estimate;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.TailNode;
import dev.baton.partitioning.Placement;
import dev.baton.planning.Alternative;
import dev.baton.planning.Choice;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Ranking;
import dev.baton.tensor.codec.Codec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one plan for every edge node and model, and changes it when another placement is predicted to be clearly better.
 * Thread-safe; work for different edge nodes does not wait for one another.
 */
public final class Planner {
    private final ModelProfiles profiles;
    private final Fleet fleet;
    private final PlacementRanker ranker;
    private final Hysteresis hysteresis;
    private final PlanLog log;
    private final PlanHistory history;
    private final InstantSource clock;
    private final Map<Key, State> states = new ConcurrentHashMap<>();
    private volatile boolean recovered;

    private record Key(String edgeNode, String model) {}

    /** What is known for one key; touched with its lock held. */
    private static final class State {
        final ReentrantLock lock = new ReentrantLock();

        @Nullable
        Plan plan;

        @Nullable
        Choice pin;

        Ranking ranking = new Ranking(List.of());

        @Nullable
        Instant evaluatedAt;

        String verdict = "not looked at yet";
        volatile boolean published = true;
    }

    /** What one look at a situation found; without a choice the plan stays. */
    private record Decision(Optional<Choice> choice, String why) {
        static Decision take(Choice choice, String why) {
            return new Decision(Optional.of(choice), why);
        }

        static Decision keep(String why) {
            return new Decision(Optional.empty(), why);
        }
    }

    public Planner(
            ModelProfiles profiles,
            Fleet fleet,
            PlacementRanker ranker,
            Hysteresis hysteresis,
            PlanLog log,
            PlanHistory history,
            InstantSource clock) {
        this.profiles = profiles;
        this.fleet = fleet;
        this.ranker = ranker;
        this.hysteresis = hysteresis;
        this.log = log;
        this.history = history;
        this.clock = clock;
    }

    /** Takes over a plan that was published before, by this process or another one: its epoch and, if set, its pin. */
    public void recover(Plan plan) {
        State state = state(plan.edgeNode(), plan.model().model());
        state.lock.lock();
        try {
            if (state.plan == null || plan.epoch() > state.plan.epoch()) {
                state.plan = plan;
                state.pin = plan.pinned() ? plan.choice() : null;
                state.published = true;
                state.verdict = "taken over from the log of plans";
            }
        } finally {
            state.lock.unlock();
        }
    }

    /** To be called when every earlier plan was recovered; no plan is made before. */
    public void begin() {
        recovered = true;
    }

    /** Looks at an edge node's model again, and publishes a new plan when the old one is no longer the right one. */
    public void replan(String edgeNode, String model) {
        if (!recovered) {
            return;
        }
        EdgeNode edge = fleet.edge(edgeNode).orElse(null);
        EdgeNode.Model measured = edge == null ? null : edge.model(model).orElse(null);
        if (edge == null || measured == null) {
            return;
        }
        State state = state(edgeNode, model);
        state.lock.lock();
        try {
            if (!state.published && state.plan != null) {
                publish(state, state.plan);
            }
            ModelProfile profile = profiles.profile(measured.model()).orElse(null);
            if (profile == null) {
                state.verdict = "the edge node holds %s, whose package is not stored here".formatted(measured.model());
            } else if (fleet.isStale(edge.seenAt())) {
                state.verdict = "the edge node has been silent since %s: its last plan stays".formatted(edge.seenAt());
            } else {
                replan(state, edge, measured, profile);
            }
        } finally {
            state.lock.unlock();
        }
    }

    private void replan(State state, EdgeNode edge, EdgeNode.Model measured, ModelProfile profile) {
        Ranking ranking = ranker.rank(situation(edge, measured, profile));
        state.ranking = ranking;
        state.evaluatedAt = clock.instant();
        if (state.pin != null && !exists(state.pin.placement(), profile)) {
            state.pin = null;
        }
        Decision decision = decide(state.plan, state.pin, ranking, profile);
        state.verdict = decision.why();
        decision.choice().ifPresent(choice -> adopt(state, edge.id(), profile.model(), choice, decision.why()));
    }

    private Decision decide(@Nullable Plan plan, @Nullable Choice pin, Ranking ranking, ModelProfile profile) {
        if (pin != null) {
            return plan != null
                            && plan.model().equals(profile.model())
                            && plan.pinned()
                            && plan.choice().equals(pin)
                    ? Decision.keep(PlanExplanation.pinned(pin, ranking))
                    : Decision.take(pin, PlanExplanation.pinned(pin, ranking));
        }
        if (plan == null || !plan.model().equals(profile.model()) || plan.pinned()) {
            return first(ranking, profile);
        }
        Optional<Alternative> current = ranking.of(plan.choice());
        Optional<Alternative> best = ranking.best();
        if (current.isEmpty() || !current.get().feasible()) {
            return best.isPresent() && !(best.get().choice().placement() instanceof Placement.EdgeOnly)
                    ? Decision.take(best.get().choice(), PlanExplanation.replacing(ranking, best.get(), plan.choice()))
                    : first(ranking, profile);
        }
        return best.isPresent() && hysteresis.worthChanging(current.get(), best.get())
                ? Decision.take(best.get().choice(), PlanExplanation.replacing(ranking, best.get(), plan.choice()))
                : Decision.keep(PlanExplanation.kept(current.get(), best, hysteresis));
    }

    /** The best predicted placement, whatever was before; everything on the edge node when none is. */
    private static Decision first(Ranking ranking, ModelProfile profile) {
        boolean anythingElse = ranking.alternatives().stream()
                .anyMatch(alternative ->
                        alternative.feasible() && !(alternative.choice().placement() instanceof Placement.EdgeOnly));
        if (!anythingElse) {
            return Decision.take(Choice.EDGE_ONLY, PlanExplanation.noTail(ranking, profile));
        }
        return ranking.best()
                .map(best -> Decision.take(best.choice(), PlanExplanation.chosen(ranking, best)))
                .orElseGet(() -> Decision.take(Choice.EDGE_ONLY, PlanExplanation.edgeOnlyWithoutPrediction(ranking)));
    }

    private void adopt(State state, String edgeNode, ModelVersion model, Choice choice, String reason) {
        long epoch = Math.max(state.plan == null ? 0 : state.plan.epoch(), activeEpoch(edgeNode, model)) + 1;
        Plan plan = new Plan(
                edgeNode,
                model,
                choice,
                epoch,
                reason,
                state.ranking.alternatives(),
                state.pin != null,
                clock.instant());
        state.plan = plan;
        publish(state, plan);
        history.append(plan);
    }

    /** An edge node remembers its plan, and with it an epoch that the log of plans may have lost. */
    private long activeEpoch(String edgeNode, ModelVersion model) {
        return fleet.edge(edgeNode)
                .flatMap(edge -> edge.model(model.model()))
                .map(EdgeNode.Model::activePlanEpoch)
                .orElse(0L);
    }

    /** Publishes; a plan that did not arrive is published again at the next look, with the same epoch. */
    private void publish(State state, Plan plan) {
        state.published = true;
        log.publish(plan).whenComplete((done, failure) -> {
            if (failure != null) {
                state.published = false;
            }
        });
    }

    /** Fixes the placement of an edge node's model until {@link #unpin}; without a codec the best admissible one. */
    public Standing pin(String edgeNode, String model, String placement, Optional<String> codec) {
        requireRecovered();
        ModelProfile profile = profileFor(edgeNode, model);
        Placement wanted = placement(placement, profile);
        Optional<Codec> wantedCodec = codec.map(PlanningNames::codec);
        State state = state(edgeNode, model);
        state.lock.lock();
        try {
            fleet.edge(edgeNode)
                    .flatMap(edge -> edge.model(model).map(measured -> ranker.rank(situation(edge, measured, profile))))
                    .ifPresent(ranking -> {
                        state.ranking = ranking;
                        state.evaluatedAt = clock.instant();
                    });
            Choice pin = new Choice(wanted, codec(wanted, wantedCodec, state.ranking, profile));
            state.pin = pin;
            Decision decision = decide(state.plan, pin, state.ranking, profile);
            state.verdict = decision.why();
            decision.choice().ifPresent(choice -> adopt(state, edgeNode, profile.model(), choice, decision.why()));
            return standing(state).orElseThrow();
        } finally {
            state.lock.unlock();
        }
    }

    /** Lets the planner choose again. */
    public void unpin(String edgeNode, String model) {
        requireRecovered();
        ModelProfile profile = profileFor(edgeNode, model);
        State state = state(edgeNode, model);
        state.lock.lock();
        try {
            if (state.pin == null) {
                return;
            }
            state.pin = null;
            replan(edgeNode, model);
            if (state.plan != null && state.plan.pinned()) {
                String reason = "the pin was removed; %s stays until the edge node is heard of again"
                        .formatted(state.plan.choice());
                adopt(state, edgeNode, profile.model(), state.plan.choice(), reason);
            }
        } finally {
            state.lock.unlock();
        }
    }

    /** How things stand for an edge node's model. */
    public Standing standing(String edgeNode, String model) {
        requireRecovered();
        State state = states.get(new Key(edgeNode, model));
        return Optional.ofNullable(state)
                .flatMap(this::lockedStanding)
                .orElseThrow(() -> new UnknownPlanException(unknown(edgeNode, model)));
    }

    /** How things stand everywhere, by edge node and model. */
    public List<Standing> standings() {
        requireRecovered();
        return states.values().stream()
                .flatMap(state -> lockedStanding(state).stream())
                .sorted(Comparator.comparing(
                                (Standing standing) -> standing.plan().edgeNode())
                        .thenComparing(standing -> standing.plan().model().model()))
                .toList();
    }

    private Optional<Standing> lockedStanding(State state) {
        state.lock.lock();
        try {
            return standing(state);
        } finally {
            state.lock.unlock();
        }
    }

    private static Optional<Standing> standing(State state) {
        return state.plan == null
                ? Optional.empty()
                : Optional.of(new Standing(
                        state.plan,
                        Optional.ofNullable(state.evaluatedAt),
                        state.verdict,
                        state.ranking.alternatives()));
    }

    private String unknown(String edgeNode, String model) {
        if (!isKnown(edgeNode)) {
            return "no edge node \"%s\" has been heard of".formatted(edgeNode);
        }
        return profiles.current(model).isEmpty()
                ? "there is no model \"%s\" in the catalog".formatted(model)
                : "edge node %s has no plan for %s yet".formatted(edgeNode, model);
    }

    private boolean isKnown(String edgeNode) {
        return fleet.edge(edgeNode).isPresent()
                || states.keySet().stream().anyMatch(key -> key.edgeNode().equals(edgeNode));
    }

    /** The profile of the version that the edge node holds, else of the catalog's. */
    private ModelProfile profileFor(String edgeNode, String model) {
        if (!isKnown(edgeNode) || profiles.current(model).isEmpty()) {
            throw new UnknownPlanException(unknown(edgeNode, model));
        }
        return fleet.edge(edgeNode)
                .flatMap(edge -> edge.model(model))
                .map(EdgeNode.Model::model)
                .flatMap(profiles::profile)
                .or(() -> profiles.current(model).flatMap(profiles::profile))
                .orElseThrow(() -> new UnknownPlanException("the package of %s is not stored here".formatted(model)));
    }

    private static Placement placement(String text, ModelProfile profile) {
        Placement placement = PlanningNames.placement(text, profile);
        if (!exists(placement, profile)) {
            throw PlanningNames.unknownPlacement(text, profile);
        }
        return placement;
    }

    private static boolean exists(Placement placement, ModelProfile profile) {
        return !(placement instanceof Placement.Split(int index))
                || profile.between().stream().anyMatch(point -> point.index() == index);
    }

    private static Codec codec(Placement placement, Optional<Codec> wanted, Ranking ranking, ModelProfile profile) {
        return switch (placement) {
            case Placement.EdgeOnly edge -> Choice.NO_CODEC;
            case Placement.CloudOnly cloud when profile.takesPictures() -> wanted.orElse(Choice.NO_CODEC);
            case Placement.CloudOnly cloud -> wanted.orElseGet(() -> bestCodec(placement, ranking));
            case Placement.Split split -> wanted.orElseGet(() -> bestCodec(placement, ranking));
        };
    }

    /** The best codec by prediction, else the one that is known to send least, else raw. */
    private static Codec bestCodec(Placement placement, Ranking ranking) {
        return ranking.best(alternative -> alternative.choice().placement().equals(placement))
                .or(() -> ranking.alternatives().stream()
                        .filter(alternative -> alternative.choice().placement().equals(placement))
                        .filter(Alternative::feasible)
                        .min(Comparator.comparingDouble(
                                alternative -> alternative.prediction().bytes().orElse(Double.MAX_VALUE))))
                .map(alternative -> alternative.choice().codec())
                .orElse(Choice.NO_CODEC);
    }

    private Situation situation(EdgeNode edge, EdgeNode.Model measured, ModelProfile profile) {
        List<TailNode.Model> tails = fleet.liveTails().stream()
                .flatMap(tail -> tail.model(profile.model()).stream())
                .toList();
        OptionalDouble elsewhere = measured.brokerMicros().isPresent() ? OptionalDouble.empty() : fleetBrokerMicros();
        return new Situation(profile, edge.link(), measured, tails, elsewhere);
    }

    private OptionalDouble fleetBrokerMicros() {
        return fleet.edges().stream()
                .flatMap(node -> node.models().values().stream())
                .flatMap(model -> model.brokerMicros().stream())
                .mapToDouble(Estimate::value)
                .average();
    }

    private void requireRecovered() {
        if (!recovered) {
            throw new PlansNotReadException();
        }
    }

    private State state(String edgeNode, String model) {
        return states.computeIfAbsent(new Key(edgeNode, model), key -> new State());
    }
}
