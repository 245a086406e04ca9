package dev.baton.partitioning.profile;

import java.util.List;
import java.util.Optional;

/**
 * What the two parts of a model take at one split point.
 *
 * @param index the split point's number in the package
 * @param headOperators how many operators the head has
 * @param head absent at index 0, where there is none
 * @param tail absent at the last index, where there is none
 * @param codecs what encoding and decoding takes
 */
public record SplitPointTime(
        int index, int headOperators, Optional<TimeSummary> head, Optional<TimeSummary> tail, List<CodecTime> codecs) {
    public SplitPointTime {
        codecs = List.copyOf(codecs);
        if (index < 0 || headOperators < 0 || (head.isEmpty() && tail.isEmpty())) {
            throw new IllegalArgumentException(
                    "split point %d with %d head operators, head %s, tail %s: expected a time of at least one"
                            .formatted(index, headOperators, head, tail));
        }
    }
}
