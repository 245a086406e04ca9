package dev.baton.partitioning.split;

import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.OperatorId;
import dev.baton.partitioning.graph.TensorFacts;
import dev.baton.partitioning.graph.TensorTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model graph in numbers, for algorithms that ask it a million questions: operators by their place in the graph's own
 * order, tensors that depend on the request in the order in which they appear. Heads are sets of operators.
 */
final class CutGraph {
    /** Instead of a size: the tensor cannot cross. */
    static final long CANNOT_CROSS = -1;
    /** Instead of an operator: the tensor is a model input. */
    static final int GIVEN = -1;

    private final List<Operator> operators;
    private final Map<OperatorId, Integer> places = new HashMap<>();
    private final List<String> names;
    private final int[][] reads;
    private final int[][] makes;
    private final int[] makers;
    private final int[][] readers;
    private final long[] bytes;
    private final boolean[] shrinks;
    private final boolean[] isOutput;

    CutGraph(ModelGraph graph, TensorTable tensors) {
        this.operators = graph.operators();
        this.names = new ArrayList<>();
        List<Integer> madeBy = new ArrayList<>();
        Map<String, Integer> numbers = new HashMap<>();
        graph.inputs().forEach(input -> {
            numbers.put(input.name(), names.size());
            names.add(input.name());
            madeBy.add(GIVEN);
        });
        this.reads = new int[operators.size()][];
        this.makes = new int[operators.size()][];
        for (int place = 0; place < operators.size(); place++) {
            Operator operator = operators.get(place);
            places.put(operator.id(), place);
            reads[place] = operator.inputs().stream()
                    .filter(numbers::containsKey)
                    .mapToInt(numbers::get)
                    .toArray();
            makes[place] = new int[operator.outputs().size()];
            for (int i = 0; i < makes[place].length; i++) {
                makes[place][i] = names.size();
                numbers.put(operator.outputs().get(i), names.size());
                names.add(operator.outputs().get(i));
                madeBy.add(place);
            }
        }
        this.makers = madeBy.stream().mapToInt(Integer::intValue).toArray();
        this.readers = readers(names.size(), reads);
        this.bytes = new long[names.size()];
        this.shrinks = new boolean[names.size()];
        this.isOutput = new boolean[names.size()];
        Set<String> outputs = new HashSet<>(graph.outputs());
        for (int tensor = 0; tensor < bytes.length; tensor++) {
            String name = names.get(tensor);
            Optional<TensorFacts> facts = tensors.of(name).filter(known -> tensors.canCross(name));
            bytes[tensor] = facts.map(TensorFacts::bytes).orElse(CANNOT_CROSS);
            shrinks[tensor] = facts.filter(known -> known.type().isFloat()).isPresent();
            isOutput[tensor] = outputs.contains(name);
        }
    }

    private static int[][] readers(int tensors, int[][] reads) {
        int[] counts = new int[tensors];
        for (int[] read : reads) {
            for (int tensor : read) {
                counts[tensor]++;
            }
        }
        int[][] readers = new int[tensors][];
        for (int tensor = 0; tensor < tensors; tensor++) {
            readers[tensor] = new int[counts[tensor]];
        }
        for (int place = reads.length - 1; place >= 0; place--) {
            for (int tensor : reads[place]) {
                readers[tensor][--counts[tensor]] = place;
            }
        }
        return readers;
    }

    int operators() {
        return operators.size();
    }

    Operator operator(int place) {
        return operators.get(place);
    }

    int place(Operator operator) {
        Integer place = places.get(operator.id());
        if (place == null) {
            throw new IllegalArgumentException("%s is no operator of this graph".formatted(operator));
        }
        return place;
    }

    String name(int tensor) {
        return names.get(tensor);
    }

    int tensors() {
        return bytes.length;
    }

    /** Tensors that the operator reads, once each, constants not among them. Not to be changed. */
    int[] reads(int operator) {
        return reads[operator];
    }

    /** Tensors that the operator makes. Not to be changed. */
    int[] makes(int operator) {
        return makes[operator];
    }

    /** Operators that read the tensor, in order. Not to be changed. */
    int[] readers(int tensor) {
        return readers[tensor];
    }

    /** The operator that makes the tensor, or {@link #GIVEN}. */
    int maker(int tensor) {
        return makers[tensor];
    }

    /** Size for the probe input, or {@link #CANNOT_CROSS}. */
    long bytes(int tensor) {
        return bytes[tensor];
    }

    boolean canCross(int tensor) {
        return bytes[tensor] != CANNOT_CROSS;
    }

    /** Whether codecs make it smaller: floating-point numbers they do, whole numbers and truth values hardly. */
    boolean shrinks(int tensor) {
        return shrinks[tensor];
    }

    boolean isOutput(int tensor) {
        return isOutput[tensor];
    }

    /** Whether the tensor is there once the head has run, and needed after it. */
    boolean crosses(int tensor, BitSet head) {
        if (makers[tensor] != GIVEN && !head.get(makers[tensor])) {
            return false;
        }
        if (isOutput[tensor]) {
            return true;
        }
        for (int reader : readers[tensor]) {
            if (!head.get(reader)) {
                return true;
            }
        }
        return false;
    }

    /** Whether no operator of the head reads what is made in the tail. */
    boolean isClosed(BitSet head) {
        for (int operator = head.nextSetBit(0); operator >= 0; operator = head.nextSetBit(operator + 1)) {
            for (int tensor : reads[operator]) {
                if (makers[tensor] != GIVEN && !head.get(makers[tensor])) {
                    return false;
                }
            }
        }
        return true;
    }
}
