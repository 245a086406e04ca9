package dev.baton.partitioning.divide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.partitioning.splitpackage.OutputMeaning;
import dev.baton.tensor.image.ImageInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelDescriptionTest {
    private static final String GAUGE = """
            {"name":"gauge",
             "image":{"input":"image","width":128,"height":96,"resize":"stretch","channels":"RGB","layout":"NCHW",
                      "mean":[1,2,3],"std":[58.4,57.1,57.4]},
             "output":{"tensor":"reading","kind":"regression","unit":"fraction of full scale"},
             "dimensions":{"batch":1},
             "note":"ignored"}
            """;

    @TempDir
    Path directory;

    @Test
    void everythingIsRead() throws IOException {
        ModelDescription read = ModelDescription.parse(GAUGE.getBytes(StandardCharsets.UTF_8));
        assertThat(read.name()).contains("gauge");
        assertThat(read.dimensions()).isEqualTo(Map.of("batch", 1L));
        assertThat(read.image())
                .contains(new ImageInput(
                        "image",
                        128,
                        96,
                        ImageInput.Resize.STRETCH,
                        ImageInput.Channels.RGB,
                        ImageInput.Layout.NCHW,
                        List.of(1.0, 2.0, 3.0),
                        List.of(58.4, 57.1, 57.4)));
        assertThat(read.output())
                .contains(new OutputMeaning("reading", "regression", Optional.of("fraction of full scale"), List.of()));
    }

    @Test
    void labelsComeFromTheFileBeside() throws IOException {
        Files.writeString(directory.resolve("labels.txt"), "tench\ngoldfish\n");
        Files.writeString(
                directory.resolve("net.json"),
                "{\"output\":{\"tensor\":\"y\",\"kind\":\"classification\",\"labelsFile\":\"labels.txt\"}}");
        ModelDescription read = ModelDescription.beside(directory.resolve("net.onnx"));
        assertThat(read.output().map(OutputMeaning::labels)).contains(List.of("tench", "goldfish"));
        assertThat(read.image()).isEmpty();
    }

    @Test
    void labelsFromElsewhereAreRefused() throws IOException {
        String json = "{\"output\":{\"tensor\":\"y\",\"kind\":\"classification\",\"labelsFile\":\"../../etc/passwd\"}}";
        Path file = Files.writeString(directory.resolve("net.json"), json);
        assertThatThrownBy(() -> ModelDescription.read(file)).hasMessageContaining("is no file beside it");
        assertThatThrownBy(() -> ModelDescription.parse(json.getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("cannot be looked up here");
    }

    @Test
    void modelWithoutDescriptionSaysNothing() throws IOException {
        assertThat(ModelDescription.beside(directory.resolve("other.onnx"))).isEqualTo(ModelDescription.none());
    }

    @Test
    void wrongDescriptionSaysWhatIsWrong() {
        assertThatThrownBy(() -> ModelDescription.parse(
                        GAUGE.replace("\"width\":128", "\"width\":0").getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("image.width 0");
        assertThatThrownBy(() -> ModelDescription.parse("[]".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("expected a JSON object");
    }
}
