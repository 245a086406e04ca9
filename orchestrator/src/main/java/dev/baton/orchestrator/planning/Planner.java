package dev.baton.orchestrator.planning;

import dev.baton.orchestrator.fleet.EdgeNode;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetListener;
import dev.baton.orchestrator.fleet.Shards;
import dev.baton.orchestrator.fleet.TailNode;
import dev.baton.partitioning.Placement;
import dev.baton.planning.Alternative;
import dev.baton.planning.Choice;
import dev.baton.planning.Chooser;
import dev.baton.planning.EdgeObservation;
import dev.baton.planning.EdgeObservation.PlacementTimes;
import dev.baton.planning.EdgeState;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Objective;
import dev.baton.planning.Predictions;
import dev.baton.planning.Predictor;
import dev.baton.planning.Preferences;
import dev.baton.planning.Ranking;
import dev.baton.planning.TailPool;
import dev.baton.planning.change.ChangeSettings;
import dev.baton.planning.change.Decision;
import dev.baton.planning.change.PlanKeeper;
import dev.baton.planning.change.Trigger;
import dev.baton.tensor.codec.Codec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one plan for every edge node and model that this replica plans for, and knows those that others plan for. Thread-safe;
 * work for different edge nodes does not wait for one another.
 */
public final class Planner implements FleetListener {
    /** For the replica that plans for an edge node to follow what was asked of another. */
    private static final Duration OTHER_REPLICA = Duration.ofSeconds(5);

    private static final Chooser CHOOSER = new Chooser();

    private final Surroundings around;
    private final Settings settings;
    private final TailPool tails;
    private final PlanningListener listener;
    private final InstantSource clock;
    private final LongSupplier nowMicros;
    private final OwnChanges ownChanges = new OwnChanges();
    private final PredictionErrors errors = new PredictionErrors();
    private final Map<Key, KeptPlan> kept = new ConcurrentHashMap<>();
    private final LatestPlans latest = new LatestPlans();
    private final ThreadLocal<Predictions> scratch = ThreadLocal.withInitial(Predictions::new);
    private volatile boolean recovered;

    private record Key(String edgeNode, String model) {}

    /** What the planner reads from and writes to. */
    public record Surroundings(
            ModelProfiles profiles,
            Devices devices,
            Fleet fleet,
            Shards shards,
            Steering steering,
            SteeringLog steeringLog,
            PlanLog plans,
            DecisionLog decisions) {}

    /**
     * How plans are made.
     *
     * @param replica this replica's name
     */
    public record Settings(String replica, Predictor predictor, ChangeSettings change, Duration staleAfter) {}

    /**
     * A planner.
     *
     * @param clock tells people when
     * @param nowMicros tells the planner how long ago: never goes back
     */
    public Planner(
            Surroundings around,
            Settings settings,
            PlanningListener listener,
            InstantSource clock,
            LongSupplier nowMicros) {
        this.around = around;
        this.settings = settings;
        this.tails = new TailPool(settings.staleAfter().toNanos() / 1000);
        this.listener = listener;
        this.clock = clock;
        this.nowMicros = nowMicros;
    }

    // The past: plans that were made before, by this replica or another one.

    /** Takes in a plan from the log of plans. What comes last there is what edge nodes follow, so it is what is in force here. */
    public void recover(Plan plan) {
        KeptPlan entry = entry(plan.edgeNode(), plan.model().model());
        boolean outdated;
        entry.lock.lock();
        try {
            Plan known = entry.plan;
            outdated = known != null && plan.epoch() < known.epoch();
            if (!outdated && !isEcho(known, plan)) {
                entry.take(plan);
                if (entry.keeper != null) {
                    recoverInto(entry.keeper, plan);
                }
            }
        } finally {
            entry.lock.unlock();
        }
        if (outdated && recovered && !plan.planner().equals(settings.replica())) {
            boolean unused = around.shards().whileHeld(plan.edgeNode(), () -> assertAnew(entry, plan));
        }
    }

    /** Our own plan as the log has it, which knows less of it. */
    private boolean isEcho(@Nullable Plan known, Plan plan) {
        return known != null
                && plan.epoch() == known.epoch()
                && plan.planner().equals(settings.replica())
                && plan.choice().equals(known.choice());
    }

    /** A replica that does not know yet that it was replaced wrote an outdated plan behind ours: ours is to be the last word. */
    private boolean assertAnew(KeptPlan entry, Plan outdated) {
        entry.lock.lock();
        try {
            Plan ours = entry.plan;
            if (ours == null || entry.keeper == null || ours.epoch() <= outdated.epoch()) {
                return false;
            }
            String reason = "%s stays: %s wrote the outdated plan %d after it was replaced"
                    .formatted(ours.choice(), outdated.planner(), outdated.epoch());
            long epoch = entry.keeper.renew(nowMicros.getAsLong());
            Plan anew = with(ours, epoch, reason, latest.whole(ours).alternatives());
            record(entry, ours.edgeNode(), entry.keeper, Trigger.OUTDATED, anew);
            publish(entry, anew);
            return true;
        } finally {
            entry.lock.unlock();
        }
    }

    private Plan with(Plan plan, long epoch, String reason, List<Alternative> alternatives) {
        return new Plan(
                plan.edgeNode(),
                plan.model(),
                plan.choice(),
                epoch,
                reason,
                alternatives,
                plan.pinned(),
                clock.instant(),
                plan.objective(),
                settings.replica());
    }

    /** To be called when every earlier plan and everything that was asked for is recovered; no plan is made before. */
    public void begin() {
        recovered = true;
    }

    // What is measured.

    @Override
    public void edgeSeen(EdgeNode edge) {
        edge.models().values().forEach(model -> observe(edge, model));
    }

    @Override
    public void tailSeen(TailNode tail) {
        tails.observe(tail.last(), nowMicros.getAsLong());
    }

    /** What was measured of it is forgotten; its plans stay, as it may return and epochs must go on. */
    @Override
    public void edgeForgotten(EdgeNode edge) {
        for (String model : edge.models().keySet()) {
            forget(
                    entry(edge.id(), model),
                    "the edge node has been silent since %s: its last plan stays".formatted(edge.seenAt()));
        }
    }

    @Override
    public void tailForgotten(TailNode tail) {
        tails.forget(tail.id());
    }

    private static void forget(KeptPlan entry, String verdict) {
        entry.lock.lock();
        try {
            entry.keeper = null;
            entry.verdict = verdict;
        } finally {
            entry.lock.unlock();
        }
    }

    private void observe(EdgeNode edge, EdgeNode.Model model) {
        KeptPlan entry = entry(edge.id(), model.model().model());
        entry.lock.lock();
        try {
            keeper(entry, edge, model.model()).ifPresent(keeper -> {
                keeper.observe(model.last(), nowMicros.getAsLong());
                // Of this window's requests alone: what is repeated was counted before.
                for (PlacementTimes times : model.last().placements()) {
                    times.brokerMicros().ifPresent(broker -> tails.brokerSeen(broker.p50()));
                }
                measured(entry, model.last());
            });
        } finally {
            entry.lock.unlock();
        }
    }

    private void measured(KeptPlan entry, EdgeObservation window) {
        Plan plan = entry.plan;
        if (plan == null) {
            return;
        }
        for (PlacementTimes times : window.placements()) {
            if (times.planEpoch() == plan.epoch() && times.totalMicros().isPresent()) {
                entry.measured = Optional.of(times);
                errors.add(plan, times);
                listener.measured(plan, times);
            }
        }
    }

    /** The keeper for the version that the edge node holds; empty when its package is not here. */
    private Optional<PlanKeeper> keeper(KeptPlan entry, EdgeNode edge, ModelVersion version) {
        ModelProfile profile = around.profiles().profile(version).orElse(null);
        if (profile == null) {
            return Optional.empty();
        }
        PlanKeeper known = entry.keeper;
        if (known != null && known.state().profile().model().equals(version)) {
            known.state().adopt(profile);
            around.devices().describe(edge.deviceProfile(), known.state());
            return Optional.of(known);
        }
        EdgeState state = new EdgeState(profile);
        around.devices().describe(edge.deviceProfile(), state);
        PlanKeeper made = new PlanKeeper(state, settings.change());
        if (entry.plan != null) {
            recoverInto(made, entry.plan);
        }
        entry.keeper = made;
        return Optional.of(made);
    }

    /** A plan for another version leaves nothing but its epoch. */
    private void recoverInto(PlanKeeper keeper, Plan plan) {
        ModelProfile profile = keeper.state().profile();
        int choice = plan.model().equals(profile.model()) ? profile.indexOf(plan.choice()) : -1;
        keeper.recover(choice, plan.epoch(), nowMicros.getAsLong());
    }

    // Planning.

    /** Looks at an edge node's model again, and publishes a new plan when the old one is no longer the right one. */
    public void replan(String edgeNode, String model) {
        if (!recovered) {
            return;
        }
        boolean here = around.shards().whileHeld(edgeNode, () -> {
            around.fleet().edge(edgeNode).ifPresent(edge -> edge.model(model)
                    .ifPresent(measured -> look(edge, measured.model())));
            return true;
        });
        if (!here) {
            leaveToOthers(edgeNode, model);
        }
    }

    private void leaveToOthers(String edgeNode, String model) {
        forget(entry(edgeNode, model), "another replica plans for this edge node");
    }

    private void look(EdgeNode edge, ModelVersion version) {
        KeptPlan entry = entry(edge.id(), version.model());
        entry.lock.lock();
        try {
            if (!entry.published && entry.plan != null) {
                publish(entry, latest.whole(entry.plan));
            }
            PlanKeeper keeper = keeper(entry, edge, version).orElse(null);
            if (keeper == null) {
                entry.verdict = "the edge node holds %s, whose package is not stored here".formatted(version);
            } else if (around.fleet().isStale(edge.seenAt())) {
                entry.verdict = "the edge node has been silent since %s: its last plan stays".formatted(edge.seenAt());
            } else {
                look(entry, edge.id(), keeper);
            }
        } finally {
            entry.lock.unlock();
        }
    }

    private void look(KeptPlan entry, String edgeNode, PlanKeeper keeper) {
        ModelProfile profile = keeper.state().profile();
        String model = profile.model().model();
        Optional<Choice> pin = around.steering().pin(edgeNode, model).filter(choice -> profile.indexOf(choice) >= 0);
        keeper.pin(pin.map(profile::indexOf).orElse(-1));
        double promised = keeper.promisedMicros();
        long now = nowMicros.getAsLong();
        Predictions predictions = scratch.get();
        Decision decision =
                keeper.look(tails, preferences(edgeNode, keeper.state()), settings.predictor(), predictions, now);
        listener.looked();
        entry.evaluatedAt = clock.instant();
        switch (decision) {
            case Decision.Switch change -> {
                reserve(profile, change, predictions);
                adopt(entry, edgeNode, keeper, change, promised);
            }
            case Decision.Keep keep -> kept(entry, edgeNode, keeper, keep, pin.isPresent());
        }
    }

    /**
     * Edge nodes that are planned for before tails report the load see it coming. Other replicas, whose reservations are not seen
     * here, are taken to do alike for their part of the fleet.
     */
    private void reserve(ModelProfile profile, Decision.Switch change, Predictions predictions) {
        double alike = around.shards().fleetPerShare();
        if (change.previous() >= 0) {
            tails.release(profile.model(), alike * predictions.tailLoad(change.previous()));
        }
        tails.reserve(profile.model(), alike * predictions.tailLoad(change.choice()));
    }

    private void kept(KeptPlan entry, String edgeNode, PlanKeeper keeper, Decision.Keep keep, boolean pinned) {
        Plan plan = entry.plan;
        entry.verdict = "kept: " + keep.text() + insteadOfJoules(edgeNode, keeper.state());
        if (plan == null) {
            return;
        }
        if (plan.pinned() != pinned) {
            Trigger trigger = pinned ? Trigger.PIN : Trigger.UNPIN;
            Ranking ranking = rank(edgeNode, keeper);
            String reason = pinned
                    ? PlanExplanation.pinned(plan.choice(), ranking)
                    : "the pin was removed, and %s stays: %s".formatted(plan.choice(), keep.text());
            take(entry, edgeNode, keeper, keeper.renew(nowMicros.getAsLong()), trigger, reason, ranking);
        }
        boolean nothingFeasible = keep == Decision.Keep.NOTHING_FEASIBLE;
        if (nothingFeasible && !entry.nothingFeasible) {
            Ranking ranking = rank(edgeNode, keeper);
            String reason = nothingFeasible(edgeNode, keeper, ranking, plan.choice());
            entry.verdict = reason;
            Plan explained = with(plan, plan.epoch(), reason, ranking.alternatives());
            record(entry, edgeNode, keeper, Trigger.NOTHING_FEASIBLE, explained);
        }
        entry.nothingFeasible = nothingFeasible;
    }

    private void adopt(
            KeptPlan entry, String edgeNode, PlanKeeper keeper, Decision.Switch change, double promisedMicros) {
        Ranking ranking = rank(edgeNode, keeper);
        entry.nothingFeasible = change.trigger() == Trigger.NOTHING_FEASIBLE;
        String reason = entry.nothingFeasible
                ? nothingFeasible(
                        edgeNode, keeper, ranking, keeper.state().profile().choice(change.choice()))
                : PlanExplanation.of(
                        change,
                        ranking,
                        keeper,
                        Optional.ofNullable(entry.plan).map(Plan::choice),
                        promisedMicros,
                        tails.liveTails(keeper.state().profile().model(), nowMicros.getAsLong()));
        String said = reason + insteadOfJoules(edgeNode, keeper.state());
        take(entry, edgeNode, keeper, change.epoch(), change.trigger(), said, ranking);
    }

    private void take(
            KeptPlan entry,
            String edgeNode,
            PlanKeeper keeper,
            long epoch,
            Trigger trigger,
            String reason,
            Ranking ranking) {
        ModelProfile profile = keeper.state().profile();
        Steering.Set preferences =
                around.steering().inForce(edgeNode, profile.model().model());
        Plan plan = new Plan(
                edgeNode,
                profile.model(),
                profile.choice(keeper.choice()),
                epoch,
                reason,
                ranking.alternatives(),
                around.steering()
                        .pin(edgeNode, profile.model().model())
                        .filter(profile.choice(keeper.choice())::equals)
                        .isPresent(),
                clock.instant(),
                preferences.preferences().objective().text(),
                settings.replica());
        entry.verdict = reason;
        record(entry, edgeNode, keeper, trigger, plan);
        publish(entry, plan);
        listener.decided(plan, trigger);
    }

    private void record(KeptPlan entry, String edgeNode, PlanKeeper keeper, Trigger trigger, Plan plan) {
        String model = plan.model().model();
        around.decisions()
                .record(new PlanDecision(
                        plan,
                        trigger.text(),
                        Optional.ofNullable(entry.plan).map(Plan::brief),
                        inputs(edgeNode, model, keeper)));
    }

    private List<PlanDecision.Input> inputs(String edgeNode, String model, PlanKeeper keeper) {
        return Situations.inputs(
                around.fleet().edge(edgeNode),
                keeper.state(),
                tails,
                around.steering().inForce(edgeNode, model),
                nowMicros.getAsLong());
    }

    private Ranking rank(String edgeNode, PlanKeeper keeper) {
        return settings.predictor()
                .rank(
                        keeper.state(),
                        tails,
                        preferences(edgeNode, keeper.state()),
                        nowMicros.getAsLong(),
                        scratch.get());
    }

    /** What is asked for; where that takes joules and nobody can tell what the device draws, latency takes their place. */
    private Preferences preferences(String edgeNode, EdgeState state) {
        Preferences asked =
                around.steering().preferences(edgeNode, state.profile().model().model());
        return lacksPower(asked, state) ? asked.with(Objective.LATENCY) : asked;
    }

    private static boolean lacksPower(Preferences asked, EdgeState state) {
        return asked.objective().needsJoules() && state.power().isEmpty();
    }

    /** What is to be said where {@link #preferences} are not those that were asked for. */
    private String insteadOfJoules(String edgeNode, EdgeState state) {
        Preferences asked =
                around.steering().preferences(edgeNode, state.profile().model().model());
        return lacksPower(asked, state)
                ? "; the device has no power model, so latency decides instead of "
                        + asked.objective().text()
                : "";
    }

    /** Why nothing may be chosen, and what the plan is then; to be asked right after ranking. */
    private String nothingFeasible(String edgeNode, PlanKeeper keeper, Ranking ranking, Choice least) {
        String why = CHOOSER.infeasibility(scratch.get(), preferences(edgeNode, keeper.state()));
        return PlanExplanation.nothingFeasible(why, ranking, least);
    }

    /** Publishes; a plan that did not arrive is published again at the next look, with the same epoch. */
    private void publish(KeptPlan entry, Plan plan) {
        latest.add(plan);
        entry.take(plan);
        entry.published = true;
        around.plans().publish(plan).whenComplete((done, failure) -> {
            if (failure != null) {
                entry.published = false;
            }
        });
    }

    /** What looking at this edge node before others is worth: time that its requests would have gained at the last look. */
    public double urgency(String edgeNode) {
        double urgency = 0;
        for (String model : around.fleet()
                .edge(edgeNode)
                .map(edge -> edge.models().keySet())
                .orElse(Set.of())) {
            KeptPlan entry = kept.get(new Key(edgeNode, model));
            PlanKeeper keeper = entry == null ? null : entry.keeper;
            urgency += keeper == null ? 0 : keeper.urgency();
        }
        return urgency;
    }

    // What people ask for.

    /** Fixes the placement of an edge node's model until {@link #unpin}; without a codec the best admissible one. */
    public Standing pin(String edgeNode, String model, String placement, Optional<String> codec) {
        requireRecovered();
        ModelProfile profile = profileFor(edgeNode, model);
        Placement wanted = PlanningNames.existingPlacement(placement, profile);
        Optional<Codec> wantedCodec = codec.map(PlanningNames::codec);
        Choice pin = new Choice(wanted, codecFor(wanted, wantedCodec, edgeNode, model, profile));
        steer(new SteeringChange.OfPin(edgeNode, model, Optional.of(pin)));
        return followed(edgeNode, model, plan -> plan.pinned() && plan.choice().equals(pin));
    }

    /** Lets the planner choose again. */
    public void unpin(String edgeNode, String model) {
        requireRecovered();
        profileFor(edgeNode, model);
        if (around.steering().pin(edgeNode, model).isPresent()) {
            steer(new SteeringChange.OfPin(edgeNode, model, Optional.empty()));
            followed(edgeNode, model, plan -> !plan.pinned());
        }
    }

    /**
     * Keeps what was asked for, here at once and for every replica.
     *
     * @throws SteeringUnavailableException when it cannot be kept now
     */
    public void steer(SteeringChange change) {
        ownChanges.writes(change);
        try {
            around.steeringLog().keep(change);
        } catch (RuntimeException notKept) {
            ownChanges.failed(change);
            throw notKept;
        }
        accept(change);
    }

    /** The log tells what was asked for, here or of another replica. */
    public void steered(SteeringChange change) {
        if (!ownChanges.outdates(change)) {
            accept(change);
        }
    }

    private void accept(SteeringChange change) {
        around.steering().accept(change);
        switch (change) {
            case SteeringChange.OfPin(String edge, String model, Optional<Choice> choice) ->
                pinned(edge, model, choice);
            case SteeringChange.OfPreferences preferences ->
                kept.keySet().stream()
                        .filter(key -> preferences.edgeNode().equals(Steering.ANY)
                                || preferences.edgeNode().equals(key.edgeNode()))
                        .filter(key -> preferences.model().equals(Steering.ANY)
                                || preferences.model().equals(key.model()))
                        .forEach(key -> replan(key.edgeNode(), key.model()));
            case SteeringChange.OfAccuracy accuracy -> around.profiles().forget(accuracy.model());
        }
    }

    private void pinned(String edgeNode, String model, Optional<Choice> choice) {
        replan(edgeNode, model);
        if (recovered) {
            boolean unused = around.shards().whileHeld(edgeNode, () -> {
                pinSilent(edgeNode, model, choice);
                return true;
            });
        }
    }

    /** Does for an edge node that is not heard of what a look would do, as far as that is possible. */
    private void pinSilent(String edgeNode, String model, Optional<Choice> choice) {
        KeptPlan entry = entry(edgeNode, model);
        entry.lock.lock();
        try {
            Plan plan = entry.plan;
            ModelProfile profile = known(edgeNode, model).orElse(null);
            boolean lacks = profile != null && choice.map(profile::indexOf).orElse(0) < 0;
            if (profile == null || lacks || isDone(plan, choice)) {
                return;
            }
            String reason = choice.map(pin -> "pinned to %s; the edge node is silent".formatted(pin))
                    .orElse("the pin was removed; it stays until the edge node is heard of again");
            Plan next = new Plan(
                    edgeNode,
                    profile.model(),
                    choice.orElseGet(() -> plan == null ? Choice.EDGE_ONLY : plan.choice()),
                    (plan == null ? 0 : plan.epoch()) + 1,
                    reason,
                    plan == null ? List.of() : latest.whole(plan).alternatives(),
                    choice.isPresent(),
                    clock.instant(),
                    around.steering().preferences(edgeNode, model).objective().text(),
                    settings.replica());
            around.decisions()
                    .record(new PlanDecision(
                            next,
                            (choice.isPresent() ? Trigger.PIN : Trigger.UNPIN).text(),
                            Optional.ofNullable(plan).map(Plan::brief),
                            List.of()));
            if (entry.keeper != null) {
                recoverInto(entry.keeper, next);
            }
            publish(entry, next);
            listener.decided(next, choice.isPresent() ? Trigger.PIN : Trigger.UNPIN);
        } finally {
            entry.lock.unlock();
        }
    }

    private static boolean isDone(@Nullable Plan plan, Optional<Choice> pin) {
        if (plan == null) {
            return pin.isEmpty();
        }
        return plan.pinned() == pin.isPresent()
                && pin.map(plan.choice()::equals).orElse(true);
    }

    /** How things stand once the replica that plans for the edge node has done what was asked, or did not for a while. */
    private Standing followed(String edgeNode, String model, Predicate<Plan> done) {
        KeptPlan entry = entry(edgeNode, model);
        entry.lock.lock();
        try {
            long left = OTHER_REPLICA.toNanos();
            while (left > 0 && (entry.plan == null || !done.test(entry.plan))) {
                left = entry.changed.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            entry.lock.unlock();
        }
        return standing(edgeNode, model);
    }

    // How things stand.

    /** How things stand for an edge node's model. */
    public Standing standing(String edgeNode, String model) {
        requireRecovered();
        KeptPlan entry = kept.get(new Key(edgeNode, model));
        return Optional.ofNullable(entry)
                .flatMap(found -> standing(edgeNode, found, true))
                .orElseThrow(() -> new UnknownPlanException(unknown(edgeNode, model)));
    }

    /** The plan in force of an edge node's model on one line; empty when there is none. */
    public Optional<PlanRow> row(String edgeNode, String model) {
        return Optional.ofNullable(kept.get(new Key(edgeNode, model)))
                .flatMap(entry -> standing(edgeNode, entry, false))
                .map(PlanRow::of);
    }

    /** How things stand everywhere, without rankings, by edge node and model. */
    public List<Standing> standings() {
        requireRecovered();
        return kept.entrySet().stream()
                .flatMap(entry -> standing(entry.getKey().edgeNode(), entry.getValue(), false).stream())
                .sorted(Comparator.comparing(
                                (Standing standing) -> standing.plan().edgeNode())
                        .thenComparing(standing -> standing.plan().model().model()))
                .toList();
    }

    /** How far off predictions are. */
    public PredictionErrors errors() {
        return errors;
    }

    /** Shards are locked before plans, everywhere: so whether it is held here is asked first. */
    private Optional<Standing> standing(String edgeNode, KeptPlan entry, boolean ranked) {
        boolean here = around.shards().holds(edgeNode);
        entry.lock.lock();
        try {
            return entry.plan == null
                    ? Optional.empty()
                    : Optional.of(standing(entry, latest.whole(entry.plan), here, ranked));
        } finally {
            entry.lock.unlock();
        }
    }

    private Standing standing(KeptPlan entry, Plan plan, boolean here, boolean ranked) {
        PlanKeeper keeper = entry.keeper;
        if (keeper == null || !here || !ranked || entry.evaluatedAt == null) {
            return new Standing(
                    plan,
                    here,
                    Optional.ofNullable(entry.evaluatedAt),
                    entry.verdict,
                    List.of(),
                    entry.measured,
                    List.of());
        }
        Ranking ranking = rank(plan.edgeNode(), keeper);
        return new Standing(
                plan,
                true,
                Optional.of(entry.evaluatedAt),
                verdict(entry, plan, ranking),
                ranking.alternatives(),
                entry.measured,
                inputs(plan.edgeNode(), plan.model().model(), keeper));
    }

    private String verdict(KeptPlan entry, Plan plan, Ranking ranking) {
        if (plan.pinned()) {
            return PlanExplanation.pinned(plan.choice(), ranking);
        }
        if (!entry.verdict.startsWith("kept: ")) {
            return entry.verdict;
        }
        return entry.nothingFeasible && entry.keeper != null
                ? nothingFeasible(plan.edgeNode(), entry.keeper, ranking, plan.choice())
                : PlanExplanation.kept(entry.verdict, ranking, plan.choice());
    }

    private String unknown(String edgeNode, String model) {
        if (!isKnown(edgeNode)) {
            return "no edge node \"%s\" has been heard of".formatted(edgeNode);
        }
        return around.profiles().current(model).isEmpty()
                ? "there is no model \"%s\" in the catalog".formatted(model)
                : "edge node %s has no plan for %s yet".formatted(edgeNode, model);
    }

    /** Whether this edge node was heard of here, or has a plan. */
    public boolean isKnown(String edgeNode) {
        return around.fleet().edge(edgeNode).isPresent()
                || kept.entrySet().stream()
                        .anyMatch(entry -> entry.getKey().edgeNode().equals(edgeNode) && entry.getValue().plan != null);
    }

    /** Whether the catalog has this model. */
    public boolean isModel(String model) {
        return around.profiles().current(model).isPresent();
    }

    /** The profile of the version that the edge node holds, else of the catalog's. */
    private ModelProfile profileFor(String edgeNode, String model) {
        if (!isKnown(edgeNode) || around.profiles().current(model).isEmpty()) {
            throw new UnknownPlanException(unknown(edgeNode, model));
        }
        return known(edgeNode, model)
                .orElseThrow(() -> new UnknownPlanException("the package of %s is not stored here".formatted(model)));
    }

    private Optional<ModelProfile> known(String edgeNode, String model) {
        return around.fleet()
                .edge(edgeNode)
                .flatMap(edge -> edge.model(model))
                .map(EdgeNode.Model::model)
                .flatMap(around.profiles()::profile)
                .or(() -> around.profiles().current(model).flatMap(around.profiles()::profile));
    }

    private Codec codecFor(
            Placement placement, Optional<Codec> wanted, String edgeNode, String model, ModelProfile profile) {
        return switch (placement) {
            case Placement.EdgeOnly edge -> Choice.NO_CODEC;
            case Placement.CloudOnly cloud when profile.takesPictures() -> wanted.orElse(Choice.NO_CODEC);
            case Placement.CloudOnly cloud -> wanted.orElseGet(() -> bestCodec(placement, edgeNode, model));
            case Placement.Split split -> wanted.orElseGet(() -> bestCodec(placement, edgeNode, model));
        };
    }

    /** The best codec by prediction, else the one that is known to send least, else raw. */
    private Codec bestCodec(Placement placement, String edgeNode, String model) {
        Ranking ranking = new Ranking(Optional.ofNullable(kept.get(new Key(edgeNode, model)))
                .flatMap(entry -> standing(edgeNode, entry, true))
                .map(standing -> standing.ranking().isEmpty() ? standing.plan().alternatives() : standing.ranking())
                .orElse(List.of()));
        return ranking.best(alternative -> alternative.choice().placement().equals(placement))
                .or(() -> ranking.alternatives().stream()
                        .filter(alternative -> alternative.choice().placement().equals(placement))
                        .filter(Alternative::feasible)
                        .min(Comparator.comparingDouble(
                                alternative -> alternative.prediction().bytes().orElse(Double.MAX_VALUE))))
                .map(alternative -> alternative.choice().codec())
                .orElse(Choice.NO_CODEC);
    }

    /**
     * Refuses to go on before the past is known.
     *
     * @throws PlansNotReadException when earlier plans and what people asked for were not all read yet
     */
    public void requireRecovered() {
        if (!recovered) {
            throw new PlansNotReadException();
        }
    }

    private KeptPlan entry(String edgeNode, String model) {
        return kept.computeIfAbsent(new Key(edgeNode, model), key -> new KeptPlan());
    }
}
