package dev.baton.openinference;

import dev.baton.tensor.Tensor;

/** One input as the client gave it. */
public sealed interface ModelInput {

    record OfTensor(Tensor tensor) implements ModelInput {}

    /** An encoded picture, which the model's package turns into the tensor. */
    @SuppressWarnings("ArrayRecordComponent")
    record OfPicture(byte[] encoded) implements ModelInput {}
}
