package dev.baton.partitioning.splitpackage;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.Optional;

/** Split packages on this machine's disk, by version; fetched once over HTTP, verified, and kept. */
@SuppressWarnings("DoNotCallSuggester")
public final class PackageCache {
    private final Path directory;
    private final HttpClient http;

    public PackageCache(Path directory, HttpClient http) {
        this.directory = directory;
        this.http = http;
    }

    /**
     * The package of this version: at once when it is here, otherwise downloaded file by file.
     *
     * @param version SHA-256 of the package's manifest
     * @param packageUrl where its files lie; with or without a slash at the end
     */
    public SplitPackage fetch(String version, URI packageUrl) throws IOException, InterruptedException {
        throw new UnsupportedOperationException("fetch " + version + packageUrl + directory + http);
    }

    /** The package of this version if it is here. */
    public Optional<SplitPackage> cached(String version) throws IOException {
        throw new UnsupportedOperationException("cached " + version);
    }
}
