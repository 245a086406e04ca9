package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.splitpackage.InvalidPackageException;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The split package that a command works on: the directory that was named, or one made of the model that was named, which
 * goes when this is closed.
 */
final class OpenedPackage implements AutoCloseable {

    private final SplitPackage splitPackage;
    private final Optional<Path> temporary;

    private OpenedPackage(SplitPackage splitPackage, Optional<Path> temporary) {
        this.splitPackage = splitPackage;
        this.temporary = temporary;
    }

    /** Whether a path is a split package, and not a model's file. */
    static boolean isPackage(Path model) {
        return Files.isDirectory(model);
    }

    /** The package in a directory. */
    static OpenedPackage in(Path directory) throws IOException {
        try {
            return new OpenedPackage(SplitPackage.open(directory), Optional.empty());
        } catch (InvalidPackageException e) {
            throw CommandFailure.check(String.valueOf(e.getMessage()), e);
        }
    }

    /** A package made for the time being. */
    static OpenedPackage dividing(DivisionRequest request, EngineGraphRunner runner, Consumer<String> progress)
            throws IOException {
        Path directory = Files.createTempDirectory("baton-package-");
        Path target = directory.resolve("package");
        try {
            return new OpenedPackage(ModelDivider.divide(request, runner, target, progress), Optional.of(directory));
        } catch (InvalidModelException e) {
            delete(directory);
            throw CommandFailure.check(String.valueOf(e.getMessage()), e);
        } catch (IOException | RuntimeException e) {
            delete(directory);
            throw e;
        }
    }

    SplitPackage splitPackage() {
        return splitPackage;
    }

    @Override
    public void close() throws IOException {
        if (temporary.isPresent()) {
            delete(splitPackage.directory());
            delete(temporary.get());
        }
    }

    /** A split package is one flat directory. */
    private static void delete(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
