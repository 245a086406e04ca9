package dev.baton.edge.request;

import dev.baton.tensor.Tensor;
import java.util.Map;

/**
 * The model's answer.
 *
 * @param version that answered
 * @param outputs by name, in the order asked for, or the model's
 */
public record InferenceAnswer(String model, String version, Map<String, Tensor> outputs, Provenance provenance) {}
