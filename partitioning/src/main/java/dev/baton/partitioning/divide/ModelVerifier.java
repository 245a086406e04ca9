package dev.baton.partitioning.divide;

import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.partitioning.splitpackage.Parity;
import dev.baton.partitioning.splitpackage.SplitPackageWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Runs head and tail for each split point of a model and compares with the whole, leaving nothing on disk. */
public final class ModelVerifier {
    private ModelVerifier() {}

    /**
     * Every split point that a package of this model would have, and those that it would keep out.
     *
     * @throws InvalidModelException when the file is not a model that Baton can take
     */
    public static Verification verify(DivisionRequest request, GraphRunner runner, Consumer<String> progress)
            throws InvalidModelException, IOException {
        Path directory = Files.createTempDirectory("baton-verify-");
        try (SplitPackageWriter writer = new SplitPackageWriter(directory.resolve("package"))) {
            Division.Result result = Division.of(request.withCodecs(List.of()), runner, writer, progress);
            int operators = result.graph().operators().size();
            List<Verification.Row> rows = new ArrayList<>();
            for (Division.Tried tried : result.tried().values()) {
                rows.add(new Verification.Row(
                        result.kept().indexOf(tried) + 1,
                        tried.point().name(),
                        tried.point().head().size(),
                        operators - tried.point().head().size(),
                        tried.point().crossing(),
                        tried.point().crossingBytes(),
                        tried.verdict().parity().map(Parity::bitExact).orElse(false),
                        tried.verdict().maxRelativeDifference(),
                        tried.verdict().failure()));
            }
            return new Verification(request.modelName(), operators, rows, result.reason(), result.warnings());
        } finally {
            Files.deleteIfExists(directory);
        }
    }
}
