package dev.baton.partitioning.split;

import java.util.List;
import java.util.Optional;

/**
 * The split points of a model that are worth having, between its two ends.
 *
 * @param between from front to back, each head within the next
 * @param reason why there are none, when there are none
 */
public record SplitPoints(List<SplitPoint> between, Optional<String> reason) {
    public SplitPoints {
        between = List.copyOf(between);
        if (between.isEmpty() != reason.isPresent()) {
            throw new IllegalArgumentException(
                    "%d split points with reason %s: expected a reason exactly when there are none"
                            .formatted(between.size(), reason));
        }
    }
}
