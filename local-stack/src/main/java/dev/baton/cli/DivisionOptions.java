package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.inference.Device;
import dev.baton.models.DescribedModel;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.split.SplitPointFinder;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.image.ImageInput;
import dev.baton.tensor.image.ImagePreprocessor;
import dev.baton.tensor.image.UnreadableImageException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a command line may say about dividing a model: the same for every command that divides one. */
final class DivisionOptions {

    @Option(
            names = "--input",
            paramLabel = "NAME=FILE",
            description = {
                "An input from a file instead of a made-up one: .npy, .npz (its array of that name, or its only one),",
                "or a picture (.jpg, .png) where the model's description says how it becomes the input. May be repeated."
            })
    private Map<String, Path> inputs = new LinkedHashMap<>();

    @Option(
            names = "--dim",
            paramLabel = "NAME=SIZE",
            description = "Size of a variable dimension, by its name or as INPUT.AXIS. May be repeated.")
    private Map<String, Long> dimensions = new LinkedHashMap<>();

    @Option(names = "--image", paramLabel = "FILE", description = "A typical picture; --input without a name.")
    private @Nullable Path image;

    @Option(names = "--all", description = "Every legal split point, not only those worth having.")
    private boolean all;

    @Option(
            names = "--max-split-points",
            paramLabel = "N",
            description = "Split points between the ends to keep at most (${DEFAULT-VALUE}).")
    private int maxSplitPoints = DivisionRequest.DEFAULT_SPLIT_POINTS;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "cpu or gpu:N, where models run (${DEFAULT-VALUE}).")
    private String device = "cpu";

    /** Where models run. */
    Device device() {
        try {
            return Device.parse(device);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--device: " + e.getMessage());
        }
    }

    /** Runs graph files on the chosen device; to be closed. */
    EngineGraphRunner runner() {
        return new EngineGraphRunner(device());
    }

    /** What is known and said about {@code onnx}, guessing how a picture becomes its input when one is given. */
    DescribedModel describe(Path onnx, ModelOptions modelOptions) {
        return modelOptions.describe(onnx, Home.directory(), pictures());
    }

    /** The division of {@code onnx} that the command line asks for, measuring every codec. */
    DivisionRequest request(Path onnx, ModelOptions modelOptions) {
        return request(describe(onnx, modelOptions));
    }

    /** The division of a described model that the command line asks for, measuring every codec. */
    DivisionRequest request(DescribedModel model) {
        DivisionRequest request;
        try {
            request = DivisionRequest.of(model.onnx(), model.name())
                    .withDescription(model.description().withDimensions(dimensions))
                    .withProbe(tensors())
                    .withMaxSplitPoints(all ? SplitPointFinder.ALL : maxSplitPoints);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
        Optional<byte[]> picture = picture(model);
        return picture.isPresent() ? request.withSampleImage(picture.get()) : request;
    }

    /** Given inputs that are tensors, by name. */
    Map<String, Tensor> tensors() {
        Map<String, Path> files = new LinkedHashMap<>(inputs);
        files.values().removeIf(InputFiles::isPicture);
        return InputFiles.tensors(files);
    }

    /** The given picture, encoded; refused where nothing says how it becomes the named input. */
    Optional<byte[]> picture(DescribedModel model) {
        List<Path> pictures = pictures();
        if (pictures.isEmpty()) {
            return Optional.empty();
        }
        if (pictures.size() > 1) {
            throw CommandFailure.usage("one picture at most, given: %s".formatted(pictures));
        }
        Optional<ImageInput> known = model.description().image();
        if (known.isEmpty()) {
            throw CommandFailure.usage(
                    "%s is a picture, but nothing says how a picture becomes an input of %s: expected a .npy or .npz file, or a description (--description, or --image-input, --size, --channels, --mean, --std)"
                            .formatted(pictures.getFirst(), model.name()));
        }
        Optional<String> named = inputs.entrySet().stream()
                .filter(entry -> InputFiles.isPicture(entry.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
        String taken = known.get().input();
        if (named.isPresent() && !named.get().equals(taken)) {
            throw CommandFailure.usage(
                    "input %s: %s is a picture, but pictures become input '%s' (--image-input says otherwise)"
                            .formatted(named.get(), pictures.getFirst(), taken));
        }
        byte[] encoded = InputFiles.read(pictures.getFirst(), "picture");
        requireReadable(encoded, known.get(), pictures.getFirst());
        return Optional.of(encoded);
    }

    private static void requireReadable(byte[] encoded, ImageInput input, Path file) {
        try {
            Tensor unused = new ImagePreprocessor(input).toTensor(encoded);
        } catch (UnreadableImageException e) {
            throw CommandFailure.environment("input %s: %s: %s".formatted(input.input(), file, e.getMessage()), e);
        }
    }

    private List<Path> pictures() {
        return Stream.concat(
                        Optional.ofNullable(image).stream(),
                        inputs.values().stream().filter(InputFiles::isPicture))
                .toList();
    }
}
