package dev.baton.inference;

import java.nio.file.Path;
import java.util.Objects;

/** Runs ONNX models with ONNX Runtime through DJL. */
@SuppressWarnings("DoNotCallSuggester")
public final class OnnxRuntimeEngine implements InferenceEngine {

    private final EngineSettings settings;

    public OnnxRuntimeEngine(EngineSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    public InferenceSession open(Path onnxFile) {
        throw new UnsupportedOperationException(settings + " " + onnxFile);
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
