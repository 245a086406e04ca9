package dev.baton.partitioning.splitpackage;

import dev.baton.partitioning.probe.ProbeInputs;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import dev.baton.tensor.image.ImagePreprocessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A split package on disk: one flat directory, immutable, named by the SHA-256 of its manifest. */
public final class SplitPackage {
    public static final String MANIFEST_FILE = "manifest.json";
    public static final String WEIGHTS_FILE = "weights.bin";
    public static final String WHOLE_FILE = "whole.onnx";
    public static final String SAMPLE_FILE = "sample.jpg";

    /** Probe inputs are the same for everyone who asks the same package. */
    public static final long PROBE_SEED = 20260101;

    private final Path directory;
    private final Manifest manifest;
    private final String version;

    private SplitPackage(Path directory, Manifest manifest, String version) {
        this.directory = directory;
        this.manifest = manifest;
        this.version = version;
    }

    /**
     * Opens a package, checking that every file is there in its size; {@link #verify()} also reads them.
     *
     * @throws InvalidPackageException when it does not hold what its manifest promises
     */
    public static SplitPackage open(Path directory) throws IOException {
        return open(directory, new PackagePart.Whole());
    }

    /**
     * Opens a package of which this part at least is there.
     *
     * @throws InvalidPackageException when the part does not hold what the manifest promises
     */
    public static SplitPackage open(Path directory, PackagePart part) throws IOException {
        SplitPackage opened = openManifest(directory);
        Optional<String> lacking = opened.lacking(part);
        if (lacking.isPresent()) {
            throw new InvalidPackageException(lacking.get());
        }
        return opened;
    }

    /** Reads the manifest alone. */
    static SplitPackage openManifest(Path directory) throws IOException {
        Path file = directory.resolve(MANIFEST_FILE);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new InvalidPackageException(
                    "%s is not a split package: it has no %s".formatted(directory, MANIFEST_FILE));
        }
        if (Files.size(file) > Manifest.MAX_BYTES) {
            throw new InvalidPackageException(
                    "%s has %d bytes: expected at most %d".formatted(file, Files.size(file), Manifest.MAX_BYTES));
        }
        byte[] json = Files.readAllBytes(file);
        return new SplitPackage(directory, Manifest.parse(json), Digests.sha256(json));
    }

    /** Whether this part is here. More of a package may come while it is in use; what is here stays as it is. */
    public boolean holds(PackagePart part) {
        try {
            return lacking(part).isEmpty();
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** What this part lacks, for people. */
    private Optional<String> lacking(PackagePart part) throws IOException {
        for (String name : part.files(manifest)) {
            Path path = directory.resolve(name);
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of("%s lacks the file %s".formatted(directory, name));
            }
            if (Files.size(path) != manifest.file(name).bytes()) {
                return Optional.of("%s has %d bytes: the manifest promises %d"
                        .formatted(path, Files.size(path), manifest.file(name).bytes()));
            }
        }
        long wanted = part.weightBytes(manifest);
        Path weights = directory.resolve(WEIGHTS_FILE);
        boolean isThere = Files.isRegularFile(weights, LinkOption.NOFOLLOW_LINKS);
        if (!isThere && (wanted > 0 || part instanceof PackagePart.Whole)) {
            return Optional.of("%s lacks the file %s".formatted(directory, WEIGHTS_FILE));
        }
        long found = isThere ? Files.size(weights) : 0;
        boolean fits = part instanceof PackagePart.Whole
                ? found == manifest.weightBytes()
                : found >= wanted && found <= manifest.weightBytes();
        return fits
                ? Optional.empty()
                : Optional.of("%s has %d bytes: the manifest promises %d, of which %d are needed"
                        .formatted(weights, found, manifest.weightBytes(), wanted));
    }

    /**
     * Reads every file and compares its SHA-256 with the manifest.
     *
     * @throws InvalidPackageException naming the file that differs
     */
    public void verify() throws IOException {
        verify(new PackagePart.Whole());
    }

    /**
     * Reads what belongs to this part and compares it with the manifest.
     *
     * @throws InvalidPackageException naming the file that differs
     */
    public void verify(PackagePart part) throws IOException {
        Set<String> files = new TreeSet<>(part.files(manifest));
        boolean needsAllWeights = part.weightBytes(manifest) == manifest.weightBytes();
        if (needsAllWeights) {
            files.add(WEIGHTS_FILE);
        }
        for (String name : files) {
            Path path = directory.resolve(name);
            String found = Digests.sha256(path);
            if (!found.equals(manifest.file(name).sha256())) {
                throw new InvalidPackageException("%s has SHA-256 %s: the manifest promises %s"
                        .formatted(path, found, manifest.file(name).sha256()));
            }
        }
        if (!needsAllWeights) {
            Path weights = directory.resolve(WEIGHTS_FILE);
            List<WeightSegment> needed = manifest.segmentsUpTo(part.weightBytes(manifest));
            for (WeightSegment damaged : WeightsFile.damaged(weights, needed)) {
                throw new InvalidPackageException(
                        "%s: bytes %d to %d do not have the SHA-256 that the manifest promises"
                                .formatted(weights, damaged.offset(), damaged.end() - 1));
            }
        }
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
        return directory.resolve(manifest.splitPoint(splitPoint)
                .headFile()
                .orElseThrow(() -> new IllegalArgumentException(
                        "split point %d has no head: nothing runs on the edge node".formatted(splitPoint))));
    }

    /** The file that runs in the cloud for this split point; the last index has none. */
    public Path tailFile(int splitPoint) {
        return directory.resolve(manifest.splitPoint(splitPoint)
                .tailFile()
                .orElseThrow(() -> new IllegalArgumentException(
                        "split point %d has no tail: everything runs on the edge node".formatted(splitPoint))));
    }

    public Path wholeFile() {
        return directory.resolve(WHOLE_FILE);
    }

    /** The sample picture as it was given, encoded. */
    public Optional<byte[]> sampleImage() throws IOException {
        return manifest.sampleFile().isPresent()
                ? Optional.of(Files.readAllBytes(
                        directory.resolve(manifest.sampleFile().get())))
                : Optional.empty();
    }

    /** Inputs to warm up and check with: the sample picture, preprocessed, where there is one, otherwise seeded random. */
    public Map<String, Tensor> probeInputs() throws IOException {
        Map<String, Tensor> inputs = new LinkedHashMap<>(ProbeInputs.make(manifest.probe(), PROBE_SEED));
        Optional<byte[]> sample = sampleImage();
        if (sample.isPresent() && manifest.image().isPresent()) {
            ImageInput image = manifest.image().get();
            inputs.put(image.input(), new ImagePreprocessor(image).toTensor(sample.get()));
        }
        return inputs;
    }

    /** Inputs of the probe's types and shapes, made from {@code seed}: no picture among them, and other values for another seed. */
    public Map<String, Tensor> generatedInputs(long seed) {
        return ProbeInputs.make(manifest.probe(), seed);
    }

    /**
     * What crosses at {@code splitPoint}, in the manifest's order: taken from the model's inputs and the head's outputs.
     * A tensor that is given but does not cross is left out; a missing one is refused.
     */
    public Map<String, Tensor> crossing(int splitPoint, Map<String, Tensor> inputs, Map<String, Tensor> headOutputs) {
        Map<String, Tensor> crossing = new LinkedHashMap<>();
        for (CrossingTensor tensor : manifest.splitPoint(splitPoint).crossing()) {
            Tensor found = headOutputs.getOrDefault(tensor.name(), inputs.get(tensor.name()));
            if (found == null) {
                throw new IllegalArgumentException(
                        "tensor '%s' crosses at split point %d, but is neither given nor made: %s, %s"
                                .formatted(tensor.name(), splitPoint, inputs.keySet(), headOutputs.keySet()));
            }
            crossing.put(tensor.name(), found);
        }
        return crossing;
    }

    /**
     * Of what crossed, what the tail's graph file takes: a model output that the head made crosses, as the answer is complete
     * only with it, but may be no input of the tail.
     */
    public Map<String, Tensor> tailInputs(int splitPoint, Map<String, Tensor> crossing) {
        Set<String> wanted = new LinkedHashSet<>(manifest.splitPoint(splitPoint).tailInputs());
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (String name : wanted) {
            Tensor found = crossing.get(name);
            if (found == null) {
                throw new IllegalArgumentException("the tail of split point %d needs tensor '%s', but only %s crossed"
                        .formatted(splitPoint, name, crossing.keySet()));
            }
            inputs.put(name, found);
        }
        return inputs;
    }

    /** The model's full answer in the model's order: what the tail made, and what crossed already being an output. */
    public Map<String, Tensor> answer(int splitPoint, Map<String, Tensor> crossing, Map<String, Tensor> tailOutputs) {
        Map<String, Tensor> answer = new LinkedHashMap<>();
        for (TensorSpec output : manifest.outputs()) {
            Tensor found = tailOutputs.getOrDefault(output.name(), crossing.get(output.name()));
            if (found == null) {
                throw new IllegalArgumentException(
                        "output '%s' neither crossed at split point %d nor was made in its tail: %s, %s"
                                .formatted(output.name(), splitPoint, crossing.keySet(), tailOutputs.keySet()));
            }
            answer.put(output.name(), found);
        }
        return answer;
    }

    @Override
    public String toString() {
        return "%s %s in %s".formatted(manifest.model(), version, directory);
    }
}
