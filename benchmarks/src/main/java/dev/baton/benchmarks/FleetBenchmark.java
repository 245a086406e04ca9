package dev.baton.benchmarks;

import dev.baton.console.Console;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.planning.Preferences;
import dev.baton.planning.device.Device;
import dev.baton.planning.device.DeviceCatalog;
import dev.baton.planning.replay.Costs;
import dev.baton.planning.simulation.FleetResult;
import dev.baton.planning.simulation.FleetSettings;
import dev.baton.planning.simulation.FleetSimulation;
import dev.baton.whatif.Question;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A hundred thousand edge nodes on a simulated clock, planned by replicas of which one dies; and a surge towards the tails. */
final class FleetBenchmark {

    private static final String EDGE = "raspberry-pi-4";

    /** Kinds of edge nodes: the device, taking so many times as long. */
    private static final List<Double> SLOWED = List.of(4.0, 8.0, 12.0, 16.0);

    private static final int PARTITIONS = 64;
    private static final int REPLICAS = 4;
    private static final int TAILS = 2;
    private static final double REQUESTS_PER_SECOND = 2;
    private static final long TAKEOVER_MICROS = 6_000_000;

    /** Of what the fleet could ask of its tails, they can do this share. */
    private static final double TAIL_SHARE = 0.6;

    private FleetBenchmark() {}

    /**
     * What was found.
     *
     * @param edges edge nodes
     * @param alternatives that each decision weighs
     * @param sharded with a replica that dies
     * @param reserving a surge of half the fleet, with reservation
     * @param blind the same surge without it
     */
    record Found(
            int edges,
            int seconds,
            int replicas,
            int alternatives,
            FleetResult sharded,
            FleetResult reserving,
            FleetResult blind)
            implements BenchmarkResult {

        @Override
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add("%d edge nodes, %d replicas, %d s simulated; %d alternatives in each decision"
                    .formatted(edges, replicas, seconds, alternatives));
            lines.add("decisions          %,d of %,d windows; %,.0f per second on one core; %,d plans changed"
                    .formatted(
                            sharded.decisions(), sharded.windows(), sharded.decisionsPerSecond(), sharded.switches()));
            lines.add("memory             %,d bytes for each edge node: state, plan, change detection"
                    .formatted(sharded.bytesPerEdge()));
            lines.add(
                    "staleness          p50 %.1f ms, p99 %.1f ms from a window's end to the decision; at most %.1f s, where the replica had died"
                            .formatted(
                                    sharded.staleP50Micros() / 1e3,
                                    sharded.staleP99Micros() / 1e3,
                                    sharded.staleMaxMicros() / 1e6));
            lines.add(
                    "takeover           %,d edge nodes of a dead replica have a decision again after %.2f s, of which %.0f s pass until partitions are reassigned; %d plans lost, %d windows decided on twice"
                            .formatted(
                                    sharded.movedEdges(),
                                    sharded.takeoverMicros() / 1e6,
                                    TAKEOVER_MICROS / 1e6,
                                    sharded.lostPlans(),
                                    sharded.doubleOwned()));
            lines.add(surge("reserving", reserving));
            lines.add(surge("blind    ", blind));
            return lines;
        }

        private static String surge(String how, FleetResult result) {
            return "surge, %s   peak load of the tails %.2f of what they can do; over 1 for %d s; longest wait for them %.0f ms; %,d plans changed"
                    .formatted(
                            how,
                            result.peakLoad(),
                            result.overloadedSeconds(),
                            result.longestQueueMicros() / 1e3,
                            result.switches());
        }
    }

    static Found run(Path home, int edges, boolean quick, Console console) throws IOException, InvalidModelException {
        int seconds = quick ? 14 : 30;
        console.progress("Dividing the gauge reader");
        try (DividedModel model = DividedModel.of(home, home.resolve("gauge-model/model/gauge.onnx"), home)) {
            List<Costs> kinds = kinds(model);
            double each = kinds.getFirst().tailMicros(1) / 1e6;
            int workers = (int) Math.max(1, Math.round(TAIL_SHARE * edges * REQUESTS_PER_SECOND * each / TAILS));
            console.progress("Simulating %d edge nodes, and a replica that dies".formatted(edges));
            FleetResult sharded =
                    FleetSimulation.run(settings(edges, workers, seconds, seconds / 3, 0), kinds, Preferences.USUAL);
            FleetSettings surge = settings(edges / 5, Math.max(1, workers / 5), seconds, 0, seconds / 3);
            console.progress("Simulating a surge of %d edge nodes".formatted(edges / 5));
            FleetResult reserving = FleetSimulation.run(surge, kinds, Preferences.USUAL);
            FleetResult blind = FleetSimulation.run(surge.withReservation(false), kinds, Preferences.USUAL);
            console.clearProgress();
            return new Found(
                    edges, seconds, REPLICAS, kinds.getFirst().model().alternatives(), sharded, reserving, blind);
        }
    }

    private static List<Costs> kinds(DividedModel model) throws IOException {
        DeviceCatalog catalog = DeviceCatalog.builtIn();
        Device tail = catalog.find("t4-gpu").orElseThrow();
        List<Costs> kinds = new ArrayList<>();
        Device edge = catalog.find(EDGE).orElseThrow();
        Question first = model.between(edge, tail);
        for (double slowed : SLOWED) {
            Question question = model.between(edge.slowed(slowed), tail);
            kinds.add(Costs.of(first.model(), question.edge(), question.tail()));
        }
        return kinds;
    }

    private static FleetSettings settings(int edges, int workers, int seconds, int dies, int surge) {
        return new FleetSettings(
                edges,
                PARTITIONS,
                REPLICAS,
                TAILS,
                workers,
                seconds,
                REQUESTS_PER_SECOND,
                dies,
                TAKEOVER_MICROS,
                surge,
                true,
                0,
                1);
    }
}
