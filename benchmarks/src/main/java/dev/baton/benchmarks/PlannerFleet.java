package dev.baton.benchmarks;

import dev.baton.clients.Answer;
import dev.baton.clients.EdgeClient;
import dev.baton.clients.ModelView;
import dev.baton.clients.OrchestratorClient;
import dev.baton.clients.PlanView;
import dev.baton.clients.ServiceRefusedException;
import dev.baton.console.Console;
import dev.baton.embedded.LinkConditions;
import dev.baton.localstack.LocalStack;
import dev.baton.localstack.StackListener;
import dev.baton.localstack.StackPorts;
import dev.baton.localstack.StackSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** The real services with one tail, and an edge node with a link of its own for each emulated device. */
final class PlannerFleet implements AutoCloseable {

    /** Like the demo's, both directions alike; a round trip is twice the delay of one direction. */
    private static final double JITTER_SHARE = 0.02;

    private static final Duration SERVED_LIMIT = Duration.ofMinutes(5);
    /** Above the edge node's own patience with the cloud, so that its explanation arrives here. */
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(60);

    private final LocalStack stack;
    private final OrchestratorClient orchestrator;
    private final List<EdgeNode> edges = new ArrayList<>();

    /** One of the edge nodes. */
    final class EdgeNode {

        private final int number;
        private final double slowdown;
        private final EdgeClient client;

        private EdgeNode(int number, double slowdown) {
            this.number = number;
            this.slowdown = slowdown;
            this.client = new EdgeClient(stack.edge(number), REQUEST_LIMIT);
        }

        String id() {
            return "edge-" + number;
        }

        /** Host and port of its gRPC server. */
        String address() {
            return stack.edge(number);
        }

        double slowdown() {
            return slowdown;
        }

        /** Changes the link at once, in both directions. */
        void link(double megabitsPerSecond, double roundTripMillis) {
            stack.link(number).set(conditions(megabitsPerSecond, roundTripMillis));
        }

        Answer send(Workload workload, int turn) {
            return workload.send(client, turn);
        }

        /** @param codec the orchestrator's choice when empty */
        PlanView pin(Workload workload, String placement, Optional<String> codec) {
            return orchestrator.pin(id(), workload.name(), placement, codec);
        }

        void unpin(Workload workload) {
            orchestrator.unpin(id(), workload.name());
        }

        PlanView.Standing standing(Workload workload) {
            return orchestrator
                    .plan(id(), workload.name())
                    .orElseThrow(() -> new IllegalStateException(
                            "the orchestrator has no plan for %s on %s".formatted(workload.name(), id())));
        }

        private boolean isReady(Workload workload) {
            try {
                return client.isReady(workload.name())
                        && orchestrator.plan(id(), workload.name()).isPresent();
            } catch (ServiceRefusedException notYet) {
                return false;
            }
        }
    }

    private PlannerFleet(LocalStack stack) {
        this.stack = stack;
        this.orchestrator = new OrchestratorClient(stack.orchestrator());
    }

    /**
     * Starts the services and imports the models; returns when every edge node serves every model and the cloud has answered
     * for each.
     *
     * @param home      the repository's root, where the services were built
     * @param slowdowns of the emulated devices, one for each edge node
     */
    static PlannerFleet start(Path home, List<Double> slowdowns, List<Workload> workloads, Console console)
            throws IOException {
        console.progress("Starting the services, with %d edge nodes".formatted(slowdowns.size()));
        StackSettings settings = new StackSettings(
                home,
                Files.createTempDirectory("baton-bench"),
                true,
                home.resolve(".baton/logs/bench"),
                StackPorts.freeWithOwnLinks(slowdowns.size(), 1),
                conditions(100, 5),
                1,
                Optional.empty());
        for (int i = 0; i < slowdowns.size(); i++) {
            settings =
                    settings.with("edge-" + (i + 1), "baton.edge.emulated-slowdown", Double.toString(slowdowns.get(i)));
        }
        PlannerFleet fleet = new PlannerFleet(LocalStack.start(settings, new StackListener() {}));
        try {
            for (int i = 0; i < slowdowns.size(); i++) {
                fleet.edges.add(fleet.new EdgeNode(i + 1, slowdowns.get(i)));
            }
            fleet.importAll(workloads, console);
            return fleet;
        } catch (RuntimeException failed) {
            fleet.close();
            throw failed;
        }
    }

    private static LinkConditions conditions(double megabitsPerSecond, double roundTripMillis) {
        Duration oneWay = Duration.ofNanos(Math.round(roundTripMillis * 1e6 / 2));
        Duration jitter = Duration.ofNanos(Math.round(roundTripMillis * 1e6 / 2 * JITTER_SHARE));
        return new LinkConditions(megabitsPerSecond, oneWay, jitter);
    }

    private void importAll(List<Workload> workloads, Console console) {
        for (Workload workload : workloads) {
            console.progress("Dividing %s and proving each split point".formatted(workload.name()));
            orchestrator.importModel(
                    workload.name(),
                    workload.model().onnx(),
                    Optional.of(workload.model().descriptionJson()),
                    workload.sample());
        }
        console.progress("Waiting until every edge node serves every model");
        long end = System.nanoTime() + SERVED_LIMIT.toNanos();
        for (EdgeNode edge : edges) {
            for (Workload workload : workloads) {
                awaitServed(edge, workload, end);
            }
        }
    }

    private static void awaitServed(EdgeNode edge, Workload workload, long end) {
        String what = "%s serves %s with the cloud".formatted(edge.id(), workload.name());
        while (!edge.isReady(workload)) {
            waitALittle(end, what);
        }
        PlanView pin = edge.pin(workload, "cloud-only", Optional.empty());
        while (!answeredByCloud(edge, workload, pin)) {
            waitALittle(end, what);
        }
        edge.unpin(workload);
    }

    private static boolean answeredByCloud(EdgeNode edge, Workload workload, PlanView pin) {
        try {
            var provenance = edge.send(workload, 0).provenance();
            return provenance.planEpoch() >= pin.epoch()
                    && provenance.completedBy().equals("cloud");
        } catch (ServiceRefusedException notYet) {
            return false;
        }
    }

    private static void waitALittle(long end, String what) {
        if (System.nanoTime() > end) {
            throw new IllegalStateException("waited %d s until %s".formatted(SERVED_LIMIT.toSeconds(), what));
        }
        LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }

    /** A model with its split points, as the orchestrator divided it. */
    ModelView model(Workload workload) {
        return orchestrator.model(workload.name());
    }

    List<EdgeNode> edges() {
        return List.copyOf(edges);
    }

    /** The edge node whose device is this many times slower than this machine. */
    EdgeNode withSlowdown(double slowdown) {
        return edges.stream()
                .filter(edge -> edge.slowdown() == slowdown)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no edge node is slowed down by " + slowdown));
    }

    @Override
    public void close() {
        edges.forEach(edge -> edge.client.close());
        orchestrator.close();
        stack.close();
    }
}
