package dev.baton.partitioning.extract;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where each initialiser lies in {@code weights.bin}: in the order in which the operators first need them, so that a head
 * needs a prefix of the file. Small initialisers stay in the graph files, because the engine infers shapes from them.
 */
public final class WeightsLayout {
    /** Initialisers of fewer bytes stay in the graph files. */
    static final long SMALLEST = 1024;

    private static final long PAGE = 4096;
    private static final long CACHE_LINE = 64;

    private final ModelGraph graph;
    private final Map<String, Range> ranges = new LinkedHashMap<>();
    /** Of weights within subgraphs, which may have any names. */
    private final IdentityHashMap<TensorProto, Range> nestedRanges = new IdentityHashMap<>();

    private final List<Placed> tensors = new ArrayList<>();
    private final SortedSet<Long> boundaries = new TreeSet<>();
    private long totalBytes;

    private record Placed(TensorProto tensor, Range range) {
        /** Tensors of one graph are the same when they are the same object: comparing their elements would take long. */
        @Override
        @SuppressWarnings("ReferenceEquality")
        public boolean equals(@Nullable Object other) {
            return other instanceof Placed placed && placed.tensor == tensor && placed.range.equals(range);
        }

        @Override
        public int hashCode() {
            return range.hashCode();
        }
    }

    /**
     * A stretch of {@code weights.bin}.
     *
     * @param offset first byte
     * @param bytes how many
     */
    public record Range(long offset, long bytes) {
        long end() {
            return offset + bytes;
        }
    }

    private WeightsLayout(ModelGraph graph) {
        this.graph = graph;
    }

    /** The layout for this order of the graph's operators. */
    public static WeightsLayout inOrder(ModelGraph graph, List<Operator> order) throws InvalidModelException {
        WeightsLayout layout = new WeightsLayout(graph);
        for (Operator operator : order) {
            layout.place(operator.inputs());
            for (GraphProto subgraph : operator.subgraphs()) {
                layout.placeWithin(subgraph);
            }
            layout.boundaries.add(layout.totalBytes);
        }
        layout.place(graph.outputs());
        layout.boundaries.add(layout.totalBytes);
        layout.boundaries.remove(0L);
        return layout;
    }

    private void place(List<String> needed) throws InvalidModelException {
        for (String name : graph.constantsBehind(needed)) {
            TensorProto tensor = graph.initialisers().get(name);
            if (tensor != null && !ranges.containsKey(name)) {
                Optional<Range> range = append(tensor);
                if (range.isPresent()) {
                    ranges.put(name, range.get());
                }
            }
        }
    }

    /** Weights that only an operator's own subgraph has are this operator's. */
    private void placeWithin(GraphProto subgraph) throws InvalidModelException {
        for (TensorProto tensor : subgraph.getInitializerList()) {
            if (!nestedRanges.containsKey(tensor)) {
                Optional<Range> range = append(tensor);
                if (range.isPresent()) {
                    nestedRanges.put(tensor, range.get());
                }
            }
        }
        for (NodeProto node : subgraph.getNodeList()) {
            for (GraphProto nested : Operator.subgraphsOf(node)) {
                placeWithin(nested);
            }
        }
    }

    private Optional<Range> append(TensorProto tensor) throws InvalidModelException {
        OptionalLong bytes = TensorBytes.size(tensor);
        if (bytes.isEmpty() || bytes.getAsLong() < SMALLEST) {
            return Optional.empty();
        }
        Range range = new Range(aligned(totalBytes, bytes.getAsLong()), bytes.getAsLong());
        tensors.add(new Placed(tensor, range));
        totalBytes = range.end();
        return Optional.of(range);
    }

    private static long aligned(long offset, long bytes) {
        long unit = bytes >= PAGE ? PAGE : CACHE_LINE;
        return (offset + unit - 1) / unit * unit;
    }

    /** Where the initialiser lies; empty when it stays in the graph files. */
    public Optional<Range> range(String initialiser) {
        return Optional.ofNullable(ranges.get(initialiser));
    }

    /** Where an initialiser of a subgraph lies; empty when it stays in the graph files. */
    Optional<Range> rangeWithin(TensorProto initialiser) {
        return Optional.ofNullable(nestedRanges.get(initialiser));
    }

    /** Whether both put the same initialisers in the same places, and operators' weights end at the same ones. */
    public boolean isSameAs(WeightsLayout other) {
        return boundaries.equals(other.boundaries) && tensors.equals(other.tensors);
    }

    /** Where the weights of operators end, in order: any head's weights end at one of them. */
    public SortedSet<Long> boundaries() {
        return Collections.unmodifiableSortedSet(boundaries);
    }

    public long totalBytes() {
        return totalBytes;
    }

    /** How much of the file, from its start, these operators need. */
    public long prefixFor(Iterable<Operator> operators) {
        long end = 0;
        for (Operator operator : operators) {
            for (String constant : graph.constantsBehind(operator.inputs())) {
                Range range = ranges.get(constant);
                end = range == null ? end : Math.max(end, range.end());
            }
            for (GraphProto subgraph : operator.subgraphs()) {
                end = Math.max(end, endWithin(subgraph));
            }
        }
        return end;
    }

    private long endWithin(GraphProto subgraph) {
        long end = 0;
        for (TensorProto tensor : subgraph.getInitializerList()) {
            Range range = nestedRanges.get(tensor);
            end = range == null ? end : Math.max(end, range.end());
        }
        for (NodeProto node : subgraph.getNodeList()) {
            for (GraphProto nested : Operator.subgraphsOf(node)) {
                end = Math.max(end, endWithin(nested));
            }
        }
        return end;
    }

    /** Writes {@code weights.bin}, one initialiser at a time. */
    public void write(OutputStream out) throws InvalidModelException, IOException {
        TensorBytes bytes = TensorBytes.beside(graph.file());
        long position = 0;
        for (Placed placed : tensors) {
            out.write(new byte[Math.toIntExact(placed.range().offset() - position)]);
            bytes.write(placed.tensor(), out);
            position = placed.range().end();
        }
    }
}
