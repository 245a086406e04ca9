package dev.baton.partitioning.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/*
 * A DequantizeLinear is the cheapest of operators and makes four bytes of one. Where several operators read its result, as in
 * every residual network, those bytes would have to cross wherever the last reader lies in the tail. With a copy for each
 * reader, made just before it is read, the quantised tensor crosses instead, once. The engine makes the same copies before it
 * fuses, so that not one bit changes.
 */
/** Gives every reader of a dequantised activation a DequantizeLinear of its own. */
final class Dequantizations {
    private final Set<String> constants;
    private final Set<String> names;
    private final Map<Integer, NodeProto> rewritten = new HashMap<>();
    private final List<Copy> copies = new ArrayList<>();

    /**
     * A DequantizeLinear that the file does not have.
     *
     * @param node what it is a copy of, with a result of its own
     * @param reader the number of the node that reads the result
     */
    record Copy(NodeProto node, int reader) {}

    /**
     * @param constants initialisers and their like
     * @param names every tensor's name
     * @param outputs of the model, which stay as they are
     */
    Dequantizations(List<NodeProto> nodes, Set<String> constants, Set<String> names, Set<String> outputs) {
        this.constants = constants;
        this.names = names;
        Map<String, Set<Integer>> readers = new HashMap<>();
        for (int number = 0; number < nodes.size(); number++) {
            for (String input : nodes.get(number).getInputList()) {
                readers.computeIfAbsent(input, tensor -> new LinkedHashSet<>()).add(number);
            }
        }
        for (NodeProto node : nodes) {
            if (isOfActivation(node)) {
                String result = node.getOutput(0);
                // The first reader keeps the original, unless that is needed anyway.
                readers.getOrDefault(result, Set.of()).stream()
                        .skip(outputs.contains(result) ? 0 : 1)
                        .forEach(reader -> copy(node, reader, rewritten.getOrDefault(reader, nodes.get(reader))));
            }
        }
    }

    private boolean isOfActivation(NodeProto node) {
        return Operator.isDequantization(node)
                && node.getOutputCount() == 1
                && node.getInputCount() >= 2
                && !constants.contains(node.getInput(0))
                && node.getInputList().stream().skip(1).allMatch(input -> input.isEmpty() || constants.contains(input));
    }

    private void copy(NodeProto original, int reader, NodeProto reading) {
        String result = original.getOutput(0);
        String name = "%s/for/%d".formatted(result, reader);
        if (!names.contains(name)) {
            copies.add(new Copy(
                    original.toBuilder()
                            .setName(
                                    original.getName().isEmpty()
                                            ? ""
                                            : "%s/for/%d".formatted(original.getName(), reader))
                            .setOutput(0, name)
                            .build(),
                    reader));
            NodeProto.Builder built = reading.toBuilder();
            for (int i = 0; i < built.getInputCount(); i++) {
                if (built.getInput(i).equals(result)) {
                    built.setInput(i, name);
                }
            }
            rewritten.put(reader, built.build());
        }
    }

    /** The node of this number, reading copies where there are any. */
    NodeProto node(int number, NodeProto original) {
        return rewritten.getOrDefault(number, original);
    }

    List<Copy> copies() {
        return copies;
    }
}
