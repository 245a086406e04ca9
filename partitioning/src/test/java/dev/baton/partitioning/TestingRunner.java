package dev.baton.partitioning;

import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceException;
import dev.baton.inference.InferenceSession;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.inference.OptimizationLevel;
import dev.baton.partitioning.probe.GraphRunException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs files with the real engine; keeps the few sessions used last. */
public final class TestingRunner implements GraphRunner, AutoCloseable {
    private static final int KEPT = 5;

    private final Map<Optimization, OnnxRuntimeEngine> engines = new EnumMap<>(Optimization.class);
    private final LinkedHashMap<String, InferenceSession> sessions = new LinkedHashMap<>(16, 0.75f, true);

    @Override
    public Map<String, Tensor> run(Path onnxFile, Map<String, Tensor> inputs, Optimization level) {
        try {
            return session(onnxFile, level).run(inputs).outputs();
        } catch (InferenceException e) {
            throw new GraphRunException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public List<TensorSpec> inputs(Path onnxFile) {
        return session(onnxFile, Optimization.NONE).inputs();
    }

    @Override
    public List<TensorSpec> outputs(Path onnxFile) {
        return session(onnxFile, Optimization.NONE).outputs();
    }

    private InferenceSession session(Path file, Optimization level) {
        String key = file + " " + level;
        InferenceSession open = sessions.get(key);
        if (open == null) {
            if (sessions.size() == KEPT) {
                sessions.pollFirstEntry().getValue().close();
            }
            try {
                open = engine(level).open(file);
            } catch (InferenceException e) {
                throw new GraphRunException(String.valueOf(e.getMessage()), e);
            }
            sessions.put(key, open);
        }
        return open;
    }

    private OnnxRuntimeEngine engine(Optimization level) {
        return engines.computeIfAbsent(level, wanted -> {
            OptimizationLevel optimization =
                    switch (wanted) {
                        case NONE -> OptimizationLevel.NONE;
                        case EXTENDED -> OptimizationLevel.EXTENDED;
                        case ALL -> OptimizationLevel.ALL;
                    };
            return new OnnxRuntimeEngine(EngineSettings.defaults().withOptimization(optimization));
        });
    }

    @Override
    public void close() {
        engines.values().forEach(OnnxRuntimeEngine::close);
    }
}
