package dev.baton.partitioning.profile;

import dev.baton.partitioning.splitpackage.OperatorEntry;
import java.util.List;
import java.util.OptionalLong;

/**
 * What an operator's time is explained by.
 *
 * @param kind the kind of operator, such as {@code Conv}
 * @param flops operations; empty when unknown
 * @param bytes size of the constants it reads and the tensors it makes
 */
public record LayerCost(String kind, OptionalLong flops, long bytes) {

    public static LayerCost of(OperatorEntry operator) {
        return new LayerCost(operator.kind(), operator.flops(), OperatorTime.bytes(operator));
    }

    public static LayerCost of(OperatorTime operator) {
        return new LayerCost(operator.kind(), operator.flops(), operator.bytes());
    }

    /** Those of operators that a manifest lists. */
    public static List<LayerCost> of(List<OperatorEntry> operators) {
        return operators.stream().map(LayerCost::of).toList();
    }
}
