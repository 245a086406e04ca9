package dev.baton.evaluate;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A folder of pictures. A CSV file in it names those to use and their classes; without one, every picture is used and none has a
 * label.
 */
public final class PictureFolder implements DataSet {
    private static final int MOST_PICTURES = 1_000_000;
    private static final long LARGEST_CSV = 64L << 20;
    private static final long LARGEST_PICTURE = 64L << 20;
    private static final String FILE_COLUMN = "file";

    private record Entry(Path file, Set<Integer> labels) {}

    private final String name;
    private final List<Entry> entries;

    private PictureFolder(String name, List<Entry> entries) {
        this.name = name;
        this.entries = entries;
    }

    /**
     * The pictures that a CSV file names, or those of a folder.
     *
     * @param source the folder, or the CSV file among the pictures
     */
    static PictureFolder open(Path source) throws IOException {
        String name = String.valueOf(source.toAbsolutePath().normalize().getFileName());
        if (!Files.isDirectory(source)) {
            return new PictureFolder(name, listed(source));
        }
        List<Path> tables = withEnding(source, ".*\\.csv");
        if (tables.size() > 1) {
            throw new BadDataSetException(
                    "%s holds %d CSV files, %s: name the one to use".formatted(source, tables.size(), tables));
        }
        if (tables.size() == 1) {
            return new PictureFolder(name, listed(tables.getFirst()));
        }
        List<Path> pictures = withEnding(source, ".*\\.(jpe?g|png)");
        if (pictures.isEmpty()) {
            throw new BadDataSetException("%s holds no picture: expected .jpg, .jpeg or .png".formatted(source));
        }
        return new PictureFolder(
                name,
                pictures.stream()
                        .map(file -> new Entry(file, Set.<Integer>of()))
                        .toList());
    }

    private static List<Path> withEnding(Path folder, String pattern) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> String.valueOf(file.getFileName())
                            .toLowerCase(Locale.ROOT)
                            .matches(pattern))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .limit(MOST_PICTURES)
                    .toList();
        }
    }

    private static List<Entry> listed(Path csv) throws IOException {
        if (Files.size(csv) > LARGEST_CSV) {
            throw new BadDataSetException(
                    "%s has %d bytes, at most %d are read".formatted(csv, Files.size(csv), LARGEST_CSV));
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(csv, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new BadDataSetException("%s is no text in UTF-8".formatted(csv), e);
        }
        List<String> columns = lines.isEmpty()
                ? List.of()
                : cells(lines.getFirst(), csv, 1).stream().map(String::strip).toList();
        int fileColumn = columns.indexOf(FILE_COLUMN);
        if (fileColumn < 0) {
            throw new BadDataSetException(
                    "%s has the columns %s: expected one called '%s'".formatted(csv, columns, FILE_COLUMN));
        }
        Optional<String> labels = columns.stream()
                .filter(column -> Set.of("label", "labels", "class").contains(column) || column.startsWith("accepted"))
                .findFirst();
        int labelColumn = labels.map(columns::indexOf).orElse(-1);
        Path folder = csv.toAbsolutePath().resolveSibling("");
        List<Entry> entries = new ArrayList<>();
        for (int number = 2; number <= lines.size(); number++) {
            String line = lines.get(number - 1);
            if (line.isBlank()) {
                continue;
            }
            List<String> cells = cells(line, csv, number);
            if (cells.size() != columns.size()) {
                throw new BadDataSetException("%s, line %d has %d cells: expected %d, as the first line has"
                        .formatted(csv, number, cells.size(), columns.size()));
            }
            Path file = picture(folder, cells.get(fileColumn).strip(), csv, number);
            entries.add(new Entry(file, labelColumn < 0 ? Set.of() : labels(cells.get(labelColumn), csv, number)));
        }
        if (entries.isEmpty()) {
            throw new BadDataSetException("%s names no picture".formatted(csv));
        }
        return entries;
    }

    private static Path picture(Path folder, String text, Path csv, int number) {
        Path file;
        try {
            file = folder.resolve(text);
        } catch (InvalidPathException e) {
            throw new BadDataSetException("%s, line %d: '%s' is no file name".formatted(csv, number, text), e);
        }
        if (text.isEmpty() || !Files.isRegularFile(file)) {
            throw new BadDataSetException("%s, line %d: there is no picture '%s'".formatted(csv, number, text));
        }
        return file;
    }

    /** One class, or several right ones with spaces between. */
    private static Set<Integer> labels(String text, Path csv, int number) {
        Set<Integer> labels = new TreeSet<>();
        for (String label : text.strip().split("[ ;|]+", -1)) {
            if (!label.matches("\\d{1,9}")) {
                throw new BadDataSetException(
                        "%s, line %d: label '%s': expected the number of a class, from 0, or several with spaces between"
                                .formatted(csv, number, text));
            }
            labels.add(Integer.parseInt(label));
        }
        return labels;
    }

    /** Commas separate; between quotes they do not, and two quotes there are one. */
    private static List<String> cells(String line, Path csv, int number) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                boolean isDoubled = quoted && i + 1 < line.length() && line.charAt(i + 1) == '"';
                if (isDoubled) {
                    cell.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        if (quoted) {
            throw new BadDataSetException("%s, line %d: a quote is not closed".formatted(csv, number));
        }
        cells.add(cell.toString());
        return cells;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        return entries.size();
    }

    @Override
    public boolean isLabelled() {
        return entries.stream().noneMatch(entry -> entry.labels().isEmpty());
    }

    @Override
    public boolean hasPictures() {
        return true;
    }

    /** Of each picture's name, labels and bytes, in order. */
    @Override
    public String sha256() throws IOException {
        MessageDigest digest = newDigest();
        for (Entry entry : entries) {
            digest.update("%s %s %d\n"
                    .formatted(entry.file().getFileName(), new TreeSet<>(entry.labels()), Files.size(entry.file()))
                    .getBytes(StandardCharsets.UTF_8));
            addFile(entry.file(), digest);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static void addFile(Path file, MessageDigest digest) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            stream.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        }
    }

    @Override
    public Samples samples() {
        return new Samples() {
            private int next;

            @Override
            public Optional<Sample> next() throws IOException {
                if (next == entries.size()) {
                    return Optional.empty();
                }
                Entry entry = entries.get(next++);
                if (Files.size(entry.file()) > LARGEST_PICTURE) {
                    throw new BadDataSetException("%s has %d bytes: a picture may have %d"
                            .formatted(entry.file(), Files.size(entry.file()), LARGEST_PICTURE));
                }
                Sample.Picture picture = new Sample.Picture(Files.readAllBytes(entry.file()), true);
                return Optional.of(new Sample(entry.file().toString(), Optional.of(picture), Map.of(), entry.labels()));
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {}
}
