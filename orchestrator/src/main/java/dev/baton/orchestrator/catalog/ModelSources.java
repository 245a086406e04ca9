package dev.baton.orchestrator.catalog;

import dev.baton.partitioning.graph.ExternalData;
import dev.baton.partitioning.graph.InvalidModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/*
 * File names come from strangers twice: with the parts of the upload, and inside the ONNX file. Both are brought into one plain
 * form before they are compared or touch the disk; what has no such form is refused. Only files that both sides name are laid out,
 * in a directory that holds nothing else, so neither side can reach a file that was not uploaded with this very request.
 */
/** The files that one model is made of: its ONNX file, and its external data by plain relative location. */
final class ModelSources {
    /** Far below what one request may hold in parts. */
    static final int MOST_DATA_FILES = 900;

    private static final int MOST_LOCATION_BYTES = 1000;
    private static final int MOST_NAME_BYTES = 255;
    private static final int MOST_LISTED = 10;

    private final Path onnx;
    private final SortedMap<String, Path> data;

    private ModelSources(Path onnx, SortedMap<String, Path> data) {
        this.onnx = onnx;
        this.data = data;
    }

    /** Takes what was given, if the locations of its data are those of different files beside a model. */
    static ModelSources of(ModelImport request) throws ModelRefusedException {
        if (request.data().size() > MOST_DATA_FILES) {
            throw refused(
                    "data",
                    "%d data files were given; at most %d are taken"
                            .formatted(request.data().size(), MOST_DATA_FILES));
        }
        SortedMap<String, Path> data = new TreeMap<>();
        for (DataFile file : request.data()) {
            String location = plain("data", "the data file", file.location());
            if (location.equals(String.valueOf(request.onnx().getFileName()))) {
                throw refused("data", "the data file %s is named like the model".formatted(quoted(location)));
            }
            if (data.put(location, file.file()) != null) {
                throw refused("data", "the data file %s was given more than once".formatted(quoted(location)));
            }
        }
        for (String location : data.keySet()) {
            for (int end = location.indexOf('/'); end >= 0; end = location.indexOf('/', end + 1)) {
                String directory = location.substring(0, end);
                if (data.containsKey(directory)) {
                    throw refused(
                            "data",
                            "the data file %s is the directory of data file %s as well"
                                    .formatted(quoted(directory), quoted(location)));
                }
            }
        }
        return new ModelSources(request.onnx(), data);
    }

    /** External data by location. */
    SortedMap<String, Path> data() {
        return data;
    }

    /** Of all files together. */
    long bytes() throws IOException {
        long bytes = Files.size(onnx);
        for (Path file : data.values()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    /**
     * Lays the files out in {@code directory} as the model names them, without copying where the disk allows.
     *
     * @return the ONNX file there
     * @throws ModelRefusedException when the model names a file that was not given or is too short, or does not name one
     *     that was
     */
    Path layOut(Path directory) throws ModelRefusedException, InvalidModelException, IOException {
        requireNamed(ExternalData.extents(onnx));
        Files.createDirectories(directory);
        Path model = put(onnx, directory.resolve(String.valueOf(onnx.getFileName())));
        for (Map.Entry<String, Path> file : data.entrySet()) {
            Path place;
            try {
                place = directory.resolve(file.getKey());
            } catch (InvalidPathException unwritable) {
                throw new ModelRefusedException(
                        "data",
                        "the data file %s has a name that this machine cannot write".formatted(quoted(file.getKey())),
                        unwritable);
            }
            Files.createDirectories(place.resolveSibling("."));
            put(file.getValue(), place);
        }
        return model;
    }

    private void requireNamed(SortedMap<String, Long> extents) throws ModelRefusedException, IOException {
        List<String> missing = new ArrayList<>();
        List<String> unknown = new ArrayList<>(data.keySet());
        for (Map.Entry<String, Long> named : extents.entrySet()) {
            String location = plain("model", "the model's external data file", named.getKey());
            unknown.remove(location);
            Path file = data.get(location);
            if (file == null) {
                missing.add(location);
            } else if (Files.size(file) < named.getValue()) {
                throw refused(
                        "data",
                        "the data file %s has %d bytes, but the model reads it up to byte %d: it is cut short"
                                .formatted(quoted(location), Files.size(file), named.getValue()));
            }
        }
        if (!missing.isEmpty()) {
            throw refused(
                    "data",
                    "the model has external data in %s, but no part \"data\" has such a file name; given: %s"
                            .formatted(listed(missing), listed(data.keySet())));
        }
        if (!unknown.isEmpty()) {
            throw refused(
                    "data",
                    "the model has no external data in %s; expected: %s"
                            .formatted(listed(unknown), listed(extents.keySet())));
        }
    }

    private static Path put(Path file, Path place) throws IOException {
        try {
            return Files.createLink(place, file);
        } catch (UnsupportedOperationException | FileSystemException notLinkable) {
            return Files.copy(file, place);
        }
    }

    /** A relative location without empty steps; others could lead anywhere. */
    private static String plain(String part, String what, String location) throws ModelRefusedException {
        String wrong = wrong(location);
        if (wrong != null) {
            throw refused(
                    part,
                    "%s %s has %s: expected a path relative to the model, such as weights/a.data"
                            .formatted(what, quoted(location), wrong));
        }
        return steps(location).stream().collect(Collectors.joining("/"));
    }

    private static List<String> steps(String location) {
        return List.of(location.split("/")).stream()
                .filter(step -> !step.isEmpty() && !step.equals("."))
                .toList();
    }

    private static @Nullable String wrong(String location) {
        if (location.chars().anyMatch(Character::isISOControl)) {
            return "a control character";
        }
        if (location.indexOf('\\') >= 0) {
            return "a backslash";
        }
        if (location.startsWith("/")) {
            return "an absolute path";
        }
        if (location.endsWith("/") || steps(location).isEmpty()) {
            return "no file name";
        }
        if (steps(location).contains("..")) {
            return "a step out of its directory";
        }
        if (bytes(location) > MOST_LOCATION_BYTES
                || steps(location).stream().anyMatch(step -> bytes(step) > MOST_NAME_BYTES)) {
            return "too long a name";
        }
        return null;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String listed(Collection<String> locations) {
        if (locations.isEmpty()) {
            return "none";
        }
        String first =
                locations.stream().limit(MOST_LISTED).map(ModelSources::quoted).collect(Collectors.joining(", "));
        return locations.size() <= MOST_LISTED
                ? first
                : first + " and %d more".formatted(locations.size() - MOST_LISTED);
    }

    private static String quoted(String location) {
        StringBuilder shown = new StringBuilder("'");
        location.codePoints()
                .limit(MOST_NAME_BYTES)
                .map(point -> Character.isISOControl(point) ? '?' : point)
                .forEach(shown::appendCodePoint);
        return shown.append('\'').toString();
    }

    private static ModelRefusedException refused(String part, String message) {
        return new ModelRefusedException(part, message, null);
    }
}
