package dev.baton.orchestrator.catalog;

import dev.baton.partitioning.splitpackage.FileEntry;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Split packages on disk, each in a directory named by its version, never changed once it is there. Thread-safe.
 *
 * <p>Layout: {@code packages/<version>/}, and {@code imports/<digest>} with the version that an import of that digest gave.
 */
public final class PackageStore {
    /** Below the data directory, where requests leave their files; see application.properties. */
    private static final String UPLOADS = "uploads";

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Path packages;
    private final Path imports;
    private final Path work;
    private final Map<String, SplitPackage> open = new ConcurrentHashMap<>();

    private PackageStore(Path directory) {
        this.packages = directory.resolve("packages");
        this.imports = directory.resolve("imports");
        this.work = directory.resolve("work");
    }

    /** Opens the store in {@code directory}, removing what an interrupted import left. */
    public static PackageStore in(Path directory) {
        PackageStore store = new PackageStore(directory);
        try {
            removeTree(store.work);
            removeTree(directory.resolve(UPLOADS));
            Files.createDirectories(store.packages);
            Files.createDirectories(store.imports);
            Files.createDirectories(store.work);
            Files.createDirectories(directory.resolve(UPLOADS));
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot use %s as data directory".formatted(directory), failure);
        }
        return store;
    }

    /** A file of a package with what the manifest says of it. */
    public record PackageFile(Path path, long bytes, String sha256) {}

    /** The package of this version; empty when it is not here. */
    public Optional<SplitPackage> find(String version) {
        if (!SHA256.matcher(version).matches()) {
            return Optional.empty();
        }
        return Optional.ofNullable(open.computeIfAbsent(version, this::openIfHere));
    }

    @SuppressWarnings("NullAway") // computeIfAbsent takes null as "still absent"
    private SplitPackage openIfHere(String version) {
        Path directory = packages.resolve(version);
        if (!Files.isDirectory(directory)) {
            return null;
        }
        try {
            return SplitPackage.open(directory);
        } catch (IOException failure) {
            throw new UncheckedIOException("package %s cannot be read".formatted(version), failure);
        }
    }

    /** A file by the names in a URL; only files that the package's manifest lists, and the manifest. */
    public Optional<PackageFile> file(String version, String name) {
        return find(version).flatMap(found -> {
            if (name.equals(SplitPackage.MANIFEST_FILE)) {
                return Optional.of(manifest(found));
            }
            FileEntry entry = found.manifest().files().get(name);
            return Optional.ofNullable(entry)
                    .map(file -> new PackageFile(found.directory().resolve(name), file.bytes(), file.sha256()));
        });
    }

    private static PackageFile manifest(SplitPackage found) {
        Path path = found.directory().resolve(SplitPackage.MANIFEST_FILE);
        try {
            return new PackageFile(path, Files.size(path), found.version());
        } catch (IOException failure) {
            throw new UncheckedIOException("manifest of package %s cannot be read".formatted(found.version()), failure);
        }
    }

    /** Size of all files of a package. */
    public static long bytes(SplitPackage splitPackage) {
        return manifest(splitPackage).bytes()
                + splitPackage.manifest().files().values().stream()
                        .mapToLong(FileEntry::bytes)
                        .sum();
    }

    /** A directory that does not exist yet, on the same disk as the packages. */
    Path workDirectory(String name) {
        return work.resolve(name);
    }

    /** A directory for the files of a model while it is divided, on the same disk as uploads; no model has such a name. */
    Path sourceDirectory(String name) {
        return work.resolve(name + "+source");
    }

    /** Moves a package that was made in {@link #workDirectory} to its place, and remembers what it was made from. */
    SplitPackage keep(SplitPackage made, String importDigest) throws IOException {
        Path place = packages.resolve(made.version());
        if (!Files.isDirectory(place)) {
            try {
                Files.move(made.directory(), place, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException present) {
                removeTree(made.directory());
            }
        }
        Path written = Files.writeString(work.resolve(importDigest), made.version());
        Files.move(written, imports.resolve(importDigest), StandardCopyOption.ATOMIC_MOVE);
        return find(made.version())
                .orElseThrow(() -> new IOException("package %s vanished from %s".formatted(made.version(), packages)));
    }

    /** The package that an import of this digest gave before. */
    Optional<SplitPackage> madeFrom(String importDigest) throws IOException {
        Path remembered = imports.resolve(importDigest);
        return Files.exists(remembered) ? find(Files.readString(remembered)) : Optional.empty();
    }

    static void removeTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> found = Files.walk(directory)) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
