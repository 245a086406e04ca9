package dev.baton.partitioning.splitpackage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a graph file of a split package takes while it is open, in bytes: the file, and the weights that it points to. The
 * engine's own copies of weights, in the form it computes with, and the tensors of a run come on top.
 */
public final class PackageMemory {
    private PackageMemory() {}

    /** The estimate for a head's, a tail's or the whole graph; of a file that is in no package, its size. */
    public static long bytesOf(Path graphFile) {
        try {
            Path directory = graphFile.toAbsolutePath().getParent();
            long graph = Files.size(graphFile);
            return directory != null && Files.isRegularFile(directory.resolve(SplitPackage.MANIFEST_FILE))
                    ? Math.addExact(
                            graph,
                            weightBytes(SplitPackage.openManifest(directory).manifest(), nameOf(graphFile)))
                    : graph;
        } catch (IOException unreadable) {
            throw new UncheckedIOException("%s cannot be read".formatted(graphFile), unreadable);
        }
    }

    private static String nameOf(Path file) {
        return String.valueOf(file.getFileName());
    }

    /** A tail is taken to read what its head does not; the few weights that both read do not count. */
    private static long weightBytes(Manifest manifest, String graphFile) {
        for (SplitPointEntry point : manifest.splitPoints()) {
            if (point.headFile().filter(graphFile::equals).isPresent()) {
                return point.headWeightBytes();
            }
            if (point.tailFile().filter(graphFile::equals).isPresent()) {
                return manifest.weightBytes() - point.headWeightBytes();
            }
        }
        return manifest.weightBytes();
    }
}
