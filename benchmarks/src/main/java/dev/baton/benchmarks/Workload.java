package dev.baton.benchmarks;

import dev.baton.client.InferenceInput;
import dev.baton.clients.Answer;
import dev.baton.clients.EdgeClient;
import dev.baton.demo.GaugeModel;
import dev.baton.demo.Picture;
import dev.baton.evaluate.InputPictures;
import dev.baton.models.DescribedModel;
import dev.baton.models.EngineGraphRunner;
import dev.baton.models.ExitFlags;
import dev.baton.models.ImageFlags;
import dev.baton.models.NpzFile;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.image.ImageInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model and what clients send to it: pictures as JPEG where the model takes pictures, otherwise tensors. There are
 * {@value #INPUTS} inputs, sent in turn.
 */
final class Workload {

    static final int INPUTS = 3;

    private static final int JPEG_QUALITY = 85;
    private static final long TEXT_BYTES = 64L << 20;

    private final DescribedModel model;
    private final List<byte[]> pictures;
    private final List<Map<String, Tensor>> tensors;

    private Workload(DescribedModel model, List<byte[]> pictures, List<Map<String, Tensor>> tensors) {
        this.model = model;
        this.pictures = pictures;
        this.tensors = tensors;
    }

    /**
     * The models that the planner is measured with.
     *
     * @param home   the repository's root
     * @param models where the others lie
     */
    static List<Workload> all(Path home, Path models) throws IOException {
        Path photos = models.resolve("inputs/photos");
        List<Path> things = List.of(
                photos.resolve("winml_dog.jpg"),
                photos.resolve("jetson_orange_0.jpg"),
                photos.resolve("kserve_jay.jpeg"));
        List<Path> faces = List.of(
                models.resolve("inputs/faces/ultraface_12.jpg"),
                models.resolve("inputs/faces/ultraface_2.jpg"),
                photos.resolve("sinet_portrait.jpg"));
        return List.of(
                ofPictures(home, models.resolve("squeezenet_fp32/squeezenet_fp32.onnx"), things),
                ofPictures(home, models.resolve("resnet_cifar10/resnet20_cifar10.onnx"), things),
                ofPictures(home, models.resolve("random/mobilenet_v2.onnx"), things),
                ofPictures(home, models.resolve("ultraface/version-RFB-320.onnx"), faces),
                ofText(
                        home,
                        models.resolve("sms_spam_transformer/sms_spam_transformer.onnx"),
                        models.resolve("inputs/text/sms_spam_given_encoded.npz")),
                gauge(home));
    }

    /** Photographs in the size of the model's input, as a camera that is there for this model sends them. */
    private static Workload ofPictures(Path home, Path onnx, List<Path> photos) throws IOException {
        DescribedModel model = describe(home, onnx, true);
        ImageInput image = model.description()
                .image()
                .orElseThrow(() -> new IllegalArgumentException(onnx + " takes no pictures"));
        InputPictures pictures = new InputPictures(image);
        List<byte[]> encoded = new ArrayList<>();
        for (Path photo : photos) {
            encoded.add(pictures.jpeg(Files.readAllBytes(photo), JPEG_QUALITY));
        }
        return new Workload(model, encoded, List.of());
    }

    /** The gauge model with its own pictures as they are: larger than its input, as a general camera sends them. */
    private static Workload gauge(Path home) {
        GaugeModel gauge = GaugeModel.in(home);
        return new Workload(
                gauge.model(),
                gauge.pictures(INPUTS).stream().map(Picture::encoded).toList(),
                List.of());
    }

    private static Workload ofText(Path home, Path onnx, Path archive) throws IOException {
        Map<String, Tensor> all = NpzFile.readAll(archive, TEXT_BYTES);
        List<Map<String, Tensor>> messages = new ArrayList<>();
        for (int message = 0; message < INPUTS; message++) {
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            for (String name : List.of("input_ids", "attention_mask")) {
                inputs.put(name, row(Optional.ofNullable(all.get(name)).orElseThrow(), message));
            }
            messages.add(inputs);
        }
        return new Workload(describe(home, onnx, false), List.of(), messages);
    }

    private static Tensor row(Tensor table, int row) {
        int length = Math.toIntExact(table.shape().dimension(1));
        return Tensor.ofLongs(
                new Shape(List.of(1L, (long) length)),
                Arrays.copyOfRange(table.toLongs(), row * length, (row + 1) * length));
    }

    private static DescribedModel describe(Path home, Path onnx, boolean guess) throws IOException {
        if (!Files.isRegularFile(onnx)) {
            throw new IllegalArgumentException("the model %s is not there: --models DIR says where".formatted(onnx));
        }
        DescribedModel.Search search = new DescribedModel.Search(
                home,
                guess,
                Optional.empty(),
                ImageFlags.NONE,
                ExitFlags.NONE,
                Optional.empty(),
                Optional.empty(),
                List.of());
        try (EngineGraphRunner runner = new EngineGraphRunner()) {
            return DescribedModel.find(
                    onnx, search, file -> new DescribedModel.Specs(runner.inputs(file), runner.outputs(file)));
        }
    }

    /** The name that the model is imported under. */
    String name() {
        return model.name();
    }

    DescribedModel model() {
        return model;
    }

    /** One of the pictures, chosen by {@code turn} modulo their number, as clients of the SDK send it. */
    InferenceInput picture(int turn) {
        return InferenceInput.picture(
                model.description().image().orElseThrow().input(),
                dev.baton.client.Picture.of(pictures.get(Math.floorMod(turn, INPUTS))));
    }

    boolean takesPictures() {
        return !pictures.isEmpty();
    }

    /** What the package is divided with: a typical picture. */
    Optional<byte[]> sample() {
        return pictures.stream().findFirst();
    }

    /** Sends one of the inputs, chosen by {@code turn} modulo their number, and waits for the answer. */
    Answer send(EdgeClient edge, int turn) {
        int input = Math.floorMod(turn, INPUTS);
        return pictures.isEmpty()
                ? edge.infer(name(), tensors.get(input))
                : edge.infer(name(), model.description().image().orElseThrow().input(), pictures.get(input));
    }
}
