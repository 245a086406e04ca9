package dev.baton.orchestrator.planning;

import dev.baton.planning.ModelVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What planning needs of a split package.
 *
 * @param splitPoints by index; the first runs nothing on the edge node, the last runs everything there
 * @param takesPictures whether the package says how a compressed picture becomes the input tensor
 * @param samplePictureBytes size of the package's sample picture, if it has one
 */
public record ModelProfile(
        ModelVersion model, List<SplitPoint> splitPoints, boolean takesPictures, OptionalLong samplePictureBytes) {
    public ModelProfile {
        splitPoints = List.copyOf(splitPoints);
        if (splitPoints.size() < 2) {
            throw new IllegalArgumentException("%s must have at least its two ends as split points, but has %d"
                    .formatted(model, splitPoints.size()));
        }
    }

    /**
     * A place to divide.
     *
     * @param crossingBytes bytes of what crosses, unencoded
     * @param codecs by codec id, as measured when the model was imported
     */
    public record SplitPoint(int index, String name, long crossingBytes, Map<String, CodecCost> codecs) {
        public SplitPoint {
            codecs = Map.copyOf(codecs);
        }
    }

    /**
     * What a codec does to what crosses at a split point.
     *
     * @param bytes encoded size on the probe input
     * @param outputError largest relative difference that it makes to the model's output
     */
    public record CodecCost(long bytes, double outputError) {}

    /** Nothing on the edge node. */
    public SplitPoint first() {
        return splitPoints.getFirst();
    }

    /** Everything on the edge node. */
    public SplitPoint last() {
        return splitPoints.getLast();
    }

    /** The split points between the ends. */
    public List<SplitPoint> between() {
        return splitPoints.subList(1, splitPoints.size() - 1);
    }

    public Optional<SplitPoint> splitPoint(int index) {
        return splitPoints.stream().filter(point -> point.index() == index).findFirst();
    }
}
