package dev.baton.partitioning.splitpackage;

import dev.baton.partitioning.probe.ProbeInput;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a split package holds and promises; {@code manifest.json}, whose SHA-256 is the model's version.
 *
 * @param format 1
 * @param model the model's name
 * @param sourceSha256 of the ONNX file it was made from
 * @param inputs the model's inputs; −1 marks a variable dimension
 * @param outputs the model's outputs
 * @param splitPoints every routable split point by index, both ends included
 * @param rejected those that failed the parity gate
 * @param reason why there are no split points between the ends, when there are none
 * @param files every other file of the package by name
 * @param image how a picture becomes the input, for image models
 * @param output what the answer means
 * @param sampleFile the sample picture's file
 * @param probe the recipe of the probe input
 */
@SuppressWarnings("DoNotCallSuggester")
public record Manifest(
        int format,
        String model,
        String sourceSha256,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        List<SplitPointEntry> splitPoints,
        List<RejectedSplitPoint> rejected,
        Optional<String> reason,
        Map<String, FileEntry> files,
        Optional<ImageInput> image,
        Optional<OutputMeaning> output,
        Optional<String> sampleFile,
        List<ProbeInput> probe) {
    /** The only format there is. */
    public static final int FORMAT = 1;

    /** Reads {@code manifest.json}, refusing what does not hold together. */
    public static Manifest parse(byte[] json) {
        throw new UnsupportedOperationException("parse " + json.length);
    }

    /** As {@code manifest.json}: the same manifest gives the same bytes. */
    public byte[] toJson() {
        throw new UnsupportedOperationException("toJson");
    }

    /** The split point of this index; an unknown one is refused. */
    public SplitPointEntry splitPoint(int index) {
        if (index < 0 || index >= splitPoints.size()) {
            throw new IllegalArgumentException(
                    "model %s has no split point %d: expected 0 to %d".formatted(model, index, splitPoints.size() - 1));
        }
        return splitPoints.get(index);
    }

    /** The index at which the whole model runs on the edge node. */
    public int lastIndex() {
        return splitPoints.size() - 1;
    }
}
