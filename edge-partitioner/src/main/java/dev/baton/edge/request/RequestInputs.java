package dev.baton.edge.request;

import dev.baton.edge.cloud.Picture;
import dev.baton.edge.model.ServedModel;
import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.ModelInput;
import dev.baton.openinference.RequestCheck;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImagePreprocessor;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request's inputs against what its model takes. Pictures become tensors when they are first needed, once. */
final class RequestInputs {

    private final InferenceRequest request;
    private final ServedModel model;
    private final StageClock clock;
    private @Nullable Map<String, Tensor> tensors;

    RequestInputs(InferenceRequest request, ServedModel model, StageClock clock) {
        this.request = request;
        this.model = model;
        this.clock = clock;
    }

    /** Refuses what the model does not take. Pictures are not looked into. */
    void check() {
        RequestCheck.check(request, model.description());
    }

    /** Every input as a tensor. */
    Map<String, Tensor> tensors() throws InterruptedException {
        if (tensors == null) {
            Map<String, Tensor> made = new LinkedHashMap<>();
            for (Map.Entry<String, ModelInput> input : request.inputs().entrySet()) {
                made.put(input.getKey(), tensor(input.getValue()));
            }
            tensors = made;
        }
        return tensors;
    }

    private Tensor tensor(ModelInput input) throws InterruptedException {
        return switch (input) {
            case ModelInput.OfTensor(Tensor tensor) -> tensor;
            case ModelInput.OfPicture(byte[] encoded) -> preprocess(encoded);
        };
    }

    private Tensor preprocess(byte[] encoded) throws InterruptedException {
        ImagePreprocessor pictures = model.pictures().orElseThrow();
        Duration before = clock.spent(Stage.PREPROCESS);
        Tensor tensor = clock.time(Stage.PREPROCESS, "edge.preprocess", () -> pictures.toTensor(encoded));
        model.measurements().preprocess(clock.spent(Stage.PREPROCESS).minus(before));
        model.measurements().encodedInput(encoded.length);
        return tensor;
    }

    /** The inputs as they came: the client's very picture, and tensors for the other inputs. */
    Baton untouched() {
        Map<String, Tensor> given = new LinkedHashMap<>();
        Optional<Picture> picture = Optional.empty();
        for (Map.Entry<String, ModelInput> input : request.inputs().entrySet()) {
            switch (input.getValue()) {
                case ModelInput.OfTensor(Tensor tensor) -> given.put(input.getKey(), tensor);
                case ModelInput.OfPicture(byte[] encoded) ->
                    picture = Optional.of(new Picture(input.getKey(), mediaType(encoded), encoded));
            }
        }
        picture.ifPresent(sent -> model.measurements().encodedInput(sent.bytes().length));
        return new Baton(0, given, picture);
    }

    private static String mediaType(byte[] encoded) {
        return ImagePreprocessor.mediaType(encoded)
                .orElseThrow(
                        () -> invalid("the picture of %d bytes is neither JPEG nor PNG".formatted(encoded.length)));
    }

    /** Names of the outputs to answer with, in order. */
    List<String> wantedOutputs() {
        return request.outputs().isEmpty()
                ? model.manifest().outputs().stream().map(TensorSpec::name).toList()
                : request.outputs();
    }

    private static RequestRefusedException invalid(String message) {
        return new RequestRefusedException(Reason.INVALID_INPUT, message);
    }
}
