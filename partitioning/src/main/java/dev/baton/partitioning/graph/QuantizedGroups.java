package dev.baton.partitioning.graph;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/*
 * DequantizeLinear, operator, QuantizeLinear: in a quantised graph that is one operator on integers, written as three. The engine
 * fuses it, and computes integers; torn apart, one side computes in floating point and the other rounds, now and then to the
 * neighbour. On one probe input that rarely shows, because the next rounding hides it. So what lies inside such a group does not
 * cross, whatever the parity gate would say, and little is lost: on either side of the group the tensors have a quarter of the
 * bytes.
 */
/** The tensors between the operators that make up one quantised operator. */
final class QuantizedGroups {
    /** What the engine takes into the rounding that follows. */
    private static final Set<String> ABSORBED = Set.of("Relu", "Clip");

    private final ModelGraph graph;
    private final Set<String> inside = new HashSet<>();

    private QuantizedGroups(ModelGraph graph) {
        this.graph = graph;
    }

    /** Where what lies outside cannot cross instead, as 16-bit integers cannot, the inside stays open. */
    static Set<String> inside(ModelGraph graph, TensorTable tensors) {
        QuantizedGroups groups = new QuantizedGroups(graph);
        for (Operator operator : graph.operators()) {
            if (Operator.isDequantization(operator.node())) {
                if (operator.input(0).filter(tensors::canCross).isPresent()) {
                    groups.inside.addAll(operator.outputs());
                }
            } else if (Operator.isQuantization(operator.node())
                    && operator.outputs().stream().allMatch(tensors::canCross)) {
                operator.input(0).ifPresent(groups::addBefore);
            }
        }
        groups.inside.removeAll(graph.outputs());
        return groups.inside;
    }

    /** What is rounded, back to the operator that computes it, if that computes from integers. */
    private void addBefore(String rounded) {
        Set<String> path = new HashSet<>();
        Optional<String> tensor = Optional.of(rounded);
        while (tensor.isPresent() && path.add(tensor.get())) {
            Optional<Operator> maker = graph.producer(tensor.get())
                    .filter(made -> !graph.isConstant(made.outputs().getFirst()));
            if (maker.isEmpty()) {
                return;
            }
            if (!ABSORBED.contains(maker.get().type())) {
                if (maker.get().inputs().stream().anyMatch(this::isDequantized)) {
                    inside.addAll(path);
                }
                return;
            }
            tensor = maker.get().input(0);
        }
    }

    private boolean isDequantized(String tensor) {
        return graph.producer(tensor)
                .filter(maker -> Operator.isDequantization(maker.node()))
                .isPresent();
    }
}
