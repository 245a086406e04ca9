package dev.baton.tail;

import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceEngine;
import dev.baton.inference.InferenceSession;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.inference.OptimizationLevel;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Opens a file for each question: enough for tiny models. */
final class TestingGraphRunner implements GraphRunner {

    @Override
    public Map<String, Tensor> run(Path onnxFile, Map<String, Tensor> inputs, Optimization level) {
        return with(onnxFile, level, session -> session.run(inputs).outputs());
    }

    @Override
    public List<TensorSpec> inputs(Path onnxFile) {
        return with(onnxFile, Optimization.NONE, InferenceSession::inputs);
    }

    @Override
    public List<TensorSpec> outputs(Path onnxFile) {
        return with(onnxFile, Optimization.NONE, InferenceSession::outputs);
    }

    private static <T> T with(Path onnxFile, Optimization level, Function<InferenceSession, T> work) {
        OptimizationLevel optimization =
                switch (level) {
                    case NONE -> OptimizationLevel.NONE;
                    case EXTENDED -> OptimizationLevel.EXTENDED;
                    case ALL -> OptimizationLevel.ALL;
                };
        EngineSettings settings =
                EngineSettings.defaults().withOptimization(optimization).withIntraOpThreads(1);
        try (InferenceEngine engine = new OnnxRuntimeEngine(settings);
                InferenceSession session = engine.open(onnxFile)) {
            return work.apply(session);
        }
    }
}
