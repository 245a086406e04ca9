package dev.baton.partitioning.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One node of the graph. An {@code If}, {@code Loop} or {@code Scan} is opaque: what its subgraphs read of the outer graph
 * counts among its inputs.
 */
public final class Operator {
    private final OperatorId id;
    private final NodeProto node;
    private final List<String> inputs;
    private final List<String> outputs;

    Operator(OperatorId id, NodeProto node) {
        this.id = id;
        this.node = node;
        Set<String> read = new LinkedHashSet<>(node.getInputList());
        for (GraphProto subgraph : subgraphsOf(node)) {
            read.addAll(Captures.of(subgraph));
        }
        read.remove("");
        this.inputs = List.copyOf(read);
        List<String> written = new ArrayList<>(node.getOutputList());
        written.removeIf(String::isEmpty);
        this.outputs = List.copyOf(written);
    }

    public OperatorId id() {
        return id;
    }

    /** The node as the file has it. */
    public NodeProto node() {
        return node;
    }

    /** Every tensor read, once each: listed inputs that are not left out, then those captured by subgraphs. */
    public List<String> inputs() {
        return inputs;
    }

    /** Every tensor made; outputs that are left out are not listed. */
    public List<String> outputs() {
        return outputs;
    }

    /** The kind of operator, such as {@code Conv}. */
    public String type() {
        return node.getOpType();
    }

    /** The kind with its domain in front where that is not the standard one: {@code Conv}, {@code com.microsoft.Gelu}. */
    public String kind() {
        return isStandard() ? type() : node.getDomain() + "." + type();
    }

    /** Whether it is of the standard domain, whose operators mean the same everywhere. */
    public boolean isStandard() {
        return node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx");
    }

    /** Kind and name, or the first output where it has no name: {@code Conv fire2/squeeze1x1_1}. */
    public String name() {
        String own = node.getName();
        return type() + " " + (own.isEmpty() && !outputs.isEmpty() ? outputs.getFirst() : own);
    }

    /** The listed input at {@code position}; empty where it is left out. */
    public Optional<String> input(int position) {
        return position < node.getInputCount() && !node.getInput(position).isEmpty()
                ? Optional.of(node.getInput(position))
                : Optional.empty();
    }

    public Optional<AttributeProto> attribute(String name) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst();
    }

    /** Whether the node makes floating-point numbers of quantised ones. */
    static boolean isDequantization(NodeProto node) {
        return node.getOpType().equals("DequantizeLinear") && isOfTheEngine(node);
    }

    /** Whether the node rounds floating-point numbers to quantised ones. */
    static boolean isQuantization(NodeProto node) {
        return node.getOpType().equals("QuantizeLinear") && isOfTheEngine(node);
    }

    private static boolean isOfTheEngine(NodeProto node) {
        return node.getDomain().isEmpty()
                || node.getDomain().equals("ai.onnx")
                || node.getDomain().equals("com.microsoft");
    }

    /** The graphs inside it, empty for most. */
    public List<GraphProto> subgraphs() {
        return subgraphsOf(node);
    }

    /** The graphs inside a node. */
    public static List<GraphProto> subgraphsOf(NodeProto node) {
        List<GraphProto> found = new ArrayList<>();
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                found.add(attribute.getG());
            }
            found.addAll(attribute.getGraphsList());
        }
        return found;
    }

    @Override
    public String toString() {
        return id + " " + name();
    }
}
