package dev.baton.partitioning.divide;

import dev.baton.partitioning.split.CrossingTensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Every split point of a model, run as head then tail and compared with the whole.
 *
 * @param model the model's name
 * @param operators how many operators it has, constants not counted
 * @param rows one per split point between the ends, from front to back, with those that are kept out
 * @param reason why there are none, when there are none
 * @param warnings why comparing for this probe input proves little, where it does
 */
public record Verification(
        String model, int operators, List<Row> rows, Optional<String> reason, List<String> warnings) {
    public Verification {
        rows = List.copyOf(rows);
        warnings = List.copyOf(warnings);
    }

    /** Whether a package of the model could be trusted: of the split points that were tried, if any, some passed. */
    public boolean passed() {
        return rows.isEmpty() || rows.stream().anyMatch(Row::passed);
    }

    /**
     * One split point.
     *
     * @param index as in the package, from 1; 0 when it is kept out
     * @param name its last head operator
     * @param headOperators operators in the head
     * @param tailOperators operators in the tail
     * @param crossing what travels
     * @param crossingBytes its uncompressed size for the probe input
     * @param bitExact whether every bit agreed at EXTENDED
     * @param maxRelativeDifference at ALL; empty when it did not run
     * @param failure why it is kept out, when it is
     */
    public record Row(
            int index,
            String name,
            int headOperators,
            int tailOperators,
            List<CrossingTensor> crossing,
            long crossingBytes,
            boolean bitExact,
            OptionalDouble maxRelativeDifference,
            Optional<String> failure) {
        public Row {
            crossing = List.copyOf(crossing);
        }

        public boolean passed() {
            return failure.isEmpty();
        }
    }
}
