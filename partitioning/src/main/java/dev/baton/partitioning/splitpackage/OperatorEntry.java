package dev.baton.partitioning.splitpackage;

import java.util.OptionalLong;

/**
 * One operator of the packaged model. Entries stand in the one order whose prefixes all heads are: the head of a split point
 * is its first {@code headOperators} entries.
 *
 * @param number its place in the source file's list of nodes, from 0; copies that the divider made have the numbers behind
 * @param kind the kind of operator, such as {@code Conv}; with its domain in front where that is not the standard one
 * @param name the node's name, empty where it has none
 * @param flops operations for the probe input, a multiply-add counted as two; empty when unknown
 * @param weightBytes size of the constants it reads
 * @param activationBytes size of the tensors it makes, for the probe input
 * @param liveBytes what would cross if the model were divided right after it; −1 where something cannot cross
 */
public record OperatorEntry(
        int number,
        String kind,
        String name,
        OptionalLong flops,
        long weightBytes,
        long activationBytes,
        long liveBytes) {
    /** Where a tensor would have to cross that cannot. */
    public static final long CANNOT_CROSS = -1;

    public OperatorEntry {
        if (number < 0
                || flops.orElse(0) < 0
                || weightBytes < 0
                || activationBytes < 0
                || liveBytes < CANNOT_CROSS
                || kind.isEmpty()) {
            throw new IllegalArgumentException(
                    "operator %d '%s' %s: %s FLOPs, %d weight bytes, %d activation bytes, %d live bytes: expected a kind and no negative count"
                            .formatted(number, name, kind, flops, weightBytes, activationBytes, liveBytes));
        }
    }
}
