package dev.baton.partitioning.splitpackage;

import java.util.OptionalDouble;

/**
 * A split point that failed the parity gate and is therefore kept out.
 *
 * @param name its last head operator
 * @param headOperators how many operators its head has
 * @param maxRelativeDifference what it differed by, where it ran at all
 * @param reason why it was kept out
 */
public record RejectedSplitPoint(String name, int headOperators, OptionalDouble maxRelativeDifference, String reason) {}
