package dev.baton.partitioning.divide;

import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Divides a model: finds the split points worth having, proves each against the whole, and packages them once. */
@SuppressWarnings("DoNotCallSuggester")
public final class ModelDivider {
    private ModelDivider() {}

    /**
     * Makes the split package of a model.
     *
     * @param targetDirectory where the package will lie; must not exist yet, or hold the same package
     * @param progress told in plain sentences what is being done
     */
    public static SplitPackage divide(
            DivisionRequest request, GraphRunner runner, Path targetDirectory, Consumer<String> progress)
            throws InvalidModelException, IOException {
        throw new UnsupportedOperationException("divide " + request + runner + targetDirectory + progress);
    }
}
