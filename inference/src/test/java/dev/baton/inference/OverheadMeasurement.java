package dev.baton.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Measures what a run through {@link InferenceSession} costs over ONNX Runtime's own API, on a model small enough to
 * show it. A program, not a test: {@code OverheadMeasurement mnist_8/model.onnx}.
 */
final class OverheadMeasurement {

    private static final int WARM_UP = 5_000;
    private static final int RUNS = 5_000;
    private static final int ROUNDS = 5;

    private OverheadMeasurement() {}

    @FunctionalInterface
    private interface Run {
        void once() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        Path model = Path.of(arguments[0]);
        EngineSettings settings = EngineSettings.defaults().withIntraOpThreads(1);
        long begin = System.nanoTime();
        try (OnnxRuntimeEngine engine = new OnnxRuntimeEngine(settings)) {
            report("engine made", System.nanoTime() - begin);
            begin = System.nanoTime();
            try (InferenceSession session = engine.open(model)) {
                report("first session opened", System.nanoTime() - begin);
                begin = System.nanoTime();
                for (int i = 0; i < 50; i++) {
                    engine.open(model).close();
                }
                report("session opened and closed, mean of 50", (System.nanoTime() - begin) / 50);
                compare(model, session);
            }
        }
    }

    private static void compare(Path model, InferenceSession session) throws Exception {
        String name = session.inputs().getFirst().name();
        Shape shape = session.inputs().getFirst().shape();
        float[] values = new float[Math.toIntExact(shape.elementCount())];
        Tensor input = Tensor.ofFloats(shape, values);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            try (OrtSession raw = environment.createSession(model.toString(), options)) {
                long[] dimensions =
                        shape.dimensions().stream().mapToLong(Long::longValue).toArray();
                FloatBuffer buffer = ByteBuffer.allocateDirect(values.length * Float.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer()
                        .put(values)
                        .flip();
                Run rawRun = () -> {
                    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, buffer, dimensions);
                            OrtSession.Result result = raw.run(Map.of(name, tensor))) {
                        ((OnnxTensor) result.get(0)).getByteBuffer();
                    }
                };
                Run ourRun = () -> session.run(Map.of(name, input));
                for (int round = 0; round < ROUNDS; round++) {
                    report("raw ONNX Runtime, median", median(rawRun));
                    report("InferenceSession.run, median", median(ourRun));
                }
            }
        }
    }

    private static long median(Run run) throws Exception {
        for (int i = 0; i < WARM_UP; i++) {
            run.once();
        }
        long[] nanos = new long[RUNS];
        for (int i = 0; i < RUNS; i++) {
            long begin = System.nanoTime();
            run.once();
            nanos[i] = System.nanoTime() - begin;
        }
        Arrays.sort(nanos);
        return nanos[RUNS / 2];
    }

    private static void report(String what, long nanos) {
        System.out.printf("%-40s %10.1f us%n", what, nanos / 1e3);
    }
}
