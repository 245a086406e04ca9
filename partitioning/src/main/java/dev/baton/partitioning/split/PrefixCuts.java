package dev.baton.partitioning.split;

import dev.baton.partitioning.graph.Operator;
import java.util.ArrayList;
import java.util.List;

/**
 * Every way to cut one topological order in two: position {@code p} has the first {@code p} operators in its head. Heads of
 * one order are nested in each other.
 */
final class PrefixCuts {
    private static final int NEVER = -1;

    private final List<Operator> order;
    /** What crosses at each position, in bytes; −1 where something cannot cross. */
    private final long[] bytes;
    /** Work of the head at each position. */
    private final double[] work;

    /** @param operatorWork of each operator by its place in the graph */
    PrefixCuts(CutGraph graph, int[] places, double[] operatorWork) {
        List<Operator> operators = new ArrayList<>();
        this.bytes = new long[places.length + 1];
        this.work = new double[places.length + 1];
        Progress progress = Progress.start(graph);
        bytes[0] = progress.canCross() ? progress.bytes() : NEVER;
        for (int i = 0; i < places.length; i++) {
            operators.add(graph.operator(places[i]));
            progress.run(places[i]);
            bytes[i + 1] = progress.canCross() ? progress.bytes() : NEVER;
            work[i + 1] = work[i] + operatorWork[places[i]];
        }
        this.order = List.copyOf(operators);
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

    /** The operator with the most work. */
    Operator heaviest() {
        int heaviest = 0;
        for (int i = 1; i < order.size(); i++) {
            if (work[i + 1] - work[i] > work[heaviest + 1] - work[heaviest]) {
                heaviest = i;
            }
        }
        return order.get(heaviest);
    }
}
