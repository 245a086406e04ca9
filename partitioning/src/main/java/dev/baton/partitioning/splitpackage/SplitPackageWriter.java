package dev.baton.partitioning.splitpackage;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Writes a package into a directory of its own beside the target, and moves it there when it is complete: no reader ever sees
 * half a package. Closing without {@link #finish} leaves nothing behind.
 */
public final class SplitPackageWriter implements AutoCloseable {
    private final Path target;
    private final Path staging;
    private final Map<String, FileEntry> files = new TreeMap<>();
    private List<WeightSegment> weightSegments = List.of();

    /** What goes into a file; {@code E} is what may go wrong besides writing. */
    @FunctionalInterface
    public interface Content<E extends Exception> {
        void writeTo(OutputStream out) throws IOException, E;
    }

    public SplitPackageWriter(Path target) throws IOException {
        this.target = target.toAbsolutePath().normalize();
        Path parent = this.target.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("package directory %s: expected one below another".formatted(target));
        }
        Files.createDirectories(parent);
        this.staging = Files.createTempDirectory(parent, ".package-");
    }

    /** Where the files lie until the package is finished. */
    public Path staging() {
        return staging;
    }

    /** Writes one file and takes its SHA-256 on the way. */
    public <E extends Exception> Path write(String name, Content<E> content) throws IOException, E {
        MessageDigest digest = Digests.newSha256();
        Path file = staging.resolve(name);
        try (OutputStream out =
                new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16), digest)) {
            content.writeTo(out);
        }
        files.put(name, new FileEntry(Files.size(file), Digests.hex(digest.digest())));
        return file;
    }

    /**
     * Writes {@code weights.bin} and takes the SHA-256 of it and of each of its segments on the way.
     *
     * @param boundaries where segments have to end, which is where heads' weights do
     */
    public <E extends Exception> Path writeWeights(SortedSet<Long> boundaries, Content<E> content)
            throws IOException, E {
        List<SegmentDigests> digests = new ArrayList<>();
        Path file = write(SplitPackage.WEIGHTS_FILE, out -> {
            SegmentDigests segmented = new SegmentDigests(out, boundaries);
            digests.add(segmented);
            content.writeTo(segmented);
        });
        weightSegments = digests.getFirst().finish();
        return file;
    }

    /** The segments of {@code weights.bin} as it was written last. */
    public List<WeightSegment> weightSegments() {
        return weightSegments;
    }

    /** Gives a file that was written its final name. */
    public void rename(String from, String to) throws IOException {
        FileEntry entry = files.remove(from);
        if (entry == null) {
            throw new IllegalArgumentException("no file '%s' was written".formatted(from));
        }
        Files.move(staging.resolve(from), staging.resolve(to));
        files.put(to, entry);
    }

    /** Takes back a file that was written. */
    public void remove(String name) throws IOException {
        files.remove(name);
        Files.deleteIfExists(staging.resolve(name));
    }

    /**
     * Completes the package.
     *
     * @param manifest makes the manifest of the files that were written
     * @throws FileAlreadyExistsException when the target holds something else
     */
    public SplitPackage finish(Function<Map<String, FileEntry>, Manifest> manifest) throws IOException {
        byte[] json = manifest.apply(files).toJson();
        Files.write(staging.resolve(SplitPackage.MANIFEST_FILE), json);
        if (Files.exists(target)) {
            if (!SplitPackage.open(target).version().equals(Digests.sha256(json))) {
                throw new FileAlreadyExistsException(target.toString(), null, "holds another package");
            }
        } else {
            Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
        }
        return SplitPackage.open(target);
    }

    /** Removes what was not finished. */
    @Override
    public void close() throws IOException {
        Directories.delete(staging);
    }
}
