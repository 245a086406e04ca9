package dev.baton.planning.simulation;

import dev.baton.planning.EdgeObservation;
import dev.baton.planning.EdgeState;
import dev.baton.planning.LinkObservation;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.Moments;
import dev.baton.planning.Predictions;
import dev.baton.planning.Predictor;
import dev.baton.planning.Preferences;
import dev.baton.planning.TailPool;
import dev.baton.planning.change.ChangeSettings;
import dev.baton.planning.change.Decision;
import dev.baton.planning.change.PlanKeeper;
import dev.baton.planning.replay.Costs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/*
 * What is real: EdgeState, PlanKeeper, Predictor and TailPool, one keeper for each edge node and one pool for each replica, as in the
 * orchestrator. What is played: edge nodes (a wandering link, a device of one of several kinds, requests), the topic's partitions,
 * replicas as queues with one server, and tails as a fluid: load is offered, what exceeds capacity waits.
 *
 * Each edge node sends a window each second, at its own moment within the second. A replica decides on its partitions' windows in
 * the order in which they come; what a decision really takes on this machine is what it takes on the simulated clock as well, so
 * backlogs are those of real replicas with one core each. When a replica dies, its windows wait in their partitions until the
 * others are given them; these begin with what the compacted plan topic holds, choice and epoch, and learn the rest from
 * windows. Of the windows that waited, the last of each edge node counts.
 */
/** A fleet of edge nodes, planned by replicas that share it. Begin with {@link #run}. */
public final class FleetSimulation {

    private static final long SECOND = 1_000_000;
    private static final long TAIL_STALE_MICROS = 5 * SECOND;
    private static final double SLOW_BYTES_PER_SECOND = 10_000;
    private static final double FAST_BYTES_PER_SECOND = 4_000_000;
    private static final double ROUND_TRIP_MICROS = 30_000;
    private static final double BROKER_MICROS = 3_000;
    /** Of the way back, whose bytes take no time here. */
    private static final double UNLIMITED = 1e12;

    private static final double RATE_ERROR = 0.05;
    private static final double WANDER = 0.25;
    private static final double WANDER_KEPT = 0.8;
    private static final int DYING = 0;
    private static final int NOBODY = -1;

    private final FleetSettings settings;
    private final List<Costs> kinds;
    private final ModelProfile model;
    private final Preferences preferences;
    private final Predictor predictor = new Predictor(Predictor.Settings.USUAL);
    private final List<Replica> replicas = new ArrayList<>();
    private final List<Edge> edges = new ArrayList<>();
    private final int[] owner;
    private final float[] stale;
    private int staleCount;
    private long windows;
    private long decisions;
    private long switches;
    private long decidingNanos;
    private boolean takenOver;
    private double takeoverMicros;
    private int moved;
    private int lost;
    private int doubleOwned;
    private double backlogWorkerSeconds;
    private double peakLoad;
    private int overloaded;
    private double longestQueueMicros;

    private static final class Replica {
        final TailPool tails = new TailPool(TAIL_STALE_MICROS);
        final Predictions scratch = new Predictions();
        double freeMicros;
    }

    /** An edge node as it is, and its keeper wherever that is. */
    private static final class Edge {
        final int partition;
        final Costs costs;
        final boolean becomesFast;
        final SplittableRandom luck;
        final long phaseMicros;

        @Nullable
        PlanKeeper keeper;

        double meanRate;
        double wander;
        int choice = ModelProfile.EDGE_ONLY;
        long epoch;
        boolean known;
        long parkedMicros = Long.MIN_VALUE;
        long decidedWindowMicros = Long.MIN_VALUE;

        Edge(int partition, Costs costs, double meanRate, boolean becomesFast, SplittableRandom luck) {
            this.partition = partition;
            this.costs = costs;
            this.meanRate = meanRate;
            this.becomesFast = becomesFast;
            this.luck = luck;
            this.phaseMicros = luck.nextLong(SECOND);
        }

        double bytesPerSecond() {
            return meanRate * Math.exp(wander);
        }

        void wander() {
            wander = WANDER_KEPT * wander + Math.sqrt(1 - WANDER_KEPT * WANDER_KEPT) * WANDER * luck.nextGaussian();
        }
    }

    private FleetSimulation(FleetSettings settings, List<Costs> kinds, Preferences preferences) {
        this.settings = settings;
        this.kinds = List.copyOf(kinds);
        this.model = kinds.getFirst().model();
        this.preferences = preferences;
        for (int number = 0; number < settings.replicas(); number++) {
            replicas.add(new Replica());
        }
        this.owner = new int[settings.partitions()];
        Arrays.setAll(owner, partition -> partition % settings.replicas());
        this.stale = new float[settings.edges() * settings.seconds()];
    }

    /**
     * Simulates a fleet.
     *
     * @param kinds what one model takes on the kinds of devices that edge nodes are; all of the same model
     */
    public static FleetResult run(FleetSettings settings, List<Costs> kinds, Preferences preferences) {
        return new FleetSimulation(settings, kinds, preferences).run();
    }

    private FleetResult run() {
        makeEdges();
        tailsReport(0);
        for (int second = 0; second < settings.seconds(); second++) {
            surge(second);
            for (Edge edge : edges) {
                windowEnds(edge, second * SECOND + edge.phaseMicros);
            }
            tailsReport((second + 1) * SECOND);
        }
        float[] sorted = Arrays.copyOf(stale, staleCount);
        Arrays.sort(sorted);
        return new FleetResult(
                windows,
                decisions,
                switches,
                decidingNanos / 1e9,
                at(sorted, 0.5),
                at(sorted, 0.99),
                at(sorted, 1),
                takeoverMicros,
                moved,
                lost,
                doubleOwned,
                peakLoad,
                overloaded,
                longestQueueMicros,
                bytesPerEdge());
    }

    private static double at(float[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.round(share * (sorted.length - 1))];
    }

    /** What the heap loses when keepers go, which nothing else holds. */
    private long bytesPerEdge() {
        long with = usedMemory();
        edges.forEach(edge -> edge.keeper = null);
        return Math.max(0, with - usedMemory()) / edges.size();
    }

    private static long usedMemory() {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private void makeEdges() {
        SplittableRandom random = new SplittableRandom(settings.seed());
        for (int number = 0; number < settings.edges(); number++) {
            boolean slow = settings.surgeAtSecond() > 0 ? number % 2 == 0 : random.nextInt(4) == 0;
            double rate = slow ? SLOW_BYTES_PER_SECOND : FAST_BYTES_PER_SECOND * Math.exp(random.nextGaussian());
            int partition = Math.floorMod(number * 0x9E3779B1, settings.partitions());
            edges.add(new Edge(partition, kinds.get(number / 2 % kinds.size()), rate, slow, random.split()));
        }
        edges.sort(Comparator.comparingLong(edge -> edge.phaseMicros));
    }

    private void surge(int second) {
        if (second > 0 && second == settings.surgeAtSecond()) {
            edges.stream().filter(edge -> edge.becomesFast).forEach(edge -> edge.meanRate = FAST_BYTES_PER_SECOND);
        }
    }

    private void windowEnds(Edge edge, long endedMicros) {
        edge.wander();
        windows++;
        ownersChange(endedMicros);
        if (owner[edge.partition] == NOBODY) {
            edge.parkedMicros = endedMicros;
        } else {
            decide(edge, replicas.get(owner[edge.partition]), endedMicros, endedMicros);
        }
    }

    /** A replica dies, and later its partitions are given to the others. */
    private void ownersChange(long nowMicros) {
        long died = settings.replicaDiesAtSecond() * SECOND;
        if (died == 0 || nowMicros < died || takenOver) {
            return;
        }
        if (nowMicros < died + settings.takeoverMicros()) {
            Arrays.setAll(owner, partition -> owner[partition] == DYING ? NOBODY : owner[partition]);
            return;
        }
        takenOver = true;
        Arrays.setAll(
                owner,
                partition -> owner[partition] == NOBODY || owner[partition] == DYING
                        ? 1 + partition / settings.replicas() % (settings.replicas() - 1)
                        : owner[partition]);
        for (Edge edge : edges) {
            if (edge.partition % settings.replicas() == DYING) {
                takeOver(edge, replicas.get(owner[edge.partition]), died);
            }
        }
    }

    /** Another replica knows of the plan what its topic holds, and of everything else what windows say. */
    private void takeOver(Edge edge, Replica heir, long diedMicros) {
        moved++;
        long epoch = edge.epoch;
        PlanKeeper keeper = new PlanKeeper(new EdgeState(model), ChangeSettings.USUAL);
        if (epoch > 0) {
            keeper.recover(edge.choice, epoch, diedMicros);
        }
        edge.keeper = keeper;
        edge.known = false;
        if (edge.parkedMicros == Long.MIN_VALUE) {
            return;
        }
        double decided = decide(edge, heir, edge.parkedMicros, diedMicros + settings.takeoverMicros());
        takeoverMicros = Math.max(takeoverMicros, decided - diedMicros);
        lost += edge.epoch < epoch || keeper.epoch() < epoch ? 1 : 0;
    }

    /** When it was decided. */
    private double decide(Edge edge, Replica replica, long endedMicros, long fromMicros) {
        doubleOwned += edge.decidedWindowMicros == endedMicros ? 1 : 0;
        edge.decidedWindowMicros = endedMicros;
        EdgeObservation window = window(edge);
        PlanKeeper keeper = keeper(edge);
        double arrives = fromMicros + ROUND_TRIP_MICROS / 2;
        double begins = Math.max(arrives, replica.freeMicros);
        long nowMicros = Math.round(begins);
        long started = System.nanoTime();
        keeper.observe(window, nowMicros);
        Decision decision = keeper.look(replica.tails, preferences, predictor, replica.scratch, nowMicros);
        long took = System.nanoTime() - started;
        decidingNanos += took;
        decisions++;
        replica.freeMicros = begins + (settings.decisionMicros() > 0 ? settings.decisionMicros() : took / 1e3);
        stale[staleCount++] = (float) (replica.freeMicros - endedMicros);
        if (decision instanceof Decision.Switch change) {
            changes(edge, replica, change);
        }
        return replica.freeMicros;
    }

    private PlanKeeper keeper(Edge edge) {
        PlanKeeper keeper = edge.keeper;
        if (keeper == null) {
            keeper = new PlanKeeper(new EdgeState(model), ChangeSettings.USUAL);
            edge.keeper = keeper;
        }
        return keeper;
    }

    private void changes(Edge edge, Replica replica, Decision.Switch change) {
        switches += edge.epoch > 0 ? 1 : 0;
        if (settings.reserves()) {
            // The others, who see none of this before tails report it, are doing the same for their partitions.
            double alike = settings.partitions() / (double) Math.max(1, partitionsOf(replica));
            replica.tails.reserve(model.model(), alike * replica.scratch.tailLoad(change.choice()));
            if (edge.epoch > 0) {
                replica.tails.release(model.model(), alike * replica.scratch.tailLoad(edge.choice));
            }
        }
        edge.choice = change.choice();
        edge.epoch = change.epoch();
    }

    private long partitionsOf(Replica replica) {
        int number = replicas.indexOf(replica);
        return Arrays.stream(owner).filter(one -> one == number).count();
    }

    private EdgeObservation window(Edge edge) {
        double rate = edge.bytesPerSecond() * (1 + RATE_ERROR * edge.luck.nextGaussian());
        double latency = edge.costs.latencyMicros(
                edge.choice, edge.bytesPerSecond(), ROUND_TRIP_MICROS, BROKER_MICROS + queueMicros());
        EdgeObservation.Builder builder = edge.known ? EdgeObservation.builder() : edge.costs.measured(edge.luck);
        edge.known = true;
        long requests = Math.max(1, Math.round(settings.requestsPerSecond()));
        if (edge.costs.pictureBytes() > 0) {
            builder.pictureBytes(Moments.exactly(requests, edge.costs.pictureBytes()));
        }
        return builder.link(new LinkObservation(
                                OptionalDouble.of(Math.max(1_000, rate)),
                                OptionalDouble.of(RATE_ERROR * edge.bytesPerSecond()),
                                OptionalDouble.of(ROUND_TRIP_MICROS),
                                OptionalDouble.of(ROUND_TRIP_MICROS * RATE_ERROR),
                                1_000,
                                20)
                        .withDownlink(UNLIMITED))
                .requests(requests)
                .activePlanEpoch(edge.epoch)
                .broker(Moments.exactly(requests, BROKER_MICROS))
                .placement(placement(edge, requests, latency))
                .build();
    }

    private EdgeObservation.PlacementTimes placement(Edge edge, long requests, double latencyMicros) {
        boolean onTail = edge.choice != ModelProfile.EDGE_ONLY;
        boolean pictureSent = edge.choice == ModelProfile.CLOUD_ONLY && edge.costs.pictureBytes() > 0;
        Optional<Moments> preprocess = edge.costs.pictureBytes() > 0 && !pictureSent
                ? Optional.of(Moments.exactly(requests, edge.costs.edgePictureMicros()))
                : Optional.empty();
        Optional<Moments> tail =
                onTail ? Optional.of(Moments.exactly(requests, edge.costs.tailMicros(edge.choice))) : Optional.empty();
        return new EdgeObservation.PlacementTimes(
                edge.epoch,
                model.choice(edge.choice).placement(),
                model.choice(edge.choice).codec(),
                Optional.of(Moments.exactly(requests, latencyMicros)),
                preprocess,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                tail,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                0);
    }

    private double capacity() {
        return (double) settings.tails() * settings.workersPerTail();
    }

    /** What a record waits: for the backlog, and at random as in a queue of many servers. */
    private double queueMicros() {
        return backlogWorkerSeconds / capacity() * 1e6;
    }

    /** Every tail reports to every replica. */
    private void tailsReport(long nowMicros) {
        double offered = edges.stream()
                .mapToDouble(edge -> settings.requestsPerSecond() * edge.costs.tailMicros(edge.choice) / 1e6)
                .sum();
        double load = offered / capacity();
        peakLoad = Math.max(peakLoad, load);
        overloaded += load > 1 ? 1 : 0;
        backlogWorkerSeconds = Math.max(0, backlogWorkerSeconds + offered - capacity());
        longestQueueMicros = Math.max(longestQueueMicros, queueMicros());
        double served = Math.min(1, load + (backlogWorkerSeconds > 0 ? 1 : 0));
        double each = kinds.getFirst().tailMicros(ModelProfile.CLOUD_ONLY) / 1e6;
        long waiting = Math.round(backlogWorkerSeconds / each / settings.tails());
        for (Replica replica : replicas) {
            for (int tail = 0; tail < settings.tails(); tail++) {
                replica.tails.observe(
                        kinds.getFirst().reported("tail-" + tail, served, settings.workersPerTail(), waiting, SECOND),
                        nowMicros);
            }
        }
    }
}
