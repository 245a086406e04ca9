package dev.baton.partitioning.cost;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.baton.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** How many operations nodes take, those within subgraphs and the model's own functions included. */
final class Operations {
    /** Subgraphs and functions within each other beyond this are not looked into. */
    private static final int DEEPEST = 16;
    /** Nodes of bodies that are looked into, over all: functions that call each other can unfold without end. */
    private static final int MOST_INNER_NODES = 100_000;

    private final Map<String, FunctionProto> functions = new HashMap<>();
    private int innerNodes;

    Operations(List<FunctionProto> functions) {
        functions.forEach(function -> this.functions.put(function.getDomain() + "." + function.getName(), function));
    }

    /** Operations of the node; empty when unknown. */
    OptionalLong of(NodeProto node, KnownTensors known) {
        double count = count(node, known, 0);
        return count >= 0 && count < Long.MAX_VALUE ? OptionalLong.of(Math.round(count)) : OptionalLong.empty();
    }

    private double count(NodeProto node, KnownTensors known, int depth) {
        if (depth > DEEPEST || (depth > 0 && ++innerNodes > MOST_INNER_NODES)) {
            return NodeView.UNKNOWN;
        }
        NodeView view = new NodeView(node, known);
        FunctionProto function = functions.get(node.getDomain() + "." + node.getOpType());
        if (function != null) {
            return body(function, view, depth);
        }
        return switch (node.getDomain()) {
            case "", "ai.onnx" ->
                switch (node.getOpType()) {
                    case "If" -> branches(view, depth);
                    case "Loop" -> loop(view, depth);
                    case "Scan" -> scan(view, depth);
                    default -> StandardOperators.operations(view);
                };
            case "com.microsoft" -> MicrosoftOperators.operations(view);
            case "ai.onnx.ml" -> TabularOperators.operations(view);
            default -> NodeView.UNKNOWN;
        };
    }

    private double body(FunctionProto function, NodeView call, int depth) {
        InnerTensors inner = InnerTensors.closed();
        for (int i = 0; i < function.getInputCount(); i++) {
            inner.put(function.getInput(i), call.input(i), call.inputValues(i));
        }
        for (int i = 0; i < function.getOutputCount(); i++) {
            inner.put(function.getOutput(i), call.output(i), Optional.empty());
        }
        double sum = 0;
        for (NodeProto node : function.getNodeList()) {
            NodeProto bound = bound(node, call, function);
            inner.follow(bound);
            sum += count(bound, inner, depth + 1);
        }
        return sum;
    }

    /** The node with the call's attributes in place of references to them. */
    private static NodeProto bound(NodeProto node, NodeView call, FunctionProto function) {
        if (node.getAttributeList().stream()
                .allMatch(attribute -> attribute.getRefAttrName().isEmpty())) {
            return node;
        }
        NodeProto.Builder bound = node.toBuilder().clearAttribute();
        for (AttributeProto attribute : node.getAttributeList()) {
            String reference = attribute.getRefAttrName();
            if (reference.isEmpty()) {
                bound.addAttribute(attribute);
            } else {
                call.attribute(reference)
                        .or(() -> function.getAttributeProtoList().stream()
                                .filter(given -> given.getName().equals(reference))
                                .findFirst())
                        .ifPresent(given -> bound.addAttribute(given.toBuilder().setName(attribute.getName())));
            }
        }
        return bound.build();
    }

    private double graph(GraphProto subgraph, InnerTensors inner, int depth) {
        inner.declare(subgraph);
        double sum = 0;
        for (NodeProto node : subgraph.getNodeList()) {
            inner.follow(node);
            sum += count(node, inner, depth + 1);
        }
        return sum;
    }

    /** The dearest branch: which one is taken is not known before. */
    private double branches(NodeView view, int depth) {
        double dearest = 0;
        for (AttributeProto attribute : view.node().getAttributeList()) {
            if (attribute.hasG()) {
                dearest = Math.max(dearest, graph(attribute.getG(), new InnerTensors(view.known()), depth));
            }
        }
        return dearest;
    }

    /** Known where the number of rounds is a constant; that a condition may end it earlier is not considered. */
    private double loop(NodeView view, int depth) {
        Optional<long[]> rounds = view.inputValues(0).filter(values -> values.length == 1 && values[0] >= 0);
        Optional<GraphProto> body = view.attribute("body").map(AttributeProto::getG);
        if (rounds.isEmpty() || body.isEmpty()) {
            return NodeView.UNKNOWN;
        }
        InnerTensors inner = new InnerTensors(view.known());
        for (int i = 0; i < body.get().getInputCount(); i++) {
            Optional<Shape> shape = i < 2 ? Optional.of(Shape.of()) : view.input(i);
            inner.put(body.get().getInput(i).getName(), shape, Optional.empty());
        }
        return rounds.get()[0] * graph(body.get(), inner, depth) * sameEachRound(view, 2, body.get(), 1, inner);
    }

    /** As many rounds as the scanned inputs are long. */
    private double scan(NodeView view, int depth) {
        Optional<GraphProto> body = view.attribute("body").map(AttributeProto::getG);
        int scanned = (int) view.number("num_scan_inputs", 0);
        int states = view.node().getInputCount() - scanned;
        List<Long> axes = view.numbers("scan_input_axes");
        if (body.isEmpty() || scanned < 1 || states < 0 || axes.stream().anyMatch(axis -> axis != 0)) {
            return NodeView.UNKNOWN;
        }
        InnerTensors inner = new InnerTensors(view.known());
        for (int i = 0; i < body.get().getInputCount(); i++) {
            Optional<Shape> shape = view.input(i);
            inner.put(
                    body.get().getInput(i).getName(),
                    i < states
                            ? shape
                            : shape.filter(whole -> whole.rank() > 0)
                                    .map(whole -> new Shape(whole.dimensions().subList(1, whole.rank()))),
                    Optional.empty());
        }
        return view.inDimension(states, 0)
                * graph(body.get(), inner, depth)
                * sameEachRound(view, 0, body.get(), 0, inner);
    }

    /** 1 when what is carried from round to round keeps its shapes, so that rounds cost the same; otherwise unknown. */
    private static double sameEachRound(
            NodeView view, int firstInput, GraphProto body, int firstOutput, InnerTensors inner) {
        int carried = view.node().getOpType().equals("Loop")
                ? view.node().getInputCount() - firstInput
                : view.node().getInputCount() - (int) view.number("num_scan_inputs", 0);
        for (int i = 0; i < carried; i++) {
            Optional<Shape> before = view.input(firstInput + i);
            boolean isKept = firstOutput + i < body.getOutputCount()
                    && before.isPresent()
                    && before.equals(inner.shape(body.getOutput(firstOutput + i).getName()));
            if (!isKept) {
                return NodeView.UNKNOWN;
            }
        }
        return 1;
    }
}
