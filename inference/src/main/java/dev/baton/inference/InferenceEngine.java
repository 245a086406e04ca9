package dev.baton.inference;

import java.nio.file.Path;

/** Opens models and runs them on a bounded number of threads. */
public interface InferenceEngine extends AutoCloseable {

    /**
     * Opens an ONNX model. External data is read from beside the file.
     *
     * @throws InferenceException naming the file, when it cannot be opened
     */
    InferenceSession open(Path onnxFile);

    /** Waits for what runs or waits, closes every session and ends the threads. */
    @Override
    void close();
}
