package dev.baton.partitioning.split;

import java.util.BitSet;
import java.util.Optional;
import java.util.function.Consumer;

/** Tries every head that is closed under predecessors: the oracle. */
final class ExhaustiveCut implements MinimumCut {
    @Override
    public Optional<BitSet> cheapest(HeadProblem problem) {
        return new Search(problem).best;
    }

    /** Every head that is closed under predecessors, told one by one. */
    static void forEachHead(CutGraph graph, Consumer<BitSet> consumer) {
        extend(graph, new BitSet(), 0, consumer);
    }

    /** Operators come after those they read from, so those before {@code next} are decided. */
    private static void extend(CutGraph graph, BitSet head, int next, Consumer<BitSet> consumer) {
        if (next == graph.operators()) {
            consumer.accept(head);
            return;
        }
        extend(graph, head, next + 1, consumer);
        boolean ready = true;
        for (int tensor : graph.reads(next)) {
            ready &= graph.maker(tensor) == CutGraph.GIVEN || head.get(graph.maker(tensor));
        }
        if (ready) {
            head.set(next);
            extend(graph, head, next + 1, consumer);
            head.clear(next);
        }
    }

    private static final class Search {
        private Optional<BitSet> best = Optional.empty();
        private long lowest = HeadProblem.NEVER;

        Search(HeadProblem problem) {
            forEachHead(problem.graph(), head -> {
                BitSet more = problem.smallest();
                more.andNot(head);
                BitSet fewer = (BitSet) head.clone();
                fewer.andNot(problem.largest());
                if (more.isEmpty() && fewer.isEmpty()) {
                    look(problem, head);
                }
            });
        }

        private void look(HeadProblem problem, BitSet head) {
            long cost = problem.cost(head);
            int size = best.map(BitSet::cardinality).orElse(-1);
            if (cost < lowest || (cost == lowest && cost < HeadProblem.NEVER && head.cardinality() > size)) {
                lowest = cost;
                best = Optional.of((BitSet) head.clone());
            }
        }
    }
}
