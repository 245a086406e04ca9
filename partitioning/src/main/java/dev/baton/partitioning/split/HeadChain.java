package dev.baton.partitioning.split;

import dev.baton.partitioning.cost.OperatorCosts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/*
 * Kang et al., "Neurosurgeon", ASPLOS 2017, try every place of a chain of layers. Hu et al., "DADS", INFOCOM 2019, showed that
 * for a graph the best place is a minimum cut, for one edge device, link and cloud at a time. Baton's package must serve all of
 * them, with few split points whose heads are nested.
 *
 * For devices that differ in speed only, a head H costs (e−c)·W(H) + l·B(H) and a constant, where W is its work, B what
 * crosses, and e, c and l the prices of work on the edge, of work in the cloud, and of a byte: what counts is the one quotient
 * (e−c)/l. The cheapest heads over all its values are the corners of the lower hull of (W, B) over all closed sets. Capacities
 * at the terminals alone depend on it, and monotonously, so the heads are nested (Gallo, Grigoriadis and Tarjan, "A fast
 * parametric maximum flow algorithm and applications", SIAM J. Comput. 1989); and they are found by halving: between two
 * corners one more cut, with the price at which both cost the same, either finds a corner between them or proves that there is
 * none (Eisner and Severance 1976). As the corner lies between the two heads, only the operators between them are looked at.
 *
 * Devices do not differ in speed only, and bytes are not all alike: codecs shrink floating-point numbers and leave masks and
 * token numbers as they are. So each gap of this chain is swept again with other works and other sizes. Over the whole graph
 * those heads need not be nested with the chain; restricted to its gaps they are, and lose nothing that a chain could hold: as
 * closed sets form a lattice and the cost is submodular, the best head between A and B is (H ∪ A) ∩ B of a best head H.
 *
 * The simpler alternative, good prefixes of a good order, is what fills the gaps (OperatorOrders). On models that people build
 * the two agree nearly everywhere; where branches of unequal depth run side by side, only the cut knows which to put first.
 */
/** Heads, each within the next, that are the cheapest at some price of work and bytes. */
final class HeadChain {
    /** All work of a model in whole numbers; fine enough, and products with sizes stay far from overflowing. */
    private static final long WORK_UNITS = 1L << 20;

    private static final long BYTE_UNITS = 1L << 36;
    /** A price of work that all bytes together do not outweigh. */
    private static final long ANY_PRICE = 2 * BYTE_UNITS;
    /** What codecs make of floating-point numbers, roughly: a quarter. */
    private static final int SHRINKING = 4;
    /** An operator that adds at most this share of the work and no bytes goes with the head before it. */
    private static final double NEXT_TO_NOTHING = 0.002;
    /** No model has so many corners; bounds the time on hostile ones. */
    private static final int MOST_HEADS = 200;

    private final CutGraph graph;
    private final MinimumCut solver;
    private final BitSet nothing = new BitSet();
    private final BitSet everything;

    HeadChain(CutGraph graph, MinimumCut solver) {
        this.graph = graph;
        this.solver = solver;
        this.everything = new BitSet();
        everything.set(0, graph.operators());
    }

    /** One way to see the graph: work of each operator, size of each tensor. */
    private static final class View {
        private final long[] work;
        private final long[] sizes;

        View(long[] work, long[] sizes) {
            this.work = work;
            this.sizes = sizes;
        }

        long work(BitSet head) {
            long sum = 0;
            for (int operator = head.nextSetBit(0); operator >= 0; operator = head.nextSetBit(operator + 1)) {
                sum += work[operator];
            }
            return sum;
        }
    }

    /** From nothing to everything, both included. */
    List<BitSet> heads(OperatorCosts costs) {
        SpreadingWork spreading = new SpreadingWork(costs);
        long[] work = units(operator -> spreading.of(graph.operator(operator)));
        long[] memory = units(operator -> spreading.onWideProcessor(graph.operator(operator)));
        List<BitSet> chain = swept(List.of(nothing, everything), new View(work, sizes(1)));
        chain = swept(chain, new View(work, sizes(SHRINKING)));
        chain = swept(chain, new View(memory, sizes(1)));
        return withWhatIsNextToNothing(chain, work);
    }

    /** The chain with the corners of this view in each of its gaps. */
    private List<BitSet> swept(List<BitSet> chain, View view) {
        List<BitSet> finer = new ArrayList<>(List.of(chain.getFirst()));
        for (int i = 1; i < chain.size(); i++) {
            BitSet before = chain.get(i - 1);
            BitSet behind = chain.get(i);
            // The ends of the model may be places where something cannot cross: then corners begin and end inside.
            Optional<BitSet> bottom =
                    isLegal(before) ? Optional.of(before) : cheapest(view, ANY_PRICE, 1, before, behind);
            Optional<BitSet> top =
                    isLegal(behind) ? Optional.of(behind) : cheapest(view, -ANY_PRICE, 1, before, behind);
            if (bottom.isPresent() && top.isPresent()) {
                add(finer, bottom.get());
                corners(view, bottom.get(), top.get(), finer);
                add(finer, top.get());
            }
            add(finer, behind);
        }
        return finer;
    }

    private boolean isLegal(BitSet head) {
        for (int tensor = 0; tensor < graph.tensors(); tensor++) {
            if (!graph.canCross(tensor) && graph.crosses(tensor, head)) {
                return false;
            }
        }
        return true;
    }

    private static void add(List<BitSet> chain, BitSet head) {
        if (!head.equals(chain.getLast())) {
            chain.add(head);
        }
    }

    private void corners(View view, BitSet before, BitSet behind, List<BitSet> found) {
        long moreWork = view.work(behind) - view.work(before);
        if (moreWork <= 1 || behind.cardinality() - before.cardinality() < 2 || found.size() >= MOST_HEADS) {
            return;
        }
        long fewerBytes = size(view, before) - size(view, behind);
        Optional<BitSet> between = cheapest(view, fewerBytes, moreWork, before, behind);
        if (between.isEmpty() || between.get().equals(before) || between.get().equals(behind)) {
            return;
        }
        long price = fewerBytes * view.work(between.get()) + moreWork * size(view, between.get());
        long atEnds = fewerBytes * view.work(before) + moreWork * size(view, before);
        if (price < atEnds) {
            corners(view, before, between.get(), found);
            add(found, between.get());
            corners(view, between.get(), behind, found);
        }
    }

    private long size(View view, BitSet head) {
        long sum = 0;
        for (int tensor = 0; tensor < graph.tensors(); tensor++) {
            sum += graph.crosses(tensor, head) ? view.sizes[tensor] : 0;
        }
        return sum;
    }

    /** Work at {@code workPrice}, less than 0 where the edge is the cheaper side, and bytes at {@code bytePrice}. */
    private Optional<BitSet> cheapest(View view, long workPrice, long bytePrice, BitSet atLeast, BitSet atMost) {
        long[] onEdge = new long[graph.operators()];
        long[] inCloud = new long[graph.operators()];
        long[] crossing = new long[graph.tensors()];
        for (int operator = 0; operator < onEdge.length; operator++) {
            onEdge[operator] = Math.max(0, workPrice * view.work[operator]);
            inCloud[operator] = Math.max(0, -workPrice * view.work[operator]);
        }
        for (int tensor = 0; tensor < crossing.length; tensor++) {
            crossing[tensor] = graph.canCross(tensor) ? bytePrice * view.sizes[tensor] : HeadProblem.NEVER;
        }
        return solver.cheapest(new HeadProblem(graph, onEdge, inCloud, crossing, atLeast, atMost));
    }

    /** Shares of all work, at least 1 each. */
    private long[] units(ToDoubleFunction<Integer> work) {
        double[] exact = new double[graph.operators()];
        Arrays.setAll(exact, work::applyAsDouble);
        double total = Math.max(1, Arrays.stream(exact).sum());
        return Arrays.stream(exact)
                .mapToLong(part -> 1 + Math.round(part / total * WORK_UNITS))
                .toArray();
    }

    private long[] sizes(int shrinking) {
        double total = 1;
        for (int tensor = 0; tensor < graph.tensors(); tensor++) {
            total += Math.max(0, graph.bytes(tensor));
        }
        double unit = Math.max(1, total / BYTE_UNITS);
        long[] sizes = new long[graph.tensors()];
        for (int tensor = 0; tensor < sizes.length; tensor++) {
            double shrunk = graph.shrinks(tensor) ? (double) graph.bytes(tensor) / shrinking : graph.bytes(tensor);
            sizes[tensor] = Math.max(0, Math.round(shrunk / unit));
        }
        return sizes;
    }

    /**
     * The chain with each head moved behind operators that come for nothing: an activation function behind its convolution
     * makes as many bytes, which compress better, and engines fuse the two.
     */
    private List<BitSet> withWhatIsNextToNothing(List<BitSet> chain, long[] work) {
        double little = NEXT_TO_NOTHING * Arrays.stream(work).sum();
        List<BitSet> moved = new ArrayList<>(List.of(chain.getFirst()));
        for (int i = 1; i < chain.size() - 1; i++) {
            BitSet head = chain.get(i);
            BitSet gap = (BitSet) chain.get(i + 1).clone();
            gap.andNot(head);
            Progress progress = Progress.after(graph, head);
            BitSet larger = (BitSet) head.clone();
            long added = 0;
            for (int operator = gap.nextSetBit(0); operator >= 0; operator = gap.nextSetBit(operator + 1)) {
                if (added + work[operator] <= little
                        && isReady(operator, larger)
                        && comesForNothing(operator, progress)) {
                    larger.set(operator);
                    progress.run(operator);
                    added += work[operator];
                }
            }
            add(moved, larger);
        }
        add(moved, chain.getLast());
        return moved;
    }

    private boolean comesForNothing(int operator, Progress progress) {
        for (int tensor : graph.makes(operator)) {
            if (!graph.canCross(tensor)) {
                return false;
            }
        }
        return progress.growth(operator) <= 0;
    }

    private boolean isReady(int operator, BitSet head) {
        for (int tensor : graph.reads(operator)) {
            if (graph.maker(tensor) != CutGraph.GIVEN && !head.get(graph.maker(tensor))) {
                return false;
            }
        }
        return true;
    }
}
