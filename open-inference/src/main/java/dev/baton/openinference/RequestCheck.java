package dev.baton.openinference;

import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;

/** A request against what its model takes. */
public final class RequestCheck {

    private final ModelDescription model;

    private RequestCheck(ModelDescription model) {
        this.model = model;
    }

    /** Refuses what the model does not take: names, types, shapes, unknown outputs. Pictures are not looked into. */
    public static void check(InferenceRequest request, ModelDescription model) {
        new RequestCheck(model).check(request);
    }

    private void check(InferenceRequest request) {
        for (String name : request.inputs().keySet()) {
            if (model.input(name).isEmpty()) {
                throw invalid("model %s has no input '%s'; it takes %s".formatted(model.name(), name, model.inputs()));
            }
        }
        for (TensorSpec spec : model.inputs()) {
            ModelInput input = request.inputs().get(spec.name());
            if (input == null) {
                throw invalid("input '%s' is missing; model %s takes %s"
                        .formatted(spec.name(), model.name(), model.inputs()));
            }
            switch (input) {
                case ModelInput.OfTensor(Tensor tensor) -> checkTensor(spec, tensor);
                case ModelInput.OfPicture _ -> checkPicture(spec);
            }
        }
        for (String name : request.outputs()) {
            if (model.output(name).isEmpty()) {
                throw RequestRefusedException.invalid(
                        "outputs",
                        "model %s has no output '%s'; it gives %s".formatted(model.name(), name, model.outputs()));
            }
        }
    }

    private static void checkTensor(TensorSpec spec, Tensor tensor) {
        if (tensor.type() != spec.type()) {
            throw invalid("input '%s' is %s, expected %s".formatted(spec.name(), tensor.type(), spec.type()));
        }
        if (!spec.shape().accepts(tensor.shape())) {
            throw invalid("input '%s' has shape %s, expected %s".formatted(spec.name(), tensor.shape(), spec.shape()));
        }
    }

    private void checkPicture(TensorSpec spec) {
        if (model.pictureInput().filter(spec.name()::equals).isEmpty()) {
            throw invalid("input '%s' is BYTES, expected %s: model %s does not say how a picture becomes this input"
                    .formatted(spec.name(), spec, model.name()));
        }
    }

    private static RequestRefusedException invalid(String message) {
        return RequestRefusedException.invalid("inputs", message);
    }
}
