package dev.baton.partitioning.cost;

import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.OperatorId;
import dev.baton.partitioning.graph.TensorFacts;
import dev.baton.partitioning.graph.TensorTable;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** The cost of every operator of one model, for the probe input. */
public final class OperatorCosts {
    private final Map<OperatorId, OperatorCost> costs;
    private final Total total;

    /**
     * What all operators cost together.
     *
     * @param knownFlops operations of those operators whose number is known
     * @param unknownOperators how many operators' number of operations is unknown, and missing in {@code knownFlops}
     * @param weightBytes size of the constants, each counted once however many operators read it
     * @param activationBytes size of all tensors that operators make
     */
    public record Total(long knownFlops, int unknownOperators, long weightBytes, long activationBytes) {}

    private OperatorCosts(Map<OperatorId, OperatorCost> costs, Total total) {
        this.costs = Map.copyOf(costs);
        this.total = total;
    }

    /** Costs of the graph's operators, constants not among them. */
    public static OperatorCosts of(ModelGraph graph, TensorTable tensors) {
        Map<OperatorId, OperatorCost> costs = new HashMap<>();
        long activationBytes = 0;
        for (Operator operator : graph.operators()) {
            long made = operator.outputs().stream()
                    .mapToLong(
                            output -> tensors.of(output).map(TensorFacts::bytes).orElse(0L))
                    .sum();
            costs.put(operator.id(), new OperatorCost(OptionalLong.empty(), 0, made));
            activationBytes += made;
        }
        return new OperatorCosts(costs, new Total(0, costs.size(), 0, activationBytes));
    }

    /** The cost of an operator of this graph. */
    public OperatorCost of(Operator operator) {
        OperatorCost cost = costs.get(operator.id());
        if (cost == null) {
            throw new IllegalArgumentException("%s is no operator of this graph".formatted(operator));
        }
        return cost;
    }

    public Total total() {
        return total;
    }
}
