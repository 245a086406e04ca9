package dev.baton.partitioning.splitpackage;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What of a split package is needed. The manifest and the sample picture belong to every part. */
public sealed interface PackagePart {
    /** Everything. */
    record Whole() implements PackagePart {}

    /**
     * What an edge node needs to run one head: its graph file, and {@code weights.bin} as far as the head reads it. At the last
     * index that is the whole model; at index 0 there is nothing to run, and so no file beyond what every part has.
     */
    record Head(int splitPoint) implements PackagePart {}

    /** What a tail service needs to run one tail: its graph file, and all of {@code weights.bin}. */
    record Tail(int splitPoint) implements PackagePart {}

    /** The files of this part that must be there in full, {@code weights.bin} not among them. */
    default Set<String> files(Manifest manifest) {
        Set<String> files = new TreeSet<>();
        manifest.sampleFile().ifPresent(files::add);
        Optional<String> graph =
                switch (this) {
                    case Whole() -> {
                        files.addAll(manifest.files().keySet());
                        yield Optional.empty();
                    }
                    case Head(int point) -> manifest.splitPoint(point).headFile();
                    case Tail(int point) -> manifest.splitPoint(point).tailFile();
                };
        graph.ifPresent(files::add);
        files.remove(SplitPackage.WEIGHTS_FILE);
        return files;
    }

    /**
     * How much of {@code weights.bin} this part needs, from its start; a file whose segments are not known can only be fetched
     * whole.
     */
    default long weightBytes(Manifest manifest) {
        if (this instanceof Head(int point)) {
            long needed = manifest.splitPoint(point).headWeightBytes();
            return needed > 0 && manifest.weightSegments().isEmpty() ? manifest.weightBytes() : needed;
        }
        return manifest.weightBytes();
    }

    /** The size of everything in this part, the manifest not counted. */
    default long bytes(Manifest manifest) {
        long bytes = weightBytes(manifest);
        for (String name : files(manifest)) {
            bytes = Math.addExact(bytes, manifest.file(name).bytes());
        }
        return bytes;
    }
}
