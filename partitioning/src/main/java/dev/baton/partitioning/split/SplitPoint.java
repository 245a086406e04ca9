package dev.baton.partitioning.split;

import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.OperatorId;
import dev.baton.partitioning.graph.TensorTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A legal place to divide a model: a head closed under predecessors, and what crosses, which is every tensor that is made in
 * the head, or given as a model input, and needed in the tail or as a model output.
 */
public final class SplitPoint {
    private final String name;
    private final List<OperatorId> head;
    private final List<CrossingTensor> crossing;

    private SplitPoint(String name, List<OperatorId> head, List<CrossingTensor> crossing) {
        this.name = name;
        this.head = List.copyOf(head);
        this.crossing = List.copyOf(crossing);
    }

    /** For those who made sure that the head is closed under predecessors, and that this is what crosses. */
    static SplitPoint of(String name, List<OperatorId> head, List<CrossingTensor> crossing) {
        return new SplitPoint(name, head, crossing);
    }

    /**
     * Divides {@code graph} after {@code head}.
     *
     * @throws IllegalArgumentException when a tensor would flow back, or cannot cross
     */
    public static SplitPoint after(ModelGraph graph, TensorTable tensors, List<Operator> head) {
        Set<OperatorId> inHead = new LinkedHashSet<>();
        head.forEach(operator -> inHead.add(operator.id()));
        for (Operator operator : head) {
            for (String input : operator.inputs()) {
                boolean madeInTail = !graph.isConstant(input)
                        && graph.producer(input)
                                .filter(source -> !inHead.contains(source.id()))
                                .isPresent();
                if (madeInTail) {
                    throw new IllegalArgumentException(
                            "head is not closed under predecessors: %s reads '%s', which is made in the tail"
                                    .formatted(operator, input));
                }
            }
        }
        List<CrossingTensor> crossing = new ArrayList<>();
        for (String tensor : crossingNames(graph, head, inHead)) {
            crossing.add(tensors.of(tensor)
                    .filter(facts -> tensors.canCross(tensor))
                    .map(facts -> new CrossingTensor(tensor, facts.type(), facts.probeShape()))
                    .orElseThrow(() ->
                            new IllegalArgumentException("tensor '%s' would cross, but cannot".formatted(tensor))));
        }
        String name = head.isEmpty() ? "model inputs" : head.getLast().name();
        return new SplitPoint(name, List.copyOf(inHead), crossing);
    }

    private static List<String> crossingNames(ModelGraph graph, List<Operator> head, Set<OperatorId> inHead) {
        Set<String> outputs = new HashSet<>(graph.outputs());
        List<String> available = new ArrayList<>();
        graph.inputs().forEach(input -> available.add(input.name()));
        head.forEach(operator -> available.addAll(operator.outputs()));
        return available.stream()
                .filter(tensor -> outputs.contains(tensor)
                        || graph.consumers(tensor).stream().anyMatch(reader -> !inHead.contains(reader.id())))
                .toList();
    }

    /** The last operator of the head, for people. */
    public String name() {
        return name;
    }

    /** The head's operators, each after those it reads from. */
    public List<OperatorId> head() {
        return head;
    }

    /** What travels: model inputs first, then in the order in which the head makes them. */
    public List<CrossingTensor> crossing() {
        return crossing;
    }

    /** Uncompressed size of what travels, for the probe input. */
    public long crossingBytes() {
        return crossing.stream().mapToLong(CrossingTensor::bytes).sum();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SplitPoint point && point.head.equals(head) && point.crossing.equals(crossing);
    }

    @Override
    public int hashCode() {
        return Objects.hash(head, crossing);
    }

    @Override
    public String toString() {
        return "after %s (%d operators, %d tensors, %d bytes cross)"
                .formatted(name, head.size(), crossing.size(), crossingBytes());
    }
}
