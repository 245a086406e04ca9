package dev.baton.partitioning.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a subgraph reads of the graphs around it. */
final class Captures {
    private Captures() {}

    /** The names that {@code subgraph}, or a subgraph within it, uses and does not define. */
    static Set<String> of(GraphProto subgraph) {
        Set<String> used = new LinkedHashSet<>();
        Set<String> defined = new HashSet<>();
        for (ValueInfoProto input : subgraph.getInputList()) {
            defined.add(input.getName());
        }
        for (TensorProto initialiser : subgraph.getInitializerList()) {
            defined.add(initialiser.getName());
        }
        for (SparseTensorProto initialiser : subgraph.getSparseInitializerList()) {
            defined.add(initialiser.getValues().getName());
        }
        for (NodeProto node : subgraph.getNodeList()) {
            used.addAll(node.getInputList());
            for (GraphProto nested : Operator.subgraphsOf(node)) {
                used.addAll(of(nested));
            }
            defined.addAll(node.getOutputList());
        }
        for (ValueInfoProto output : subgraph.getOutputList()) {
            used.add(output.getName());
        }
        used.removeAll(defined);
        used.remove("");
        return used;
    }
}
