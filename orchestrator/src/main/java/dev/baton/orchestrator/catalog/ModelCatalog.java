package dev.baton.orchestrator.catalog;

import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDescription;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.probe.GraphRunException;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.image.UnreadableImageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The models that edge nodes and tails may load. The published log of the catalog is the truth; packages lie on this
 * machine's disk. Thread-safe; imports are bounded in number and size.
 */
public final class ModelCatalog {
    private static final Logger LOG = Logger.getLogger(ModelCatalog.class);

    /** What a package depends on besides its sources; raised when the divider comes to make other packages of them. */
    private static final int DIVISION = 1;

    private final CatalogSettings settings;
    private final PackageStore packages;
    private final Divider divider;
    private final CatalogLog log;
    private final Supplier<URI> advertisedUrl;
    private final InstantSource clock;
    private final Map<String, CatalogEntry> entries = new ConcurrentHashMap<>();
    private final Set<String> importing = ConcurrentHashMap.newKeySet();
    private final Semaphore imports;
    private volatile boolean recovered;

    /** {@code advertisedUrl}: where edge nodes and tails reach this service over HTTP. */
    public ModelCatalog(
            CatalogSettings settings,
            PackageStore packages,
            Divider divider,
            CatalogLog log,
            Supplier<URI> advertisedUrl,
            InstantSource clock) {
        this.settings = settings;
        this.packages = packages;
        this.divider = divider;
        this.log = log;
        this.advertisedUrl = advertisedUrl;
        this.clock = clock;
        this.imports = new Semaphore(settings.concurrent());
    }

    /** Takes over what the published log says of {@code name}; empty when it was removed. */
    public void recover(String name, Optional<CatalogEntry> entry) {
        entry.ifPresentOrElse(found -> entries.put(name, found), () -> entries.remove(name));
    }

    /**
     * To be called when the published log was read to its end. Entries whose packages lie here are published again where
     * this service is no longer reached under the address they carry.
     */
    public void begin() {
        recovered = true;
        for (CatalogEntry entry : entries.values()) {
            URI here = packageUrl(entry.version());
            if (!entry.packageUrl().equals(here)
                    && packages.find(entry.version()).isPresent()) {
                LOG.infof("package of %s is now served at %s, before at %s", entry.name(), here, entry.packageUrl());
                publish(new CatalogEntry(
                        entry.name(), entry.version(), here, entry.packageBytes(), entry.importedAt()));
            }
        }
    }

    /**
     * Divides a model and gives it out. The same files, description and sample give the same version, at once.
     *
     * @throws ModelRefusedException when what was given is no model that can be served
     * @throws ModelTooLargeException when the files exceed the limit together
     * @throws ImportBusyException when an import of this model is running, or too many are
     */
    public ImportedModel importModel(ModelImport request) throws ModelRefusedException {
        requireRecovered();
        requireName(request.name());
        if (!importing.add(request.name())) {
            throw new ImportBusyException("an import of %s is running already".formatted(request.name()));
        }
        try {
            if (!imports.tryAcquire()) {
                throw new ImportBusyException(
                        "%d imports are running, as many as may: try again later".formatted(settings.concurrent()));
            }
            try {
                return give(request, divide(request));
            } finally {
                imports.release();
            }
        } finally {
            importing.remove(request.name());
        }
    }

    private SplitPackage divide(ModelImport request) throws ModelRefusedException {
        try {
            ModelSources sources = ModelSources.of(request);
            long bytes = sources.bytes();
            if (bytes > settings.maxBytes()) {
                throw new ModelTooLargeException(bytes, settings.maxBytes());
            }
            String digest = digest(request, sources);
            Optional<SplitPackage> before = packages.madeFrom(digest);
            return before.isPresent() ? before.get() : divideAnew(request, sources, digest);
        } catch (IOException failure) {
            throw new UncheckedIOException("model %s could not be divided".formatted(request.name()), failure);
        }
    }

    private SplitPackage divideAnew(ModelImport request, ModelSources sources, String digest)
            throws ModelRefusedException, IOException {
        Path work = packages.workDirectory(request.name());
        Path source = packages.sourceDirectory(request.name());
        try {
            DivisionRequest division = new DivisionRequest(
                    sources.layOut(source),
                    request.name(),
                    request.description(),
                    request.sample(),
                    Map.of(),
                    settings.maxSplitPoints(),
                    Codec.all());
            SplitPackage made = divider.divide(
                    division,
                    work,
                    progress -> LOG.infof("import of %s: %s", request.name(), named(request, progress)));
            return packages.keep(made, digest);
        } catch (InvalidModelException | GraphRunException refused) {
            throw new ModelRefusedException(
                    refused.getCause() instanceof UnreadableImageException ? "sample" : "model",
                    named(request, messageOf(refused)),
                    refused);
        } catch (IllegalArgumentException refused) {
            throw new ModelRefusedException(
                    request.sample().isPresent()
                                    && request.description().image().isEmpty()
                            ? "sample"
                            : "description",
                    named(request, messageOf(refused)),
                    refused);
        } finally {
            try {
                PackageStore.removeTree(source);
            } finally {
                PackageStore.removeTree(work);
            }
        }
    }

    private ImportedModel give(ModelImport request, SplitPackage splitPackage) {
        CatalogEntry before = entries.get(request.name());
        boolean isNew = before == null || !before.version().equals(splitPackage.version());
        CatalogEntry entry = new CatalogEntry(
                request.name(),
                splitPackage.version(),
                packageUrl(splitPackage.version()),
                PackageStore.bytes(splitPackage),
                before == null || isNew ? clock.instant() : before.importedAt());
        if (!entry.equals(before)) {
            publish(entry);
        }
        return new ImportedModel(entry, splitPackage, isNew);
    }

    private void publish(CatalogEntry entry) {
        log.publish(entry);
        entries.put(entry.name(), entry);
    }

    private URI packageUrl(String version) {
        String base = advertisedUrl.get().toString();
        return URI.create((base.endsWith("/") ? base : base + "/") + "packages/" + version);
    }

    /** All models, by name. */
    public List<CatalogEntry> entries() {
        requireRecovered();
        return entries.values().stream()
                .sorted(Comparator.comparing(CatalogEntry::name))
                .toList();
    }

    /** The model of this name; empty when there is none. */
    public Optional<CatalogEntry> entry(String name) {
        requireRecovered();
        return Optional.ofNullable(entries.get(name));
    }

    /** The package of an entry; empty when another replica holds it. */
    public Optional<SplitPackage> splitPackage(CatalogEntry entry) {
        return packages.find(entry.version());
    }

    private void requireRecovered() {
        if (!recovered) {
            throw new CatalogUnavailableException(
                    "the catalog has not been read from the broker yet; try again when the service is ready", null);
        }
    }

    private static void requireName(String name) throws ModelRefusedException {
        if (!name.matches("[a-zA-Z0-9._-]{1,100}") || name.equals(".") || name.equals("..")) {
            throw new ModelRefusedException(
                    "name",
                    "name of a model must be 1 to 100 letters, digits, dots, dashes or underscores, but was \"%s\""
                            .formatted(name),
                    null);
        }
    }

    /** Digest of all that decides what the package will be. */
    private String digest(ModelImport request, ModelSources sources) throws IOException {
        MessageDigest sha256 = sha256();
        ModelDescription description = request.description();
        String settled = "%d %s %d %s %s %s%s\n"
                .formatted(
                        DIVISION,
                        request.name(),
                        settings.maxSplitPoints(),
                        description.image(),
                        description.output(),
                        new TreeMap<>(description.dimensions()),
                        dataDigest(sources));
        sha256.update(settled.getBytes(StandardCharsets.UTF_8));
        sha256.update(request.sample().map(sample -> sha256().digest(sample)).orElseGet(() -> new byte[0]));
        update(sha256, request.onnx());
        return HexFormat.of().formatHex(sha256.digest());
    }

    /** Of every location and what lies there; nothing where the model has no external data. */
    private static String dataDigest(ModelSources sources) throws IOException {
        if (sources.data().isEmpty()) {
            return "";
        }
        MessageDigest all = sha256();
        for (Map.Entry<String, Path> file : sources.data().entrySet()) {
            MessageDigest one = sha256();
            update(one, file.getValue());
            all.update("%s %s\n"
                    .formatted(HexFormat.of().formatHex(one.digest()), file.getKey())
                    .getBytes(StandardCharsets.UTF_8));
        }
        return " " + HexFormat.of().formatHex(all.digest());
    }

    private static void update(MessageDigest digest, Path file) throws IOException {
        try (InputStream bytes = new DigestInputStream(Files.newInputStream(file), digest)) {
            bytes.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** The files lie where this service put them, under a name that the upload gave: that says nothing to anybody. */
    private String named(ModelImport request, String message) {
        Path source = packages.sourceDirectory(request.name());
        return message.replace(source.toAbsolutePath() + "/", "")
                .replace(source + "/", "")
                .replace(String.valueOf(request.onnx().getFileName()), "the model");
    }

    private static String messageOf(Exception failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
