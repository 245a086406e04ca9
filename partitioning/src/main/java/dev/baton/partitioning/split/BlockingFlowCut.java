package dev.baton.partitioning.split;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/*
 * The head is the source's side of a minimum cut. An operator hangs on the source with its price in the cloud and on the sink
 * with its price on the edge, of which only the difference matters. A tensor is a vertex between its maker and its readers:
 * the arc into it has the tensor's price, the arcs out of it have no limit, so it is paid once when any reader is behind the
 * cut. An arc without limit from each reader back to the maker keeps tensors from flowing back. A model input hangs on the
 * source, a model output on the sink, as it crosses whenever it is made in the head. This is the network of Hu, Bao, Wang and
 * Liu, "Dynamic adaptive DNN surgery for inference acceleration on the edge", INFOCOM 2019 (DADS), whose auxiliary vertex for
 * an operator with several readers is here one for each tensor, as operators may have several results.
 *
 * Flow: Dinic, "Algorithm for solution of a problem of maximum flow in networks with power estimation", 1970: O(V² E), on
 * these networks close to linear. Only operators between the two bounds become vertices, so that a sweep over smaller and
 * smaller gaps costs little more than its first cut. JGraphT's solvers give the same values (tests hold them against each
 * other) but work on object graphs and floating-point capacities, which takes tens of times as long.
 */
/** Minimum cuts by blocking flows, on arrays of whole numbers. */
final class BlockingFlowCut implements MinimumCut {
    /** Arcs that may still be looked at, over all problems: a second or two, which no graph that people built comes near. */
    private long effort = 200_000_000;

    @Override
    public Optional<BitSet> cheapest(HeadProblem problem) {
        if (effort <= 0) {
            return Optional.empty();
        }
        Network network = new Network(problem, effort);
        BitSet head = network.largestSourceSide();
        effort = network.effort;
        head.or(problem.smallest());
        return effort > 0 && problem.isPossible(head) ? Optional.of(head) : Optional.empty();
    }

    private static final class Network {
        private static final int NONE = -1;

        private final CutGraph graph;
        private final int[] operators;
        private final int source;
        private final int sink;
        /** First arc of each vertex. */
        private final int[] first;
        /** By arc; the arc back has the same number but for the last bit. */
        private int[] next = new int[64];

        private int[] to = new int[64];
        private long[] left = new long[64];
        private int arcs;
        private final int[] levels;
        private final int[] queue;
        /** Arcs that may still be looked at; the cut is none when nothing is left. */
        private long effort;

        Network(HeadProblem problem, long effort) {
            this.effort = effort;
            this.graph = problem.graph();
            BitSet open = problem.largest();
            open.andNot(problem.smallest());
            this.operators = open.stream().toArray();
            int[] vertices = new int[graph.operators()];
            Arrays.fill(vertices, NONE);
            int[] tensorVertices = new int[graph.tensors()];
            Arrays.fill(tensorVertices, NONE);
            int vertexCount = 0;
            for (int operator : operators) {
                vertices[operator] = vertexCount++;
            }
            for (int operator : operators) {
                for (int[] touched : new int[][] {graph.reads(operator), graph.makes(operator)}) {
                    for (int tensor : touched) {
                        if (tensorVertices[tensor] == NONE) {
                            tensorVertices[tensor] = vertexCount++;
                        }
                    }
                }
            }
            this.source = vertexCount;
            this.sink = vertexCount + 1;
            this.first = new int[vertexCount + 2];
            this.levels = new int[vertexCount + 2];
            this.queue = new int[vertexCount + 2];
            Arrays.fill(first, NONE);
            for (int operator : operators) {
                long dearer = problem.onEdge(operator) - problem.inCloud(operator);
                if (dearer > 0) {
                    connect(vertices[operator], sink, dearer);
                } else if (dearer < 0) {
                    connect(source, vertices[operator], -dearer);
                }
            }
            for (int tensor = 0; tensor < tensorVertices.length; tensor++) {
                if (tensorVertices[tensor] != NONE) {
                    connectTensor(problem, tensor, tensorVertices[tensor], vertices);
                }
            }
        }

        private void connectTensor(HeadProblem problem, int tensor, int vertex, int[] vertices) {
            int maker = graph.maker(tensor);
            boolean isThere = maker == CutGraph.GIVEN || problem.isAlwaysInHead(maker);
            int from = isThere ? source : vertices[maker];
            boolean isNeededBehind = graph.isOutput(tensor);
            for (int reader : graph.readers(tensor)) {
                if (vertices[reader] != NONE) {
                    connect(vertex, vertices[reader], HeadProblem.NEVER);
                    if (!isThere) {
                        connect(vertices[reader], from, HeadProblem.NEVER);
                    }
                } else if (!problem.isAlwaysInHead(reader)) {
                    isNeededBehind = true;
                }
            }
            if (isNeededBehind && !isThere) {
                connect(vertex, sink, HeadProblem.NEVER);
            }
            if (!(isNeededBehind && isThere)) { // otherwise it crosses in any case
                connect(from, vertex, problem.crossing(tensor));
            }
        }

        private void connect(int from, int target, long capacity) {
            if (arcs + 2 > to.length) {
                next = Arrays.copyOf(next, 2 * arcs);
                to = Arrays.copyOf(to, 2 * arcs);
                left = Arrays.copyOf(left, 2 * arcs);
            }
            add(from, target, capacity);
            add(target, from, 0);
        }

        private void add(int from, int target, long capacity) {
            to[arcs] = target;
            left[arcs] = capacity;
            next[arcs] = first[from];
            first[from] = arcs++;
        }

        /** Everything from which the sink cannot be reached once no more can flow. */
        BitSet largestSourceSide() {
            int[] current = new int[first.length];
            int[] path = new int[first.length];
            while (effort > 0 && reachesSource()) {
                System.arraycopy(first, 0, current, 0, first.length);
                block(current, path);
            }
            BitSet head = new BitSet(graph.operators());
            for (int i = 0; i < operators.length; i++) {
                if (levels[i] == NONE) {
                    head.set(operators[i]);
                }
            }
            return head;
        }

        /** Levels by distance to the sink along arcs with capacity left. */
        private boolean reachesSource() {
            Arrays.fill(levels, NONE);
            levels[sink] = 0;
            queue[0] = sink;
            int filled = 1;
            for (int i = 0; i < filled; i++) {
                int vertex = queue[i];
                for (int arc = first[vertex]; arc != NONE; arc = next[arc]) {
                    effort--;
                    if (left[arc ^ 1] > 0 && levels[to[arc]] == NONE) {
                        levels[to[arc]] = levels[vertex] + 1;
                        queue[filled++] = to[arc];
                    }
                }
            }
            return levels[source] != NONE;
        }

        /** Sends what it can along shortest paths, one after the other. */
        private void block(int[] current, int[] path) {
            int length = 0;
            int vertex = source;
            while (effort > 0) {
                effort--;
                if (vertex == sink) {
                    effort -= length;
                    length = augment(path, length);
                    vertex = length == 0 ? source : to[path[length - 1]];
                    continue;
                }
                int arc = current[vertex];
                while (arc != NONE && !(left[arc] > 0 && levels[to[arc]] == levels[vertex] - 1)) {
                    arc = next[arc];
                    effort--;
                }
                current[vertex] = arc;
                if (arc != NONE) {
                    path[length++] = arc;
                    vertex = to[arc];
                } else if (length == 0) {
                    return;
                } else {
                    vertex = to[path[--length] ^ 1];
                    current[vertex] = next[current[vertex]];
                }
            }
        }

        /** How much of the path stays usable: up to the first arc that is full now. */
        private int augment(int[] path, int length) {
            long amount = Long.MAX_VALUE;
            for (int i = 0; i < length; i++) {
                amount = Math.min(amount, left[path[i]]);
            }
            int usable = length;
            for (int i = length - 1; i >= 0; i--) {
                left[path[i]] -= amount;
                left[path[i] ^ 1] += amount;
                if (left[path[i]] == 0) {
                    usable = i;
                }
            }
            return usable;
        }
    }
}
