package dev.baton.partitioning.splitpackage;

import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A split package on disk: one flat directory, immutable, named by the SHA-256 of its manifest. */
@SuppressWarnings("DoNotCallSuggester")
public final class SplitPackage {
    public static final String MANIFEST_FILE = "manifest.json";
    public static final String WEIGHTS_FILE = "weights.bin";
    public static final String WHOLE_FILE = "whole.onnx";
    public static final String SAMPLE_FILE = "sample.jpg";

    private final Path directory;
    private final Manifest manifest;
    private final String version;

    private SplitPackage(Path directory, Manifest manifest, String version) {
        this.directory = directory;
        this.manifest = manifest;
        this.version = version;
    }

    /** Opens a package, checking that every file is there in its size; {@link #verify()} also reads them. */
    public static SplitPackage open(Path directory) throws IOException {
        throw new UnsupportedOperationException(
                "open " + new SplitPackage(directory, Manifest.parse(new byte[0]), "").version());
    }

    /** Reads every file and compares its SHA-256 with the manifest. */
    public void verify() throws IOException {
        throw new UnsupportedOperationException("verify");
    }

    public Path directory() {
        return directory;
    }

    public Manifest manifest() {
        return manifest;
    }

    /** The SHA-256 of {@code manifest.json}. */
    public String version() {
        return version;
    }

    /** The file that runs on the edge node for this split point; index 0 has none. */
    public Path headFile(int splitPoint) {
        throw new UnsupportedOperationException("headFile " + splitPoint);
    }

    /** The file that runs in the cloud for this split point; the last index has none. */
    public Path tailFile(int splitPoint) {
        throw new UnsupportedOperationException("tailFile " + splitPoint);
    }

    public Path wholeFile() {
        return directory.resolve(WHOLE_FILE);
    }

    /** The sample picture as it was given, encoded. */
    public Optional<byte[]> sampleImage() throws IOException {
        throw new UnsupportedOperationException("sampleImage");
    }

    /** Inputs to warm up and check with: the sample picture, preprocessed, where there is one, otherwise seeded random. */
    public Map<String, Tensor> probeInputs() throws IOException {
        throw new UnsupportedOperationException("probeInputs");
    }

    /**
     * What crosses at {@code splitPoint}, in the manifest's order: taken from the model's inputs and the head's outputs.
     * A tensor that is given but does not cross is left out; a missing one is refused.
     */
    public Map<String, Tensor> crossing(int splitPoint, Map<String, Tensor> inputs, Map<String, Tensor> headOutputs) {
        throw new UnsupportedOperationException("crossing " + splitPoint + inputs + headOutputs);
    }

    /** Of what crossed, what the tail's graph file takes: a model output made in the head crosses, but is no input of the tail. */
    public Map<String, Tensor> tailInputs(int splitPoint, Map<String, Tensor> crossing) {
        throw new UnsupportedOperationException("tailInputs " + splitPoint + crossing);
    }

    /** The model's full answer in the model's order: what the tail made, and what crossed already being an output. */
    public Map<String, Tensor> answer(int splitPoint, Map<String, Tensor> crossing, Map<String, Tensor> tailOutputs) {
        throw new UnsupportedOperationException("answer " + splitPoint + crossing + tailOutputs);
    }
}
