package dev.baton.edge.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** The last record of each key of a compacted topic, kept on disk so that the edge node starts without the broker. */
final class RememberedRecords {

    private static final Logger LOG = Logger.getLogger(RememberedRecords.class);
    private static final String SUFFIX = ".record";

    private final Path directory;

    RememberedRecords(Path directory) {
        this.directory = directory;
    }

    /** All records by key. */
    Map<String, byte[]> all() {
        Map<String, byte[]> records = new TreeMap<>();
        if (!Files.isDirectory(directory)) {
            return records;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
                records.put(key(file), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory, e);
        }
        return records;
    }

    /** A disk that is full or gone costs the memory, not the service. */
    void remember(String key, byte[] value) {
        Path file = file(key);
        Path partial = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.createDirectories(directory);
            Files.write(partial, value);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warnf("cannot remember %s in %s: %s", key, directory, e);
        }
    }

    void forget(String key) {
        try {
            Files.deleteIfExists(file(key));
        } catch (IOException e) {
            LOG.warnf("cannot forget %s in %s: %s", key, directory, e);
        }
    }

    private Path file(String key) {
        return directory.resolve(URLEncoder.encode(key, StandardCharsets.UTF_8) + SUFFIX);
    }

    private static String key(Path file) {
        String name = file.getFileName().toString();
        return URLDecoder.decode(name.substring(0, name.length() - SUFFIX.length()), StandardCharsets.UTF_8);
    }
}
