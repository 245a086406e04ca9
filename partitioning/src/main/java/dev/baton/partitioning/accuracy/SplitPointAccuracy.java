package dev.baton.partitioning.accuracy;

import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One split point with every codec that was evaluated there.
 *
 * @param index its number in the package
 * @param name its last head operator, for people
 * @param headFlopsShare what part of the model's operations the head has, 0..1; absent when a cost is unknown
 * @param smallest the codec of fewest mean bytes within the budget; absent when none keeps to it
 */
public record SplitPointAccuracy(
        int index, String name, OptionalDouble headFlopsShare, Optional<String> smallest, List<CodecAccuracy> codecs) {
    public SplitPointAccuracy {
        codecs = List.copyOf(codecs);
    }

    /** The codec of fewest mean bytes among those that keep to {@code budget}. */
    public Optional<CodecAccuracy> within(AccuracyBudget budget, Metric metric) {
        return codecs.stream()
                .filter(codec -> budget.admits(metric, codec.answers()))
                .min(Comparator.comparingDouble(codec -> codec.bytes().mean()));
    }

    /** What was measured of one codec. */
    public Optional<CodecAccuracy> codec(String id) {
        return codecs.stream().filter(codec -> codec.codec().equals(id)).findFirst();
    }
}
