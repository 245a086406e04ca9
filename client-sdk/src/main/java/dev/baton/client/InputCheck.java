package dev.baton.client;

import java.util.Optional;

/** Compares a request with what its model takes. */
final class InputCheck {

    private InputCheck() {}

    /**
     * What the model would not take, in words; empty where there is nothing to object to.
     *
     * <p>An input that is missing is not objected to, as some servers have optional ones. Nor are byte strings where the model
     * takes numbers: they may be a picture that the server makes the tensor of.
     */
    static Optional<String> problem(InferenceRequest request, ModelMetadata model) {
        for (InferenceInput input : request.inputs()) {
            Optional<TensorMetadata> expected = model.input(input.name());
            if (expected.isEmpty()) {
                return Optional.of("model '%s' has no input '%s'; it takes %s"
                        .formatted(model.name(), input.name(), model.inputs()));
            }
            if (!fits(input, expected.get())) {
                return Optional.of("input '%s' of model '%s' is %s %s, expected %s %s"
                        .formatted(
                                input.name(),
                                model.name(),
                                input.datatype(),
                                input.shape(),
                                expected.get().datatype(),
                                expected.get().shape()));
            }
        }
        return request.outputs().stream()
                .filter(output -> model.output(output).isEmpty())
                .findFirst()
                .map(output ->
                        "model '%s' has no output '%s'; it gives %s".formatted(model.name(), output, model.outputs()));
    }

    private static boolean fits(InferenceInput input, TensorMetadata expected) {
        if (input.datatype() == Datatype.BYTES && expected.datatype() != Datatype.BYTES) {
            return true;
        }
        return input.datatype() == expected.datatype() && expected.shape().accepts(input.shape());
    }
}
