package dev.baton.partitioning.split;

import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.TensorFacts;
import dev.baton.partitioning.graph.TensorTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every way to cut one topological order in two: position {@code p} has the first {@code p} operators in its head. Heads of
 * one order are nested in each other.
 */
final class PrefixCuts {
    private static final int NEVER = -1;

    private final List<Operator> order;
    /** What crosses at each position, in bytes; −1 where something cannot cross. */
    private final long[] bytes;
    /** The first tensor that cannot cross, by position. */
    private final Map<Integer, String> obstacles = new HashMap<>();
    /** Work of the head at each position. */
    private final double[] work;

    PrefixCuts(ModelGraph graph, TensorTable tensors, List<Operator> order) {
        this.order = List.copyOf(order);
        int positions = order.size() + 1;
        this.bytes = new long[positions];
        this.work = new double[positions];
        OperatorWork estimate = new OperatorWork(graph, tensors);
        Map<String, Integer> born = new HashMap<>();
        Map<String, Integer> lastNeeded = new HashMap<>();
        graph.inputs().forEach(input -> born.put(input.name(), 0));
        for (int position = 0; position < order.size(); position++) {
            Operator operator = order.get(position);
            work[position + 1] = work[position] + estimate.of(operator);
            for (String output : operator.outputs()) {
                born.put(output, position + 1);
            }
            for (String input : operator.inputs()) {
                lastNeeded.put(input, position);
            }
        }
        graph.outputs().forEach(output -> lastNeeded.put(output, order.size()));
        long[] change = new long[positions + 1];
        int[] blocked = new int[positions + 1];
        Map<Integer, List<String>> blockers = new HashMap<>();
        born.forEach((tensor, from) -> {
            int until = lastNeeded.getOrDefault(tensor, NEVER);
            if (until >= from) {
                Optional<TensorFacts> facts = tensors.of(tensor).filter(known -> tensors.canCross(tensor));
                if (facts.isPresent()) {
                    change[from] += facts.get().bytes();
                    change[until + 1] -= facts.get().bytes();
                } else {
                    blocked[from]++;
                    blocked[until + 1]--;
                    blockers.computeIfAbsent(from, position -> new ArrayList<>())
                            .add(tensor);
                }
            }
        });
        long crossing = 0;
        int obstructing = 0;
        String lastBlocker = "";
        for (int position = 0; position < positions; position++) {
            crossing += change[position];
            obstructing += blocked[position];
            List<String> begun = blockers.getOrDefault(position, List.of());
            lastBlocker = begun.isEmpty() ? lastBlocker : begun.getFirst();
            bytes[position] = obstructing == 0 ? crossing : NEVER;
            if (obstructing > 0) {
                obstacles.put(position, lastBlocker);
            }
        }
    }

    List<Operator> order() {
        return order;
    }

    List<Operator> head(int position) {
        return order.subList(0, position);
    }

    boolean canCross(int position) {
        return bytes[position] != NEVER;
    }

    /** A tensor that cannot cross at this position; empty when all can. */
    Optional<String> obstacle(int position) {
        return Optional.ofNullable(obstacles.get(position));
    }

    /** What crosses when nothing is in the head. */
    long inputBytes() {
        return bytes[0];
    }

    long bytes(int position) {
        return bytes[position];
    }

    /** The head's share of the model's work, 0 to 1. */
    double share(int position) {
        double total = work[work.length - 1];
        return total == 0 ? (double) position / order.size() : work[position] / total;
    }

    /** The operator with the most work, and its share. */
    Operator heaviest() {
        int heaviest = 0;
        for (int i = 1; i < order.size(); i++) {
            if (work[i + 1] - work[i] > work[heaviest + 1] - work[heaviest]) {
                heaviest = i;
            }
        }
        return order.get(heaviest);
    }

    /**
     * How cheaply this order can be cut: over equal slices of the work, the sum of the logarithms of each slice's cheapest cut;
     * less is better.
     */
    double score() {
        int slices = 32;
        double[] cheapest = new double[slices];
        Arrays.fill(cheapest, Double.NaN);
        for (int position = 1; position < order.size(); position++) {
            if (canCross(position)) {
                int slice = Math.min(slices - 1, (int) (share(position) * slices));
                double cost = Math.log(1.0 + bytes[position]);
                cheapest[slice] = Double.isNaN(cheapest[slice]) ? cost : Math.min(cheapest[slice], cost);
            }
        }
        return Arrays.stream(cheapest).filter(cost -> !Double.isNaN(cost)).sum();
    }
}
