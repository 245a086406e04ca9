package dev.baton.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.baton.partitioning.divide.ModelDescription;
import dev.baton.partitioning.splitpackage.EarlyExit;
import dev.baton.partitioning.splitpackage.EarlyExit.Measure;
import dev.baton.partitioning.splitpackage.EarlyExit.Scores;
import dev.baton.partitioning.splitpackage.OutputMeaning;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import dev.baton.tensor.image.ImageInput.Channels;
import dev.baton.tensor.image.ImageInput.Layout;
import dev.baton.tensor.image.ImageInput.Resize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescribedModelTest {

    private static final String JSON = """
            {"name": "reader",
             "image": {"input": "x", "width": 32, "height": 24, "resize": "contain", "channels": "BGR", "layout": "NCHW",
                       "mean": [1, 2, 3], "std": [4, 5, 6]},
             "output": {"tensor": "y", "kind": "classification", "labels": ["no", "yes"]},
             "dimensions": {"batch": 1}}
            """;

    private static final TensorSpec PICTURE = new TensorSpec("x", ElementType.FP32, Shape.of(-1, 3, 24, 32));
    private static final TensorSpec CLASSES = new TensorSpec("y", ElementType.FP32, Shape.of(-1, 2));

    @TempDir
    private Path directory = Path.of("");

    private Path onnx = Path.of("");
    private Path home = Path.of("");

    @BeforeEach
    void createFolders() throws IOException {
        home = Files.createDirectories(directory.resolve("home/docs/models"))
                .resolve("../..")
                .normalize();
        onnx = Files.createFile(
                Files.createDirectory(directory.resolve("models")).resolve("my model.onnx"));
    }

    @Test
    void theDescriptionBesideTheModelCounts() throws IOException {
        Path json = Files.writeString(onnx.resolveSibling("my_model.json"), JSON);
        Files.move(json, onnx.resolveSibling("my model.json"));

        DescribedModel model = find(search());

        assertThat(model.name()).isEqualTo("reader");
        assertThat(model.description().image().map(ImageInput::channels)).contains(Channels.BGR);
        assertThat(model.description().dimensions()).containsEntry("batch", 1L);
        assertThat(model.guessed()).isFalse();
        assertThat(model.source()).contains("my model.json");
    }

    @Test
    void theRepositoryMayDescribeAModelThatLiesElsewhere() throws IOException {
        Files.writeString(home.resolve("docs/models/my model.json"), JSON);

        assertThat(find(search()).name()).isEqualTo("reader");
    }

    @Test
    void flagsComeOnTopOfTheDescription() throws IOException {
        Files.writeString(onnx.resolveSibling("my model.json"), JSON);
        ImageFlags flags = new ImageFlags(
                Optional.empty(),
                Optional.of(ImageFlags.Size.parse("64x48")),
                Optional.of(Resize.STRETCH),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(List.of(1.0, 1.0, 1.0)));

        DescribedModel model = find(search(flags, Optional.of("other"), false));

        assertThat(model.name()).isEqualTo("other");
        assertThat(model.description().image())
                .contains(new ImageInput(
                        "x",
                        64,
                        48,
                        Resize.STRETCH,
                        Channels.BGR,
                        Layout.NCHW,
                        List.of(1.0, 2.0, 3.0),
                        List.of(1.0, 1.0, 1.0)));
    }

    @Test
    void withoutDescriptionAPicturesInputIsGuessedAndSaysSo() throws IOException {
        DescribedModel model = find(search(ImageFlags.NONE, Optional.empty(), true));

        assertThat(model.guessed()).isTrue();
        assertThat(model.name()).isEqualTo("my_model");
        assertThat(model.description().image())
                .contains(new ImageInput(
                        "x",
                        32,
                        24,
                        Resize.COVER,
                        Channels.RGB,
                        Layout.NCHW,
                        List.of(123.675, 116.28, 103.53),
                        List.of(58.395, 57.12, 57.375)));
        assertThat(model.description().output().map(OutputMeaning::kind)).contains("classification");
    }

    @Test
    void withoutPictureNothingIsGuessedNorIsTheModelOpened() throws IOException {
        DescribedModel model = DescribedModel.find(onnx, search(), file -> {
            throw new AssertionError("opened " + file);
        });

        assertThat(model.description().image()).isEmpty();
        assertThat(model.description().output()).isEmpty();
        assertThat(model.guessed()).isFalse();
    }

    @Test
    void completeFlagsAreNoGuess() throws IOException {
        ImageFlags flags = new ImageFlags(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Channels.GRAY),
                Optional.empty(),
                Optional.of(List.of(0.0)),
                Optional.of(List.of(255.0)));

        DescribedModel model = find(search(flags, Optional.empty(), true));

        assertThat(model.guessed()).isFalse();
        assertThat(model.description().image().map(ImageInput::channels)).contains(Channels.GRAY);
    }

    @Test
    void flagsForAModelThatTakesNoPictureAreRefused() {
        ImageFlags flags = new ImageFlags(
                Optional.of("ids"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        TensorSpec ids = new TensorSpec("ids", ElementType.INT64, Shape.of(1, 16));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> DescribedModel.find(
                        onnx,
                        search(flags, Optional.empty(), true),
                        file -> new DescribedModel.Specs(List.of(ids), List.of(CLASSES))))
                .withMessageContaining("no input of")
                .withMessageContaining("can take a picture");
    }

    @Test
    void labelsBesideThePictureNameTheClasses() throws IOException {
        Path labels = Files.write(directory.resolve("labels.txt"), List.of("cat", "dog"));

        DescribedModel model = find(search(ImageFlags.NONE, Optional.empty(), true));

        assertThat(labels).exists();
        assertThat(model.description().output().map(OutputMeaning::labels)).contains(List.of("cat", "dog"));
    }

    @Test
    void itsJsonReadsBackAsTheSameDescription() throws IOException {
        Files.writeString(onnx.resolveSibling("my model.json"), JSON);
        DescribedModel model = find(search());

        ModelDescription read = ModelDescription.parse(model.descriptionJson().getBytes(StandardCharsets.UTF_8));

        assertThat(read).isEqualTo(model.description());
    }

    @Test
    void channelsLastIsGuessedFromTheShape() throws IOException {
        TensorSpec last = new TensorSpec("x", ElementType.FP32, Shape.of(1, 24, 32, 3));

        DescribedModel model = DescribedModel.find(
                onnx,
                search(ImageFlags.NONE, Optional.empty(), true),
                file -> new DescribedModel.Specs(List.of(last), List.of()));

        ImageInput image = model.description().image().orElseThrow();
        assertThat(image.layout()).isEqualTo(Layout.NHWC);
        assertThat(List.of(image.width(), image.height())).containsExactly(32, 24);
    }

    @Test
    void anEarlyExitIsDescribedOrSaid() throws IOException {
        Files.writeString(
                onnx.resolveSibling("my model.json"),
                "{\"exit\": {\"output\": \"branch\", \"threshold\": 0.9, \"scores\": \"probabilities\"}}");
        EarlyExit described = new EarlyExit("branch", 0.9, Measure.PROBABILITY, Scores.PROBABILITIES);
        assertThat(find(search()).description().exit()).contains(described);

        ExitFlags surer =
                new ExitFlags(Optional.empty(), Optional.of(0.99), Optional.of(Measure.ENTROPY), Optional.empty());
        DescribedModel model = find(search(ImageFlags.NONE, surer, Optional.empty(), false));

        assertThat(model.description().exit())
                .contains(new EarlyExit("branch", 0.99, Measure.ENTROPY, Scores.PROBABILITIES));
        assertThat(ModelDescription.parse(model.descriptionJson().getBytes(StandardCharsets.UTF_8))
                        .exit())
                .isEqualTo(model.description().exit());
    }

    @Test
    void anEarlyExitNeedsAnOutputAndAThreshold() {
        ExitFlags noThreshold = new ExitFlags(Optional.of("y"), Optional.empty(), Optional.empty(), Optional.empty());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> find(search(ImageFlags.NONE, noThreshold, Optional.empty(), false)))
                .withMessageContaining("--exit-threshold");
        ExitFlags noOutput = new ExitFlags(Optional.empty(), Optional.of(0.5), Optional.empty(), Optional.empty());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> find(search(ImageFlags.NONE, noOutput, Optional.empty(), false)))
                .withMessageContaining("--exit");
    }

    private DescribedModel find(DescribedModel.Search search) throws IOException {
        return DescribedModel.find(onnx, search, file -> new DescribedModel.Specs(List.of(PICTURE), List.of(CLASSES)));
    }

    private DescribedModel.Search search() {
        return search(ImageFlags.NONE, Optional.empty(), false);
    }

    private DescribedModel.Search search(ImageFlags flags, Optional<String> name, boolean guess) {
        return search(flags, ExitFlags.NONE, name, guess);
    }

    private DescribedModel.Search search(ImageFlags flags, ExitFlags exit, Optional<String> name, boolean guess) {
        return new DescribedModel.Search(
                home, guess, Optional.empty(), flags, exit, name, Optional.empty(), List.of(directory));
    }
}
