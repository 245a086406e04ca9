package dev.baton.partitioning.split;

import java.util.BitSet;
import java.util.Optional;
import java.util.Set;
import org.jgrapht.alg.flow.PushRelabelMFImpl;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleDirectedWeightedGraph;

/** JGraphT's push-relabel on the network as it is described, without any of the savings of ours. */
final class PushRelabelCut implements MinimumCut {
    private static final String SOURCE = "source";
    private static final String SINK = "sink";
    /** More than all prices of a test together, and few enough digits to stay exact. */
    private static final long NEVER = 1_000_000_000_000L;

    @Override
    public Optional<BitSet> cheapest(HeadProblem problem) {
        SimpleDirectedWeightedGraph<String, DefaultWeightedEdge> network =
                new SimpleDirectedWeightedGraph<>(DefaultWeightedEdge.class);
        network.addVertex(SOURCE);
        network.addVertex(SINK);
        CutGraph graph = problem.graph();
        BitSet largest = problem.largest();
        for (int operator = 0; operator < graph.operators(); operator++) {
            network.addVertex("operator " + operator);
            connect(network, SOURCE, "operator " + operator, problem.inCloud(operator));
            connect(network, "operator " + operator, SINK, problem.onEdge(operator));
            if (problem.isAlwaysInHead(operator)) {
                connect(network, SOURCE, "operator " + operator, NEVER);
            }
            if (!largest.get(operator)) {
                connect(network, "operator " + operator, SINK, NEVER);
            }
        }
        for (int tensor = 0; tensor < graph.tensors(); tensor++) {
            String vertex = "tensor " + tensor;
            network.addVertex(vertex);
            boolean given = graph.maker(tensor) == CutGraph.GIVEN;
            String from = given ? SOURCE : "operator " + graph.maker(tensor);
            connect(network, from, vertex, Math.min(NEVER, problem.crossing(tensor)));
            if (graph.isOutput(tensor)) {
                connect(network, vertex, SINK, NEVER);
            }
            for (int reader : graph.readers(tensor)) {
                connect(network, vertex, "operator " + reader, NEVER);
                if (!given) {
                    connect(network, "operator " + reader, from, NEVER);
                }
            }
        }
        PushRelabelMFImpl<String, DefaultWeightedEdge> solver = new PushRelabelMFImpl<>(network);
        double value = solver.calculateMinCut(SOURCE, SINK);
        Set<String> sourceSide = solver.getSourcePartition();
        if (value >= (double) NEVER) {
            return Optional.empty();
        }
        BitSet head = new BitSet();
        for (int operator = 0; operator < graph.operators(); operator++) {
            head.set(operator, sourceSide.contains("operator " + operator));
        }
        return Optional.of(head);
    }

    private static void connect(
            SimpleDirectedWeightedGraph<String, DefaultWeightedEdge> network, String from, String to, long capacity) {
        DefaultWeightedEdge edge = network.getEdge(from, to);
        if (edge == null) {
            edge = network.addEdge(from, to);
            network.setEdgeWeight(edge, 0);
        }
        network.setEdgeWeight(edge, Math.min((double) NEVER, network.getEdgeWeight(edge) + (double) capacity));
    }
}
