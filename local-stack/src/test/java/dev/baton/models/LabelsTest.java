package dev.baton.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelsTest {

    @TempDir
    private Path directory = Path.of("");

    @Test
    void oneNameALine() throws IOException {
        assertThat(labels("tench", " goldfish ", "", "shark, white"))
                .containsExactly("tench", "goldfish", "shark, white");
    }

    @Test
    void numbersInFrontAreLeftOut() throws IOException {
        assertThat(labels("0,tench, Tinca tinca", "1,goldfish")).containsExactly("tench, Tinca tinca", "goldfish");
        assertThat(labels("0: cat", "1: dog")).containsExactly("cat", "dog");
    }

    @Test
    void numbersThatAreNamesStay() throws IOException {
        assertThat(labels("0", "1", "2")).containsExactly("0", "1", "2");
        assertThat(labels("0 left", "3 right")).containsExactly("0 left", "3 right");
    }

    @Test
    void usualNamesAreFoundInTheOrderOfFolders() throws IOException {
        Path pictures = Files.createDirectory(directory.resolve("pictures"));
        Path models = Files.createDirectory(directory.resolve("models"));
        Path beside = Files.createFile(models.resolve("labels.txt"));

        assertThat(Labels.usual(List.of(pictures, models))).contains(beside);
        Path nearer = Files.createFile(pictures.resolve("imagenet_labels.txt"));
        assertThat(Labels.usual(List.of(pictures, models))).contains(nearer);
        assertThat(Labels.usual(List.of(directory))).isEmpty();
    }

    private List<String> labels(String... lines) throws IOException {
        return Labels.read(Files.write(directory.resolve("labels.txt"), List.of(lines)));
    }
}
