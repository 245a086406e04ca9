package dev.baton.partitioning.split;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/*
 * A cut of one topological order may carry tensors that another order would not have made yet, or would have used up
 * already. Finding the best order is NP-hard (it is the graph's cutwidth, weighted); three cheap ones cover the models that
 * people write: as written, each operator as late as possible, and greedily whichever keeps least alive. Between two heads of
 * a chain each of them is a candidate again, and the greedy one starts afresh: an order need not be the best everywhere.
 */
/** Topological orders of a graph whose cuts are worth looking at. */
final class OperatorOrders {
    /** A gap's cheapest cut is looked for in each of so many parts of the whole model's work. */
    private static final int SLICES = 32;

    private final CutGraph graph;
    private final double[] work;

    /** {@code work} of each operator, for judging how an order's cheap cuts are spread. */
    OperatorOrders(CutGraph graph, double[] work) {
        this.graph = graph;
        this.work = work.clone();
    }

    /** Each as a list of operators. */
    List<int[]> all() {
        return List.of(
                IntStream.range(0, graph.operators()).toArray(),
                asLateAsPossible(),
                leastAlive(Progress.start(graph), new BitSet(), everything()));
    }

    private BitSet everything() {
        BitSet all = new BitSet();
        all.set(0, graph.operators());
        return all;
    }

    /** One order of which every head of the chain is a prefix; in between, whichever of the orders cuts cheapest. */
    int[] through(List<BitSet> chain) {
        List<int[]> orders = all();
        int[][] ranks = new int[orders.size()][graph.operators()];
        for (int i = 0; i < ranks.length; i++) {
            for (int rank = 0; rank < ranks[i].length; rank++) {
                ranks[i][orders.get(i)[rank]] = rank;
            }
        }
        double allWork = Arrays.stream(work).sum();
        int[] woven = new int[graph.operators()];
        int filled = 0;
        Progress progress = Progress.start(graph);
        for (int i = 1; i < chain.size(); i++) {
            BitSet gap = (BitSet) chain.get(i).clone();
            gap.andNot(chain.get(i - 1));
            int[] best = gap.stream().toArray();
            if (best.length > 1) {
                double bestScore = score(best, progress.copy(), allWork);
                for (int candidate = 0; candidate < ranks.length; candidate++) {
                    int[] order = candidate == 0
                            ? leastAlive(progress.copy(), chain.get(i - 1), gap)
                            : sorted(gap, ranks[candidate]);
                    double score = score(order, progress.copy(), allWork);
                    if (score < bestScore) {
                        best = order;
                        bestScore = score;
                    }
                }
            }
            for (int operator : best) {
                woven[filled++] = operator;
                progress.run(operator);
            }
        }
        return woven;
    }

    private static int[] sorted(BitSet gap, int[] rank) {
        return gap.stream()
                .boxed()
                .sorted(Comparator.comparingInt(operator -> rank[operator]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Over slices of the gap's work, the sum of the logarithms of each slice's cheapest cut; less is better. */
    private double score(int[] order, Progress progress, double allWork) {
        double gapWork = 0;
        for (int operator : order) {
            gapWork += work[operator];
        }
        int slices = Math.clamp(Math.round(SLICES * gapWork / Math.max(1, allWork)), 1, SLICES);
        double[] cheapest = new double[slices];
        Arrays.fill(cheapest, Math.log(Long.MAX_VALUE));
        double done = 0;
        for (int i = 0; i < order.length - 1; i++) {
            progress.run(order[i]);
            done += work[order[i]];
            if (progress.canCross()) {
                int slice = gapWork == 0 ? 0 : Math.clamp((long) (done / gapWork * slices), 0, slices - 1);
                cheapest[slice] = Math.min(cheapest[slice], Math.log(1.0 + progress.bytes()));
            }
        }
        return Arrays.stream(cheapest).sum();
    }

    /** Depth first from the outputs: what only a late operator reads is made just before it. */
    private int[] asLateAsPossible() {
        int[] order = new int[graph.operators()];
        int filled = 0;
        BitSet done = new BitSet();
        BitSet opened = new BitSet();
        Deque<Integer> open = new ArrayDeque<>();
        for (int tensor = 0; tensor < graph.tensors(); tensor++) {
            if (graph.isOutput(tensor) && graph.maker(tensor) != CutGraph.GIVEN) {
                open.push(graph.maker(tensor));
            }
            while (!open.isEmpty()) {
                int next = open.peek();
                if (done.get(next)) {
                    open.pop();
                } else if (!opened.get(next)) {
                    opened.set(next);
                    int[] reads = graph.reads(next);
                    for (int i = reads.length - 1; i >= 0; i--) {
                        int maker = graph.maker(reads[i]);
                        if (maker != CutGraph.GIVEN && !opened.get(maker)) {
                            open.push(maker);
                        }
                    }
                } else {
                    done.set(next);
                    order[filled++] = open.pop();
                }
            }
        }
        return order;
    }

    /** Of the operators of the gap that are ready, always the one after which the fewest bytes are alive. */
    private int[] leastAlive(Progress progress, BitSet before, BitSet gap) {
        int[] waitingFor = new int[graph.operators()];
        int[] changes = new int[graph.operators()];
        // An operator as it stood when it was put in; outdated when its growth has changed since.
        record Ready(long growth, int operator, int change) {}
        PriorityQueue<Ready> ready =
                new PriorityQueue<>(Comparator.comparingLong(Ready::growth).thenComparingInt(Ready::operator));
        for (int operator = gap.nextSetBit(0); operator >= 0; operator = gap.nextSetBit(operator + 1)) {
            for (int tensor : graph.reads(operator)) {
                int maker = graph.maker(tensor);
                waitingFor[operator] += maker == CutGraph.GIVEN || before.get(maker) ? 0 : 1;
            }
            if (waitingFor[operator] == 0) {
                ready.add(new Ready(progress.growth(operator), operator, 0));
            }
        }
        int[] order = new int[gap.cardinality()];
        BitSet done = new BitSet();
        int filled = 0;
        while (filled < order.length) {
            Ready next = ready.remove();
            int operator = next.operator();
            if (done.get(operator) || next.change() != changes[operator]) {
                continue;
            }
            progress.run(operator);
            done.set(operator);
            order[filled++] = operator;
            for (int tensor : graph.makes(operator)) {
                for (int reader : graph.readers(tensor)) {
                    if (gap.get(reader) && --waitingFor[reader] == 0) {
                        ready.add(new Ready(progress.growth(reader), reader, changes[reader]));
                    }
                }
            }
            for (int tensor : graph.reads(operator)) {
                if (progress.unread(tensor) == 1) { // whoever is left to read it would now free it
                    for (int reader : graph.readers(tensor)) {
                        if (gap.get(reader) && !done.get(reader) && waitingFor[reader] == 0) {
                            ready.add(new Ready(progress.growth(reader), reader, ++changes[reader]));
                        }
                    }
                }
            }
        }
        return order;
    }
}
