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
import dev.baton.partitioning.Placement;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** The real services on free ports, one edge node and one tail, with a link that neither limits nor delays. */
final class BenchmarkStack implements AutoCloseable {

    private static final String EDGE = "edge-1";
    private static final Duration SERVED_LIMIT = Duration.ofSeconds(90);
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(30);

    private final LocalStack stack;
    private final OrchestratorClient orchestrator;
    private final EdgeClient edge;

    private BenchmarkStack(LocalStack stack) {
        this.stack = stack;
        this.orchestrator = new OrchestratorClient(stack.orchestrator());
        this.edge = new EdgeClient(stack.edge(1), REQUEST_LIMIT);
    }

    /** @param home the repository's root, where the services were built */
    static BenchmarkStack start(Path home, Console console) throws IOException {
        console.progress("Starting the services");
        StackSettings settings = new StackSettings(
                home,
                Files.createTempDirectory("baton-bench"),
                true,
                home.resolve(".baton/logs/bench"),
                StackPorts.free(1, 1),
                LinkConditions.UNLIMITED,
                1,
                Optional.empty());
        return new BenchmarkStack(LocalStack.start(settings, new StackListener() {}));
    }

    ModelView importModel(String name, Path onnx) {
        return orchestrator.importModel(name, onnx, Optional.empty(), Optional.empty());
    }

    /** Returns when the edge node answers {@code inputs} under this placement. */
    void pin(String model, Placement placement, String codec, Map<String, Tensor> inputs) {
        long end = System.nanoTime() + SERVED_LIMIT.toNanos();
        while (orchestrator.plan(EDGE, model).isEmpty() || !edge.isReady(model)) {
            waitALittle(end, "the edge node and the orchestrator know " + model);
        }
        PlanView plan = orchestrator.pin(EDGE, model, placement.id(), Optional.of(codec));
        while (true) {
            try {
                var provenance = edge.infer(model, inputs).provenance();
                boolean asPinned = provenance.planEpoch() >= plan.epoch();
                boolean whereItShould = placement instanceof Placement.EdgeOnly
                        || provenance.completedBy().equals("cloud");
                if (asPinned && whereItShould) {
                    return;
                }
            } catch (ServiceRefusedException notYet) {
                if (System.nanoTime() > end) {
                    throw notYet;
                }
            }
            waitALittle(end, "requests of %s go by %s".formatted(model, placement.id()));
        }
    }

    Answer infer(String model, Map<String, Tensor> inputs) {
        return edge.infer(model, inputs);
    }

    private static void waitALittle(long end, String what) {
        if (System.nanoTime() > end) {
            throw new IllegalStateException("waited %d s until %s".formatted(SERVED_LIMIT.toSeconds(), what));
        }
        LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }

    @Override
    public void close() {
        edge.close();
        orchestrator.close();
        stack.close();
    }
}
