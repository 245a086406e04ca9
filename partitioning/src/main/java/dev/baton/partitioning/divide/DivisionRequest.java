package dev.baton.partitioning.divide;

import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model to divide.
 *
 * @param onnx the model's file
 * @param modelName the name it is served under
 * @param description what is known about it beyond the file
 * @param sampleImage an encoded picture to probe with and to keep in the package; needs {@code description.image}
 * @param probe inputs to probe with by name; those not given are made up
 * @param maxSplitPoints how many split points between the ends to keep at most
 * @param codecs to measure at each split point
 */
public record DivisionRequest(
        Path onnx,
        String modelName,
        ModelDescription description,
        Optional<byte[]> sampleImage,
        Map<String, Tensor> probe,
        int maxSplitPoints,
        List<Codec> codecs) {
    /** Split points between the ends that are kept unless asked otherwise. */
    public static final int DEFAULT_SPLIT_POINTS = 24;

    public DivisionRequest {
        probe = Map.copyOf(probe);
        codecs = List.copyOf(codecs);
        if (!modelName.matches("[a-zA-Z0-9._-]{1,100}")) {
            throw new IllegalArgumentException(
                    "model name '%s': expected 1 to 100 letters, digits, '.', '_' or '-'".formatted(modelName));
        }
        if (maxSplitPoints < 0) {
            throw new IllegalArgumentException("at most %d split points: expected 0 or more".formatted(maxSplitPoints));
        }
        if (sampleImage.isPresent() && description.image().isEmpty()) {
            throw new IllegalArgumentException(
                    "a sample picture for model %s, but its description does not say how a picture becomes its input"
                            .formatted(modelName));
        }
    }

    /** The model as it is: eight split points at most, every codec measured, probed with random input. */
    public static DivisionRequest of(Path onnx, String modelName) {
        return new DivisionRequest(
                onnx,
                modelName,
                ModelDescription.none(),
                Optional.empty(),
                Map.of(),
                DEFAULT_SPLIT_POINTS,
                Codec.all());
    }

    public DivisionRequest withDescription(ModelDescription described) {
        return new DivisionRequest(onnx, modelName, described, sampleImage, probe, maxSplitPoints, codecs);
    }

    public DivisionRequest withSampleImage(byte[] encoded) {
        return new DivisionRequest(onnx, modelName, description, Optional.of(encoded), probe, maxSplitPoints, codecs);
    }

    public DivisionRequest withProbe(Map<String, Tensor> inputs) {
        return new DivisionRequest(onnx, modelName, description, sampleImage, inputs, maxSplitPoints, codecs);
    }

    public DivisionRequest withMaxSplitPoints(int most) {
        return new DivisionRequest(onnx, modelName, description, sampleImage, probe, most, codecs);
    }

    public DivisionRequest withCodecs(List<Codec> measured) {
        return new DivisionRequest(onnx, modelName, description, sampleImage, probe, maxSplitPoints, measured);
    }
}
