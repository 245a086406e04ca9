package dev.baton.partitioning.split;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.partitioning.RandomGraphs;
import dev.baton.partitioning.graph.ModelGraph;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every solver of minimum cuts must hold, against the one that tries everything. */
abstract class MinimumCutContract {
    @TempDir
    Path directory;

    abstract MinimumCut solver();

    int graphs() {
        return 1000;
    }

    /** Whether it gives the largest of several heads that cost the same. */
    boolean givesTheLargest() {
        return true;
    }

    @Test
    void isAsCheapAsTheCheapestOfAll() throws Exception {
        int possible = 0;
        int bounded = 0;
        for (int seed = 0; seed < graphs(); seed++) {
            HeadProblem problem = problem(seed);
            Optional<BitSet> expected = new ExhaustiveCut().cheapest(problem);
            Optional<BitSet> found = solver().cheapest(problem);
            assertThat(found.isPresent()).as("seed %d", seed).isEqualTo(expected.isPresent());
            if (found.isPresent() && expected.isPresent()) {
                possible++;
                BitSet head = found.get();
                assertThat(problem.graph().isClosed(head))
                        .as("seed %d: %s closed", seed, head)
                        .isTrue();
                assertThat(isWithin(problem.smallest(), head) && isWithin(head, problem.largest()))
                        .as("seed %d: %s within bounds", seed, head)
                        .isTrue();
                assertThat(problem.cost(head))
                        .as("seed %d: %s costs", seed, head)
                        .isEqualTo(problem.cost(expected.get()));
                bounded += problem.smallest().isEmpty() ? 0 : 1;
                if (givesTheLargest()) {
                    assertThat(head).as("seed %d: largest", seed).isEqualTo(expected.get());
                }
            }
        }
        assertThat(possible).isGreaterThan(graphs() * 3 / 4);
        assertThat(bounded).isGreaterThan(graphs() / 10);
    }

    private static boolean isWithin(BitSet inner, BitSet outer) {
        BitSet left = (BitSet) inner.clone();
        left.andNot(outer);
        return left.isEmpty();
    }

    /** Prices from none to high, often equal; now and then bounds, and tensors that cannot cross. */
    private HeadProblem problem(long seed) throws Exception {
        ModelGraph model = RandomGraphs.write(seed, directory);
        CutGraph graph = new CutGraph(model, RandomGraphs.table(model, seed, seed % 3 == 0));
        Random random = new Random(seed * 7919);
        long[] onEdge = prices(graph.operators(), random);
        long[] inCloud = prices(graph.operators(), random);
        long[] crossing = prices(graph.tensors(), random);
        for (int tensor = 0; tensor < crossing.length; tensor++) {
            crossing[tensor] = graph.canCross(tensor) ? crossing[tensor] : HeadProblem.NEVER;
        }
        BitSet atLeast = new BitSet();
        BitSet atMost = new BitSet();
        int from = random.nextBoolean() ? 0 : random.nextInt(graph.operators() + 1);
        int to = random.nextBoolean() ? graph.operators() : from + random.nextInt(graph.operators() - from + 1);
        atLeast.set(0, from);
        atMost.set(0, to);
        return new HeadProblem(graph, onEdge, inCloud, crossing, atLeast, atMost);
    }

    private static long[] prices(int count, Random random) {
        long[] prices = new long[count];
        for (int i = 0; i < count; i++) {
            prices[i] = random.nextInt(4) == 0 ? 0 : random.nextInt(random.nextBoolean() ? 5 : 1000);
        }
        return prices;
    }
}
