package dev.baton.orchestrator.inference;

import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceEngine;
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
import java.util.function.Function;

/** Runs the divider's graph files on the inference engine, keeping the few sessions it used last; for one division. */
public final class EngineGraphRunner implements GraphRunner, AutoCloseable {
    /** Each holds its weights in memory. */
    private static final int KEPT_SESSIONS = 4;

    private final EngineSettings settings;
    private final LinkedHashMap<Key, InferenceSession> sessions = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Optimization, InferenceEngine> engines = new EnumMap<>(Optimization.class);

    private record Key(Path onnxFile, Optimization level) {}

    public EngineGraphRunner(EngineSettings settings) {
        this.settings = settings;
    }

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

    private <T> T with(Path onnxFile, Optimization level, Function<InferenceSession, T> use) {
        try {
            return use.apply(session(new Key(onnxFile, level)));
        } catch (InferenceException failure) {
            throw new GraphRunException("%s: %s".formatted(onnxFile.getFileName(), failure.getMessage()), failure);
        }
    }

    private InferenceSession session(Key key) {
        InferenceSession known = sessions.get(key);
        if (known != null) {
            return known;
        }
        if (sessions.size() == KEPT_SESSIONS) {
            sessions.pollFirstEntry().getValue().close();
        }
        InferenceSession opened = engine(key.level()).open(key.onnxFile());
        sessions.put(key, opened);
        return opened;
    }

    private InferenceEngine engine(Optimization level) {
        return engines.computeIfAbsent(
                level,
                wanted -> new OnnxRuntimeEngine(settings.withOptimization(
                        switch (wanted) {
                            case NONE -> OptimizationLevel.NONE;
                            case EXTENDED -> OptimizationLevel.EXTENDED;
                            case ALL -> OptimizationLevel.ALL;
                        })));
    }

    @Override
    public void close() {
        sessions.values().forEach(InferenceSession::close);
        sessions.clear();
        engines.values().forEach(InferenceEngine::close);
        engines.clear();
    }
}
