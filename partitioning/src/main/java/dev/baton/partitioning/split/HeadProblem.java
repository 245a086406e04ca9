package dev.baton.partitioning.split;

import java.util.BitSet;

/**
 * Which operators to put into the head, when every operator has its price on either side and every crossing tensor has its
 * own. The head must be closed under predecessors and lie between two others that are.
 */
final class HeadProblem {
    /** More than any sum of prices may be; the price of a tensor that cannot cross. */
    static final long NEVER = 1L << 60;

    private final CutGraph graph;
    private final long[] onEdge;
    private final long[] inCloud;
    private final long[] crossing;
    private final BitSet atLeast;
    private final BitSet atMost;

    /**
     * @param onEdge price of each operator in the head, 0 or more
     * @param inCloud price of each operator in the tail, 0 or more
     * @param crossing price of each tensor that crosses, 0 or more; {@link #NEVER} where it cannot
     * @param atLeast operators that are in the head in any case; closed under predecessors
     * @param atMost operators that may be in the head; closed under predecessors
     */
    HeadProblem(CutGraph graph, long[] onEdge, long[] inCloud, long[] crossing, BitSet atLeast, BitSet atMost) {
        this.graph = graph;
        this.onEdge = onEdge.clone();
        this.inCloud = inCloud.clone();
        this.crossing = crossing.clone();
        this.atLeast = (BitSet) atLeast.clone();
        this.atMost = (BitSet) atMost.clone();
    }

    CutGraph graph() {
        return graph;
    }

    long onEdge(int operator) {
        return onEdge[operator];
    }

    long inCloud(int operator) {
        return inCloud[operator];
    }

    long crossing(int tensor) {
        return crossing[tensor];
    }

    boolean isAlwaysInHead(int operator) {
        return atLeast.get(operator);
    }

    /** A copy of the smallest head there may be. */
    BitSet smallest() {
        return (BitSet) atLeast.clone();
    }

    /** A copy of the largest head there may be. */
    BitSet largest() {
        return (BitSet) atMost.clone();
    }

    /** Whether a tensor would cross that cannot. */
    boolean isPossible(BitSet head) {
        for (int tensor = 0; tensor < crossing.length; tensor++) {
            if (crossing[tensor] == NEVER && graph.crosses(tensor, head)) {
                return false;
            }
        }
        return true;
    }

    /** What the head costs; {@link #NEVER} when a tensor would cross that cannot. */
    long cost(BitSet head) {
        if (!isPossible(head)) {
            return NEVER;
        }
        long sum = 0;
        for (int operator = 0; operator < onEdge.length; operator++) {
            sum += head.get(operator) ? onEdge[operator] : inCloud[operator];
        }
        for (int tensor = 0; tensor < crossing.length; tensor++) {
            sum += graph.crosses(tensor, head) ? crossing[tensor] : 0;
        }
        return sum;
    }
}
