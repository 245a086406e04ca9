package dev.baton.partitioning.split;

import ai.onnx.proto.OnnxMl.GraphProto;
import dev.baton.partitioning.cost.OperatorCost;
import dev.baton.partitioning.cost.OperatorCosts;
import dev.baton.partitioning.graph.Operator;
import java.util.List;

/**
 * How far into its work a model is after an operator: what split points are spread over, and never shown. Operations, and one
 * for each number that is written, as copies take time too. An operator of unknown operations gets a guess.
 */
final class SpreadingWork {
    private static final double BYTES_OF_A_NUMBER = 4;
    /** Operations guessed for each node inside an operator that cannot be looked into. */
    private static final double INNER_NODE = 1000;
    /** Operations guessed for each number that an unknown operator writes. */
    private static final double UNKNOWN_NUMBER = 8;

    private final OperatorCosts costs;

    SpreadingWork(OperatorCosts costs) {
        this.costs = costs;
    }

    double of(Operator operator) {
        OperatorCost cost = costs.of(operator);
        double written = cost.activationBytes() / BYTES_OF_A_NUMBER;
        if (cost.flops().isPresent()) {
            return cost.flops().getAsLong() + written;
        }
        return written * UNKNOWN_NUMBER + INNER_NODE * nodesInside(operator.subgraphs());
    }

    /** The same on a processor that computes far faster than it reads and writes. */
    double onWideProcessor(Operator operator) {
        OperatorCost cost = costs.of(operator);
        return of(operator) / 64 + ((double) cost.activationBytes() + cost.weightBytes()) / BYTES_OF_A_NUMBER;
    }

    private static long nodesInside(List<GraphProto> subgraphs) {
        return subgraphs.stream()
                .flatMap(subgraph -> subgraph.getNodeList().stream())
                .mapToLong(node -> 1 + nodesInside(Operator.subgraphsOf(node)))
                .sum();
    }
}
