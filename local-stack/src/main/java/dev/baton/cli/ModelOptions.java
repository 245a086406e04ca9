package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.models.DescribedModel;
import dev.baton.models.EngineGraphRunner;
import dev.baton.models.ExitFlags;
import dev.baton.models.ImageFlags;
import dev.baton.partitioning.splitpackage.EarlyExit;
import dev.baton.tensor.image.ImageInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the command line may say about a model beyond its file. */
final class ModelOptions {

    @Option(
            names = "--description",
            paramLabel = "FILE",
            description = {
                "JSON that says how a picture becomes the model's input and what the answer means.",
                "Default: MODEL.json beside MODEL.onnx, then docs/models/MODEL.json, then a guess."
            })
    private @Nullable Path descriptionFile;

    @Option(names = "--name", paramLabel = "NAME", description = "The name the model is served under.")
    private @Nullable String name;

    @Option(names = "--image-input", paramLabel = "NAME", description = "The input that takes the picture.")
    private @Nullable String imageInput;

    @Option(names = "--size", paramLabel = "WxH", description = "The input's width and height in pixels.")
    private @Nullable String size;

    @Option(
            names = "--resize",
            paramLabel = "HOW",
            description = "stretch, cover (cut off what overhangs) or contain (letterbox).")
    private @Nullable String resize;

    @Option(names = "--channels", paramLabel = "ORDER", description = "RGB, BGR or GRAY.")
    private @Nullable String channels;

    @Option(names = "--layout", paramLabel = "ORDER", description = "NCHW or NHWC.")
    private @Nullable String layout;

    @Option(
            names = "--mean",
            paramLabel = "N",
            split = ",",
            description = "Subtracted from each channel's value in 0..255, such as 103.94,116.78,123.68.")
    private @Nullable List<Double> mean;

    @Option(names = "--std", paramLabel = "N", split = ",", description = "Then divides it, such as 1,1,1.")
    private @Nullable List<Double> std;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = {
                "Names of the classes, one a line.",
                "Default: those of the description, or labels.txt or imagenet_labels.txt beside picture or model."
            })
    private @Nullable Path labels;

    @Option(
            names = "--exit",
            paramLabel = "OUTPUT",
            description = "The output that may answer early, with a score for each class.")
    private @Nullable String exitOutput;

    @Option(names = "--exit-threshold", paramLabel = "N", description = "How sure it must be, above 0 and at most 1.")
    private @Nullable Double exitThreshold;

    @Option(
            names = "--exit-measure",
            paramLabel = "WHAT",
            description =
                    "How sure it is: probability (the highest; default) or entropy (1 less the part of the largest).")
    private EarlyExit.@Nullable Measure exitMeasure;

    @Option(
            names = "--exit-scores",
            paramLabel = "WHAT",
            description = "What it gives: logits (default) or probabilities.")
    private EarlyExit.@Nullable Scores exitScores;

    /**
     * What is known and said about {@code onnx}.
     *
     * @param pictures that it shall take; where they lie, labels may lie. Without any, nothing is guessed.
     */
    DescribedModel describe(Path onnx, Path home, List<Path> pictures) {
        InputFiles.requireReadable(onnx, "model");
        Stream.of(descriptionFile, labels)
                .filter(file -> file != null)
                .forEach(file -> InputFiles.requireReadable(file, "file"));
        List<Path> labelFolders = Stream.concat(pictures.stream(), Stream.of(onnx))
                .map(file -> file.toAbsolutePath().getParent())
                .distinct()
                .toList();
        DescribedModel.Search search = new DescribedModel.Search(
                home,
                !pictures.isEmpty(),
                Optional.ofNullable(descriptionFile),
                flags(),
                new ExitFlags(
                        Optional.ofNullable(exitOutput),
                        Optional.ofNullable(exitThreshold),
                        Optional.ofNullable(exitMeasure),
                        Optional.ofNullable(exitScores)),
                Optional.ofNullable(name),
                Optional.ofNullable(labels),
                labelFolders);
        try {
            return DescribedModel.find(onnx, search, ModelOptions::specs);
        } catch (IOException | IllegalArgumentException e) {
            throw CommandFailure.usage("the model's description: " + e.getMessage());
        }
    }

    private static DescribedModel.Specs specs(Path onnx) {
        try (EngineGraphRunner runner = new EngineGraphRunner()) {
            return new DescribedModel.Specs(runner.inputs(onnx), runner.outputs(onnx));
        }
    }

    private ImageFlags flags() {
        try {
            return new ImageFlags(
                    Optional.ofNullable(imageInput),
                    parsed(size, ImageFlags.Size::parse),
                    parsed(resize, ImageInput.Resize::parse),
                    parsed(channels, ImageInput.Channels::parse),
                    parsed(layout, ImageInput.Layout::parse),
                    Optional.ofNullable(mean),
                    Optional.ofNullable(std));
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private static <T> Optional<T> parsed(@Nullable String text, Function<String, T> parser) {
        return Optional.ofNullable(text).map(parser);
    }
}
