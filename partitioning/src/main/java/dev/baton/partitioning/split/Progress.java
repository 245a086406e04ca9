package dev.baton.partitioning.split;

import java.util.BitSet;

/** What is alive while operators run one after the other: the bytes that would cross, were the model divided right now. */
final class Progress {
    private final CutGraph graph;
    /** Readers that have not run, and one more for a model output. */
    private final int[] unread;

    private long bytes;
    private int obstacles;

    private Progress(CutGraph graph, int[] unread, long bytes, int obstacles) {
        this.graph = graph;
        this.unread = unread;
        this.bytes = bytes;
        this.obstacles = obstacles;
    }

    /** Nothing has run. */
    static Progress start(CutGraph graph) {
        int[] unread = new int[graph.tensors()];
        Progress start = new Progress(graph, unread, 0, 0);
        for (int tensor = 0; tensor < unread.length; tensor++) {
            unread[tensor] = graph.readers(tensor).length + (graph.isOutput(tensor) ? 1 : 0);
            if (graph.maker(tensor) == CutGraph.GIVEN && unread[tensor] > 0) {
                start.live(tensor, 1);
            }
        }
        return start;
    }

    /** A head has run. */
    static Progress after(CutGraph graph, BitSet head) {
        Progress progress = start(graph);
        head.stream().forEach(progress::run);
        return progress;
    }

    Progress copy() {
        return new Progress(graph, unread.clone(), bytes, obstacles);
    }

    void run(int operator) {
        for (int tensor : graph.makes(operator)) {
            if (unread[tensor] > 0) {
                live(tensor, 1);
            }
        }
        for (int tensor : graph.reads(operator)) {
            if (--unread[tensor] == 0) {
                live(tensor, -1);
            }
        }
    }

    private void live(int tensor, int sign) {
        if (graph.canCross(tensor)) {
            bytes += sign * graph.bytes(tensor);
        } else {
            obstacles += sign;
        }
    }

    /** By how many bytes running the operator now would change what is alive; what cannot cross counts as nothing. */
    long growth(int operator) {
        long growth = 0;
        for (int tensor : graph.makes(operator)) {
            growth += unread[tensor] > 0 && graph.canCross(tensor) ? graph.bytes(tensor) : 0;
        }
        for (int tensor : graph.reads(operator)) {
            growth -= unread[tensor] == 1 && graph.canCross(tensor) ? graph.bytes(tensor) : 0;
        }
        return growth;
    }

    /** Readers that have not run, and one more for a model output. */
    int unread(int tensor) {
        return unread[tensor];
    }

    boolean canCross() {
        return obstacles == 0;
    }

    int obstacles() {
        return obstacles;
    }

    long bytes() {
        return bytes;
    }
}
