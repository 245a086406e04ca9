package dev.baton.partitioning.cost;

import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.OperatorId;
import dev.baton.partitioning.graph.TensorFacts;
import dev.baton.partitioning.graph.TensorTable;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The cost of every operator of one model, for the probe input: operations from a table of operators and the shapes of their
 * tensors. What the table does not hold, or whose shapes nobody knows, is unknown.
 */
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
        GraphTensors known = new GraphTensors(graph, tensors);
        Operations operations = new Operations(graph.functions());
        Map<OperatorId, OperatorCost> costs = new HashMap<>();
        Set<String> constantsRead = new LinkedHashSet<>();
        long flops = 0;
        int unknown = 0;
        long activationBytes = 0;
        for (Operator operator : graph.operators()) {
            long weightBytes = 0;
            for (String input : operator.inputs()) {
                if (graph.isConstant(input)) {
                    weightBytes = GraphTensors.saturated(weightBytes, known.bytesOf(input));
                    constantsRead.add(input);
                }
            }
            long made = 0;
            for (String output : operator.outputs()) {
                made = GraphTensors.saturated(
                        made, tensors.of(output).map(TensorFacts::bytes).orElse(0L));
            }
            OperatorCost cost = new OperatorCost(operations.of(operator.node(), known), weightBytes, made);
            costs.put(operator.id(), cost);
            flops = GraphTensors.saturated(flops, cost.flops().orElse(0));
            unknown += cost.flops().isEmpty() ? 1 : 0;
            activationBytes = GraphTensors.saturated(activationBytes, made);
        }
        long weightBytes = 0;
        for (String constant : constantsRead) {
            weightBytes = GraphTensors.saturated(weightBytes, known.bytesOf(constant));
        }
        return new OperatorCosts(costs, new Total(flops, unknown, weightBytes, activationBytes));
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
