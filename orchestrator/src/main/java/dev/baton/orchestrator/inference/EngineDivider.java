package dev.baton.orchestrator.inference;

import dev.baton.inference.EngineSettings;
import dev.baton.orchestrator.catalog.Divider;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Divides models with an engine of their own, which is given back after each. */
public final class EngineDivider implements Divider {
    private final EngineSettings settings;

    public EngineDivider(EngineSettings settings) {
        this.settings = settings;
    }

    @Override
    public SplitPackage divide(DivisionRequest request, Path targetDirectory, Consumer<String> progress)
            throws InvalidModelException, IOException {
        try (EngineGraphRunner runner = new EngineGraphRunner(settings)) {
            return ModelDivider.divide(request, runner, targetDirectory, progress);
        }
    }
}
