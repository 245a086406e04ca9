package dev.baton.partitioning.splitpackage;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/**
 * Split packages on this machine's disk, by version; fetched once over HTTP, verified, and kept. A download that was cut off
 * goes on where it stopped, also after a restart. One process uses a directory at a time.
 */
public final class PackageCache {
    /** Packages that promise more bytes than this are refused before anything is downloaded. */
    public static final long DEFAULT_MAX_PACKAGE_BYTES = 16L << 30;

    private final Path directory;
    private final HttpFiles files;
    private final long maxPackageBytes;
    private final Map<String, CompletableFuture<SplitPackage>> running = new ConcurrentHashMap<>();

    public PackageCache(Path directory, HttpClient http) {
        this(directory, http, DEFAULT_MAX_PACKAGE_BYTES);
    }

    public PackageCache(Path directory, HttpClient http, long maxPackageBytes) {
        this.directory = directory.toAbsolutePath().normalize();
        this.files = new HttpFiles(http);
        this.maxPackageBytes = maxPackageBytes;
    }

    /**
     * The package of this version: at once when it is here, otherwise downloaded file by file. Callers that ask for the same
     * version at the same time wait for one download.
     *
     * @param version SHA-256 of the package's manifest
     * @param packageUrl where its files lie; with or without a slash at the end
     * @throws InvalidPackageException when what is served is not what the version promises
     */
    public SplitPackage fetch(String version, URI packageUrl) throws IOException, InterruptedException {
        while (true) {
            Optional<SplitPackage> here = cachedOrRemoved(version);
            if (here.isPresent()) {
                return here.get();
            }
            CompletableFuture<SplitPackage> mine = new CompletableFuture<>();
            CompletableFuture<SplitPackage> other = running.putIfAbsent(version, mine);
            if (other == null) {
                return download(version, packageUrl, mine);
            }
            try {
                return other.get();
            } catch (CancellationException ownerInterrupted) {
                // The one that downloaded was interrupted, which says nothing about this caller: take over.
            } catch (ExecutionException e) {
                Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
                throw new IOException("package %s: %s".formatted(version, cause.getMessage()), cause);
            }
        }
    }

    /** The package of this version if it is here. */
    public Optional<SplitPackage> cached(String version) throws IOException {
        Path path = directory.resolve(requireVersion(version));
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        SplitPackage found = SplitPackage.open(path);
        if (!found.version().equals(version)) {
            throw new InvalidPackageException("%s holds version %s".formatted(path, found.version()));
        }
        return Optional.of(found);
    }

    /** A package that was damaged on disk is removed, to be fetched again. */
    private Optional<SplitPackage> cachedOrRemoved(String version) throws IOException {
        try {
            return cached(version);
        } catch (InvalidPackageException damaged) {
            Directories.delete(directory.resolve(version));
            return Optional.empty();
        }
    }

    private SplitPackage download(String version, URI packageUrl, CompletableFuture<SplitPackage> mine)
            throws IOException, InterruptedException {
        try {
            SplitPackage fetched = download(version, packageUrl);
            mine.complete(fetched);
            return fetched;
        } catch (InterruptedException e) {
            mine.cancel(false);
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            running.remove(version, mine);
        }
    }

    private SplitPackage download(String version, URI packageUrl) throws IOException, InterruptedException {
        String base = packageUrl.toString();
        URI root = URI.create(base.endsWith("/") ? base : base + "/");
        Path staging = directory.resolve("." + version + ".part");
        Files.createDirectories(staging);
        byte[] json = files.read(root.resolve(SplitPackage.MANIFEST_FILE), Manifest.MAX_BYTES);
        String found = Digests.sha256(json);
        if (!found.equals(version)) {
            throw new InvalidPackageException(
                    "the manifest at %s has SHA-256 %s: expected version %s".formatted(root, found, version));
        }
        Manifest manifest = Manifest.parse(json);
        checkSize(manifest);
        for (Map.Entry<String, FileEntry> file : manifest.files().entrySet()) {
            files.download(root.resolve(file.getKey()), file.getValue(), staging.resolve(file.getKey()));
        }
        Files.write(staging.resolve(SplitPackage.MANIFEST_FILE), json);
        Path complete = directory.resolve(version);
        Files.move(staging, complete, StandardCopyOption.ATOMIC_MOVE);
        return SplitPackage.open(complete);
    }

    private void checkSize(Manifest manifest) throws IOException {
        long total = 0;
        for (FileEntry entry : manifest.files().values()) {
            total = entry.bytes() > maxPackageBytes ? Long.MAX_VALUE : total + entry.bytes();
            if (total > maxPackageBytes) {
                throw new InvalidPackageException(
                        "the package of model %s promises more than the %d bytes that are accepted"
                                .formatted(manifest.model(), maxPackageBytes));
            }
        }
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < total) {
            throw new IOException("the package of model %s has %d bytes, but %s has only %d left"
                    .formatted(manifest.model(), total, directory, free));
        }
    }

    private static String requireVersion(String version) {
        if (!version.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "package version '%s': expected 64 lower-case hexadecimal digits".formatted(version));
        }
        return version;
    }
}
