package dev.baton.edge;

import dev.baton.inference.Inference;
import dev.baton.inference.InferenceEngine;
import dev.baton.inference.InferenceException;
import dev.baton.inference.InferenceSession;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the model of {@link TestingPackage} without an engine: the whole is y = 2x + 1, the head doubled = 2x, the tail
 * y = doubled + 1.
 */
public final class TestingEngine implements InferenceEngine {

    private static final Shape SHAPE = Shape.of(1, 4);

    private final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final Map<String, Duration> runTimes = new ConcurrentHashMap<>();
    private volatile Duration runTime = Duration.ofMillis(1);
    private volatile String failing = "";
    private volatile Optional<Error> error = Optional.empty();

    /** Each run says that it took this long, and takes no time. */
    public TestingEngine taking(Duration time) {
        runTime = time;
        return this;
    }

    /** From its next run on, each run of this file says that it took this long. */
    public void taking(String file, Duration time) {
        runTimes.put(file, time);
    }

    /** Runs of this file fail. */
    public void fail(String file) {
        failing = file;
    }

    /** Runs of any file fail with this error. */
    public void failWith(Error thrown) {
        error = Optional.of(thrown);
    }

    public int runs(String file) {
        return runs.getOrDefault(file, new AtomicInteger()).get();
    }

    public int openSessions() {
        return open.get();
    }

    @Override
    public InferenceSession open(Path onnxFile) {
        open.incrementAndGet();
        return new TestingSession(onnxFile.getFileName().toString());
    }

    @Override
    public void close() {}

    private final class TestingSession implements InferenceSession {

        private final String file;

        private TestingSession(String file) {
            this.file = file;
        }

        @Override
        public List<TensorSpec> inputs() {
            return List.of(spec(file.startsWith("tail") ? "doubled" : "x"));
        }

        @Override
        public List<TensorSpec> outputs() {
            return List.of(spec(file.startsWith("head") ? "doubled" : "y"));
        }

        @Override
        public Inference run(Map<String, Tensor> inputs) {
            runs.computeIfAbsent(file, _ -> new AtomicInteger()).incrementAndGet();
            error.ifPresent(thrown -> {
                throw thrown;
            });
            if (file.equals(failing)) {
                throw new InferenceException(file + " is made to fail");
            }
            if (inputs.isEmpty()) {
                return new Inference(Map.of(), Duration.ZERO, runTimes.getOrDefault(file, runTime));
            }
            float[] values = Objects.requireNonNull(
                            inputs.get(inputs().getFirst().name()))
                    .toFloats();
            for (int i = 0; i < values.length; i++) {
                values[i] = switch (file.substring(0, 4)) {
                    case "head" -> 2 * values[i];
                    case "tail" -> values[i] + 1;
                    default -> 2 * values[i] + 1;
                };
            }
            return new Inference(
                    Map.of(outputs().getFirst().name(), Tensor.ofFloats(SHAPE, values)),
                    Duration.ZERO,
                    runTimes.getOrDefault(file, runTime));
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    private static TensorSpec spec(String name) {
        return new TensorSpec(name, ElementType.FP32, SHAPE);
    }
}
