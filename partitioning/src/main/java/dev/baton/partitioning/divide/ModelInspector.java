package dev.baton.partitioning.divide;

import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.partitioning.splitpackage.SplitPackageWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Looks a model over without running head and tail of any split point, leaving nothing on disk. */
public final class ModelInspector {
    private ModelInspector() {}

    /**
     * The model's operators and the split points that dividing it would try.
     *
     * @throws InvalidModelException when the file is not a model that Baton can take
     */
    public static Candidates inspect(DivisionRequest request, GraphRunner runner, Consumer<String> progress)
            throws InvalidModelException, IOException {
        Path directory = Files.createTempDirectory("baton-inspect-");
        try (SplitPackageWriter writer = new SplitPackageWriter(directory.resolve("package"))) {
            return Division.candidates(request, runner, writer, progress);
        } finally {
            Files.deleteIfExists(directory);
        }
    }
}
