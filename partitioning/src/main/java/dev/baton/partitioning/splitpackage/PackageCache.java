package dev.baton.partitioning.splitpackage;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/*
 * A package grows in the directory of its version; sessions read from there while it does. So what has its final name is
 * whole: graph files are moved there when they are verified. Only weights.bin is seen before it is complete, and then all that
 * is in it is verified: a segment is held in memory until it is, and appended in one piece. Bytes once written are never
 * written again; a file that the disk has damaged is replaced by a mended copy, and sessions keep the one that they opened.
 */
/**
 * Split packages on this machine's disk, by version; fetched over HTTP as far as they are needed, verified, and kept. A
 * download that was cut off goes on where it stopped, also after a restart. One process uses a directory at a time.
 */
public final class PackageCache {
    /** Packages that promise more bytes than this are refused before anything is downloaded. */
    public static final long DEFAULT_MAX_PACKAGE_BYTES = 16L << 30;

    private final Path directory;
    private final HttpFiles files;
    private final long maxPackageBytes;
    private final Space space;
    private final Map<String, WeightsFile> weights = new ConcurrentHashMap<>();
    private final Map<String, Download> running = new ConcurrentHashMap<>();

    public PackageCache(Path directory, HttpClient http) {
        this(directory, http, DEFAULT_MAX_PACKAGE_BYTES);
    }

    public PackageCache(Path directory, HttpClient http, long maxPackageBytes) {
        this(directory, http, maxPackageBytes, place -> Files.getFileStore(place)
                .getUsableSpace());
    }

    PackageCache(Path directory, HttpClient http, long maxPackageBytes, Space space) {
        this.directory = directory.toAbsolutePath().normalize();
        this.files = new HttpFiles(http);
        this.maxPackageBytes = maxPackageBytes;
        this.space = space;
    }

    /** The whole package of this version; see {@link #fetch(String, URI, PackagePart)}. */
    public SplitPackage fetch(String version, URI packageUrl) throws IOException, InterruptedException {
        return fetch(version, packageUrl, new PackagePart.Whole());
    }

    /**
     * The package of this version with at least this part: at once when it is here, otherwise what is missing is downloaded,
     * heads in their order. Callers that ask for the same version at the same time share one download: each returns as soon as
     * its part is here.
     *
     * @param version SHA-256 of the package's manifest
     * @param packageUrl where its files lie; with or without a slash at the end
     * @throws InvalidPackageException when what is served is not what the version promises
     */
    public SplitPackage fetch(String version, URI packageUrl, PackagePart part)
            throws IOException, InterruptedException {
        while (true) {
            Download other = running.get(version);
            int steps = other == null ? 0 : other.steps();
            Optional<SplitPackage> here = cached(version, part);
            if (here.isPresent()) {
                return here.get();
            }
            if (other != null) {
                other.awaitMoreThan(steps, version);
                continue;
            }
            Download mine = new Download();
            if (running.putIfAbsent(version, mine) == null) {
                return download(version, packageUrl, part, mine);
            }
        }
    }

    /** What a package holds and promises; downloaded alone when it is not here. */
    public Manifest fetchManifest(String version, URI packageUrl) throws IOException, InterruptedException {
        return fetch(version, packageUrl, new PackagePart.Head(0)).manifest();
    }

    /** The package of this version if all of it is here. */
    public Optional<SplitPackage> cached(String version) throws IOException {
        return cached(version, new PackagePart.Whole());
    }

    /** The package of this version if this part of it is here. */
    public Optional<SplitPackage> cached(String version, PackagePart part) throws IOException {
        return begun(version).filter(found -> found.holds(part));
    }

    /** A package of which the manifest is here. */
    private Optional<SplitPackage> begun(String version) throws IOException {
        Path path = directory.resolve(requireVersion(version));
        if (!Files.isRegularFile(path.resolve(SplitPackage.MANIFEST_FILE), LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try {
            return Optional.of(SplitPackage.openManifest(path))
                    .filter(found -> found.version().equals(version));
        } catch (InvalidPackageException damaged) {
            return Optional.empty(); // to be fetched again
        }
    }

    private SplitPackage download(String version, URI packageUrl, PackagePart part, Download mine)
            throws IOException, InterruptedException {
        Optional<Exception> failure = Optional.empty();
        try {
            return download(version, root(packageUrl), part, mine::progressed);
        } catch (IOException | RuntimeException e) {
            failure = Optional.of(e);
            throw e;
        } finally {
            // An interruption says nothing about the others, of whom one takes over.
            running.remove(version, mine);
            mine.ended(failure);
        }
    }

    private static URI root(URI packageUrl) {
        String base = packageUrl.toString();
        return URI.create(base.endsWith("/") ? base : base + "/");
    }

    private SplitPackage download(String version, URI root, PackagePart part, Runnable progressed)
            throws IOException, InterruptedException {
        SplitPackage known = begin(version, root);
        Manifest manifest = known.manifest();
        checkSize(known, part);
        for (PackagePart next : inOrder(manifest, part)) {
            for (String name : next.files(manifest)) {
                files.download(
                        root.resolve(name),
                        manifest.file(name),
                        known.directory().resolve(name));
            }
            fetchWeights(known, root, next.weightBytes(manifest));
            progressed.run();
        }
        return SplitPackage.open(known.directory(), part);
    }

    /** A head that runs before the rest is here is worth more than the rest without a head. */
    private static List<PackagePart> inOrder(Manifest manifest, PackagePart part) {
        List<PackagePart> order = new ArrayList<>();
        if (part instanceof PackagePart.Whole) {
            for (int point = 1; point < manifest.lastIndex(); point++) {
                order.add(new PackagePart.Head(point));
            }
        }
        order.add(part);
        return order;
    }

    /** Makes the package's directory, with its manifest. */
    private SplitPackage begin(String version, URI root) throws IOException, InterruptedException {
        Optional<SplitPackage> begun = begun(version);
        if (begun.isPresent()) {
            return begun.get();
        }
        byte[] json = files.read(root.resolve(SplitPackage.MANIFEST_FILE), Manifest.MAX_BYTES);
        String found = Digests.sha256(json);
        if (!found.equals(version)) {
            throw new InvalidPackageException(
                    "the manifest at %s has SHA-256 %s: expected version %s".formatted(root, found, version));
        }
        Manifest.parse(json);
        Path path = directory.resolve(version);
        Files.createDirectories(path);
        Path written = Files.write(path.resolve(SplitPackage.MANIFEST_FILE + ".part"), json);
        Files.move(written, path.resolve(SplitPackage.MANIFEST_FILE), StandardCopyOption.ATOMIC_MOVE);
        return SplitPackage.openManifest(path);
    }

    private void fetchWeights(SplitPackage into, URI root, long bytes) throws IOException, InterruptedException {
        Manifest manifest = into.manifest();
        Path file = into.directory().resolve(SplitPackage.WEIGHTS_FILE);
        URI uri = root.resolve(SplitPackage.WEIGHTS_FILE);
        if (!manifest.weightSegments().isEmpty()) {
            weights.computeIfAbsent(into.version(), version -> new WeightsFile(file, manifest))
                    .extendTo(bytes, files, uri);
        } else if (bytes > 0) {
            files.download(uri, manifest.file(SplitPackage.WEIGHTS_FILE), file);
        } else if (manifest.weightBytes() == 0 && !Files.exists(file)) {
            Files.createFile(file); // all weights are small and lie in the graph files
        }
    }

    private void checkSize(SplitPackage known, PackagePart part) throws IOException {
        Manifest manifest = known.manifest();
        long total = 0;
        for (FileEntry entry : manifest.files().values()) {
            total = entry.bytes() > maxPackageBytes ? Long.MAX_VALUE : total + entry.bytes();
            if (total > maxPackageBytes) {
                throw new InvalidPackageException(
                        "the package of model %s promises more than the %d bytes that are accepted"
                                .formatted(manifest.model(), maxPackageBytes));
            }
        }
        long missing = Math.max(0, part.bytes(manifest) - present(known, part));
        long free = space.freeBytes(directory);
        if (free < missing) {
            throw new IOException("of the package of model %s %d bytes are to be fetched, but %s has only %d left"
                    .formatted(manifest.model(), missing, directory, free));
        }
    }

    private static long present(SplitPackage known, PackagePart part) throws IOException {
        Path weightsFile = known.directory().resolve(SplitPackage.WEIGHTS_FILE);
        long present = Files.isRegularFile(weightsFile, LinkOption.NOFOLLOW_LINKS)
                ? Math.min(Files.size(weightsFile), part.weightBytes(known.manifest()))
                : 0;
        for (String name : part.files(known.manifest())) {
            Path path = known.directory().resolve(name);
            present += Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.size(path) : 0;
        }
        return present;
    }

    /** How much fits on a disk. */
    @FunctionalInterface
    interface Space {
        long freeBytes(Path directory) throws IOException;
    }

    /** One download, for those that wait for it. */
    private static final class Download {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private int steps;
        private boolean ended;
        private Optional<Exception> failure = Optional.empty();

        void progressed() {
            lock.lock();
            try {
                steps++;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void ended(Optional<Exception> why) {
            lock.lock();
            try {
                ended = true;
                failure = why;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** How many parts have come so far. */
        int steps() {
            lock.lock();
            try {
                return steps;
            } finally {
                lock.unlock();
            }
        }

        /** Waits until there is more than before, or no more comes; what went wrong for the other goes wrong for this one. */
        void awaitMoreThan(int seen, String version) throws IOException, InterruptedException {
            lock.lockInterruptibly();
            try {
                while (!ended && steps == seen) {
                    changed.await();
                }
                if (failure.isPresent()) {
                    throw new IOException(
                            "package %s: %s".formatted(version, failure.get().getMessage()), failure.get());
                }
            } finally {
                lock.unlock();
            }
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
