package dev.baton.partitioning.split;

import java.util.BitSet;
import java.util.Optional;

/** Finds the cheapest head; solvers differ in how. */
interface MinimumCut {
    /**
     * A head that no other is cheaper than; of several the largest. Empty when something that cannot cross always
     * would, or when finding out takes too long.
     */
    Optional<BitSet> cheapest(HeadProblem problem);
}
