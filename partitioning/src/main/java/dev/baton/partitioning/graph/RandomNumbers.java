package dev.baton.partitioning.graph;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which operators draw random numbers: their results are no constants, and nothing can be proven equal to them. */
final class RandomNumbers {
    private static final Set<String> OPERATORS = Set.of(
            "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial", "Bernoulli");

    private final List<FunctionProto> functions;

    RandomNumbers(List<FunctionProto> functions) {
        this.functions = functions;
    }

    /** Whether the node, a subgraph of it or a function that it calls draws random numbers. */
    boolean areDrawnBy(NodeProto node) {
        return areDrawnBy(node, new HashSet<>());
    }

    private boolean areDrawnBy(NodeProto node, Set<String> calledFunctions) {
        if (OPERATORS.contains(node.getOpType()) || isTrainingDropout(node)) {
            return true;
        }
        for (GraphProto subgraph : Operator.subgraphsOf(node)) {
            for (NodeProto inner : subgraph.getNodeList()) {
                if (areDrawnBy(inner, calledFunctions)) {
                    return true;
                }
            }
        }
        for (FunctionProto function : functions) {
            if (function.getName().equals(node.getOpType())
                    && function.getDomain().equals(node.getDomain())
                    && calledFunctions.add(function.getDomain() + "." + function.getName())) {
                for (NodeProto inner : function.getNodeList()) {
                    if (areDrawnBy(inner, calledFunctions)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** A third input switches the mode; which way is not looked into. */
    private static boolean isTrainingDropout(NodeProto node) {
        return node.getOpType().equals("Dropout")
                && node.getInputCount() > 2
                && !node.getInput(2).isEmpty();
    }
}
