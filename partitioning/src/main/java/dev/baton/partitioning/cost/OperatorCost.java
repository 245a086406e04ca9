package dev.baton.partitioning.cost;

import java.util.OptionalLong;

/**
 * What one operator costs for the probe input.
 *
 * @param flops floating-point (or integer) operations, a multiply-add counted as two; empty when unknown, 0 only for what
 *     computes nothing
 * @param weightBytes size of the constants it reads, as they are stored; what constant operators make of nothing, such as
 *     {@code ConstantOfShape}, counts with the size it has when made
 * @param activationBytes size of the tensors it makes
 */
public record OperatorCost(OptionalLong flops, long weightBytes, long activationBytes) {
    public OperatorCost {
        if (flops.orElse(0) < 0 || weightBytes < 0 || activationBytes < 0) {
            throw new IllegalArgumentException("cost of %s FLOPs, %d weight bytes, %d activation bytes: negative"
                    .formatted(flops, weightBytes, activationBytes));
        }
    }
}
