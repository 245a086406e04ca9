package dev.baton.models;

import dev.baton.inference.Device;
import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceEngine;
import dev.baton.inference.InferenceException;
import dev.baton.inference.InferenceSession;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.inference.OptimizationLevel;
import dev.baton.partitioning.probe.GraphRunException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Runs graph files with ONNX Runtime, keeping the sessions used last: the whole model is compared with again and again. */
public final class EngineGraphRunner implements GraphRunner, AutoCloseable {

    private static final int KEPT_SESSIONS = 6;

    /** Of weights behind them; a model above that keeps one session, the one in use. */
    private static final long KEPT_BYTES = 1L << 30;

    private record Kept(InferenceSession session, long bytes) {}

    private record Key(Path file, Optimization level) {}

    private final Device device;

    /** On the CPU. */
    public EngineGraphRunner() {
        this(Device.CPU);
    }

    public EngineGraphRunner(Device device) {
        this.device = device;
    }

    private final Map<Optimization, InferenceEngine> engines = new EnumMap<>(Optimization.class);
    private final LinkedHashMap<Key, Kept> sessions = new LinkedHashMap<>(16, 0.75f, true);

    @Override
    public synchronized Map<String, Tensor> run(Path onnxFile, Map<String, Tensor> inputs, Optimization level) {
        return with(onnxFile, level, session -> session.run(inputs).outputs());
    }

    @Override
    public synchronized List<TensorSpec> inputs(Path onnxFile) {
        return with(onnxFile, Optimization.NONE, InferenceSession::inputs);
    }

    @Override
    public synchronized List<TensorSpec> outputs(Path onnxFile) {
        return with(onnxFile, Optimization.NONE, InferenceSession::outputs);
    }

    private <T> T with(Path onnxFile, Optimization level, Function<InferenceSession, T> work) {
        try {
            return work.apply(session(new Key(onnxFile, level)));
        } catch (InferenceException e) {
            throw new GraphRunException("%s: %s".formatted(onnxFile.getFileName(), e.getMessage()), e);
        }
    }

    private InferenceSession session(Key key) {
        Kept known = sessions.get(key);
        if (known != null) {
            return known.session();
        }
        long bytes = bytes(key.file());
        while (!sessions.isEmpty() && (sessions.size() == KEPT_SESSIONS || keptBytes() + bytes > KEPT_BYTES)) {
            sessions.pollFirstEntry().getValue().session().close();
        }
        InferenceSession opened = engine(key.level()).open(key.file());
        sessions.put(key, new Kept(opened, bytes));
        return opened;
    }

    private long keptBytes() {
        return sessions.values().stream().mapToLong(Kept::bytes).sum();
    }

    /** What a session of this file reads at most: the file, and a package's weights beside it. */
    private static long bytes(Path onnxFile) {
        Path weights = onnxFile.resolveSibling(SplitPackage.WEIGHTS_FILE);
        try {
            return Files.size(onnxFile) + (Files.exists(weights) ? Files.size(weights) : 0);
        } catch (IOException e) {
            throw new GraphRunException("%s cannot be read: %s".formatted(onnxFile.getFileName(), e.getMessage()), e);
        }
    }

    private InferenceEngine engine(Optimization level) {
        return engines.computeIfAbsent(
                level,
                any -> new OnnxRuntimeEngine(EngineSettings.defaults()
                        .withDevice(device)
                        .withOptimization(
                                switch (level) {
                                    case NONE -> OptimizationLevel.NONE;
                                    case EXTENDED -> OptimizationLevel.EXTENDED;
                                    case ALL -> OptimizationLevel.ALL;
                                })));
    }

    @Override
    public synchronized void close() {
        sessions.values().forEach(kept -> kept.session().close());
        sessions.clear();
        engines.values().forEach(InferenceEngine::close);
        engines.clear();
    }
}
