package dev.baton.benchmarks;

import dev.baton.models.DescribedModel;
import dev.baton.models.EngineGraphRunner;
import dev.baton.models.ExitFlags;
import dev.baton.models.ImageFlags;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.planning.device.Device;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.image.ImageInput;
import dev.baton.whatif.Question;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A model that was divided for a benchmark, in a directory that goes when this is closed. */
final class DividedModel implements AutoCloseable {

    private static final int SPLIT_POINTS = 8;

    private final SplitPackage splitPackage;
    private final Path directory;

    private DividedModel(SplitPackage splitPackage, Path directory) {
        this.splitPackage = splitPackage;
        this.directory = directory;
    }

    /**
     * Divides a model, measuring every codec.
     *
     * @param picture shown to models that take pictures
     */
    static DividedModel of(Path home, Path file, Path picture) throws IOException, InvalidModelException {
        Path directory = Files.createTempDirectory("baton-bench-divided-");
        try (EngineGraphRunner runner = new EngineGraphRunner()) {
            DescribedModel described = DescribedModel.find(
                    file,
                    new DescribedModel.Search(
                            home,
                            true,
                            Optional.empty(),
                            ImageFlags.NONE,
                            ExitFlags.NONE,
                            Optional.empty(),
                            Optional.empty(),
                            List.of()),
                    onnx -> new DescribedModel.Specs(runner.inputs(onnx), runner.outputs(onnx)));
            Optional<ImageInput> image = described.description().image();
            DivisionRequest request = DivisionRequest.of(file, described.name())
                    .withDescription(described.description())
                    .withMaxSplitPoints(SPLIT_POINTS)
                    .withCodecs(Codec.all());
            SplitPackage divided = ModelDivider.divide(
                    image.isPresent() && Files.isRegularFile(picture)
                            ? request.withSampleImage(Files.readAllBytes(picture))
                            : request,
                    runner,
                    directory.resolve("package"),
                    ignored -> {});
            return new DividedModel(divided, directory);
        } catch (IOException | InvalidModelException | RuntimeException e) {
            BenchmarkFiles.delete(directory);
            throw e;
        }
    }

    String name() {
        return manifest().model();
    }

    Manifest manifest() {
        return splitPackage.manifest();
    }

    /** The model between two devices. */
    Question between(Device edge, Device tail) throws IOException {
        return Question.of(splitPackage, edge, tail, OptionalLong.empty(), Optional.empty());
    }

    @Override
    public void close() throws IOException {
        BenchmarkFiles.delete(directory);
    }
}
