package dev.baton.systemtests;

import dev.baton.clients.Answer;
import dev.baton.clients.EdgeClient;
import dev.baton.clients.ModelView;
import dev.baton.clients.OrchestratorClient;
import dev.baton.clients.PlanView;
import dev.baton.embedded.LinkConditions;
import dev.baton.localstack.LocalStack;
import dev.baton.localstack.StackListener;
import dev.baton.localstack.StackPorts;
import dev.baton.localstack.StackSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One local stack with the gauge model, shared by all system tests of a run: the parts are those of {@code ./baton up}. */
final class StackUnderTest implements AutoCloseable {
    static final String MODEL = "gauge";
    static final String EDGE = "edge-1";
    private static final Path HOME = Path.of(System.getProperty("baton.home", ".."));
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TestingTraceReceiver traces;
    private final LocalStack stack;
    private final OrchestratorClient orchestrator;
    private final ModelView model;

    private StackUnderTest() {
        try {
            traces = TestingTraceReceiver.start();
            Path state = Files.createTempDirectory("baton-system-tests");
            stack = LocalStack.start(
                    new StackSettings(
                            HOME,
                            state,
                            true,
                            Files.createDirectories(HOME.resolve("system-tests/target/logs")),
                            StackPorts.free(1, 1),
                            LinkConditions.parse("100mbit,2ms,0ms"),
                            1,
                            Optional.of(traces.endpoint())),
                    new QuietListener());
            orchestrator = new OrchestratorClient(stack.orchestrator());
            Path gauge = HOME.resolve("gauge-model/model");
            model = orchestrator.importModel(
                    MODEL,
                    gauge.resolve("gauge.onnx"),
                    Optional.of(Files.readString(gauge.resolve("gauge.json"))),
                    Optional.of(Files.readAllBytes(pictures(1).getFirst())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (EdgeClient edge = edge()) {
            await("the edge node serves the model", () -> edge.isReady(MODEL));
        }
    }

    LocalStack stack() {
        return stack;
    }

    TestingTraceReceiver traces() {
        return traces;
    }

    ModelView model() {
        return model;
    }

    EdgeClient edge() {
        return new EdgeClient(stack.edge(1), Duration.ofSeconds(20));
    }

    /** The first pictures of dials, as a camera would send them. */
    static List<Path> pictures(int count) {
        try (Stream<Path> files = Files.list(HOME.resolve("gauge-model/pictures"))) {
            return files.filter(file -> file.toString().endsWith(".jpg"))
                    .sorted()
                    .limit(count)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Pins a placement and returns when an answer says that it was made with it. */
    void pin(EdgeClient edge, String placement, String codec) {
        PlanView plan = orchestrator.pin(EDGE, MODEL, placement, Optional.of(codec));
        awaitAnswer(edge, answer -> answer.provenance().planEpoch() >= plan.epoch());
    }

    void unpin() {
        orchestrator.unpin(EDGE, MODEL);
    }

    /** Asks for the same picture until an answer is as wanted. */
    Answer awaitAnswer(EdgeClient edge, Predicate<Answer> wanted) {
        byte[] picture = read(pictures(1).getFirst());
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Answer answer = edge.infer(MODEL, "image", picture);
            if (wanted.test(answer)) {
                return answer;
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("no answer as wanted after %s; the last was %s".formatted(PATIENCE, answer));
            }
        }
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    interface Condition {
        boolean holds();
    }

    /** Each question is a call to a service and takes its time; there is nothing to wait for in between. */
    static void await(String what, Condition condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within %s: %s".formatted(PATIENCE, what));
            }
        }
    }

    @Override
    public void close() {
        orchestrator.close();
        stack.close();
        traces.close();
    }

    private static final class QuietListener implements StackListener {}

    /** Hands the one stack of this test run to test methods. */
    static final class Extension implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == StackUnderTest.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.GLOBAL)
                    .computeIfAbsent(StackUnderTest.class, key -> new StackUnderTest());
        }
    }
}
