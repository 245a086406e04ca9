package dev.baton.clients;

import java.util.List;
import java.util.Optional;

/**
 * An imported model as the orchestrator tells it.
 *
 * @param splitPoints every split point, both ends included
 */
public record ModelView(String name, String version, List<SplitPointView> splitPoints) {

    /**
     * A split point.
     *
     * @param name the last operator of its head
     */
    public record SplitPointView(
            int index, String name, int headOperators, int tailOperators, long crossingBytes, List<CodecView> codecs) {

        /** The bytes that cross with this codec, when it was measured. */
        public Optional<CodecView> codec(String id) {
            return codecs.stream().filter(codec -> codec.codec().equals(id)).findFirst();
        }
    }

    /**
     * What a codec does at a split point, measured on the probe input.
     *
     * @param bytes       that cross
     * @param outputError largest relative error of the model's output
     */
    public record CodecView(String codec, long bytes, double outputError) {}

    /** The split point with this index. */
    public Optional<SplitPointView> splitPoint(int index) {
        return splitPoints.stream().filter(point -> point.index() == index).findFirst();
    }

    /** Split points between the ends. */
    public List<SplitPointView> between() {
        return splitPoints.stream()
                .filter(point -> point.headOperators() > 0 && point.tailOperators() > 0)
                .toList();
    }
}
