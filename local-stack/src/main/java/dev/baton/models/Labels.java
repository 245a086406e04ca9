package dev.baton.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The names of a model's classes, one a line, in order; a line may begin with its own number and a comma, colon or space. */
public final class Labels {

    /** Names under which label files are looked for beside pictures and models. */
    private static final List<String> USUAL_NAMES = List.of("labels.txt", "imagenet_labels.txt");

    private Labels() {}

    public static List<String> read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file).stream()
                .filter(line -> !line.isBlank())
                .toList();
        List<String> unnumbered = new ArrayList<>(lines.size());
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            String number = Integer.toString(i);
            if (!line.matches("\\Q%s\\E[,:\\s].*".formatted(number))) {
                return lines.stream().map(String::strip).toList();
            }
            unnumbered.add(line.substring(number.length() + 1).strip());
        }
        return List.copyOf(unnumbered);
    }

    /** A label file of the usual name in one of the folders. */
    public static Optional<Path> usual(List<Path> folders) {
        return folders.stream()
                .flatMap(folder -> USUAL_NAMES.stream().map(folder::resolve))
                .filter(Files::isRegularFile)
                .findFirst();
    }
}
