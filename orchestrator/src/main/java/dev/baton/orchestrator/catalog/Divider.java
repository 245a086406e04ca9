package dev.baton.orchestrator.catalog;

import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Divides a model into a split package in a directory that does not exist yet. */
@FunctionalInterface
public interface Divider {
    SplitPackage divide(DivisionRequest request, Path targetDirectory, Consumer<String> progress)
            throws InvalidModelException, IOException;
}
