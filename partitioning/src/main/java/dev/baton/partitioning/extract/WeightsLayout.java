package dev.baton.partitioning.extract;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

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
    private final Map<String, Range> ranges;
    private final List<TensorProto> tensors;
    private final long totalBytes;

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

    private WeightsLayout(ModelGraph graph, Map<String, Range> ranges, List<TensorProto> tensors, long totalBytes) {
        this.graph = graph;
        this.tensors = List.copyOf(tensors);
        this.ranges = Collections.unmodifiableMap(ranges);
        this.totalBytes = totalBytes;
    }

    /** The layout for this order of the graph's operators. */
    public static WeightsLayout inOrder(ModelGraph graph, List<Operator> order) throws InvalidModelException {
        Map<String, Range> ranges = new LinkedHashMap<>();
        List<TensorProto> tensors = new ArrayList<>();
        long end = 0;
        for (Operator operator : order) {
            end = place(graph, operator.inputs(), ranges, tensors, end);
        }
        end = place(graph, graph.outputs(), ranges, tensors, end);
        return new WeightsLayout(graph, ranges, tensors, end);
    }

    private static long place(
            ModelGraph graph, List<String> needed, Map<String, Range> ranges, List<TensorProto> tensors, long start)
            throws InvalidModelException {
        long end = start;
        for (String name : graph.constantsBehind(needed)) {
            TensorProto tensor = graph.initialisers().get(name);
            if (tensor != null && !ranges.containsKey(name)) {
                OptionalLong bytes = TensorBytes.size(tensor);
                if (bytes.isPresent() && bytes.getAsLong() >= SMALLEST) {
                    Range range = new Range(aligned(end, bytes.getAsLong()), bytes.getAsLong());
                    ranges.put(name, range);
                    tensors.add(tensor);
                    end = range.end();
                }
            }
        }
        return end;
    }

    private static long aligned(long offset, long bytes) {
        long unit = bytes >= PAGE ? PAGE : CACHE_LINE;
        return (offset + unit - 1) / unit * unit;
    }

    /** Where the initialiser lies; empty when it stays in the graph files. */
    public Optional<Range> range(String initialiser) {
        return Optional.ofNullable(ranges.get(initialiser));
    }

    /** Whether both put the same initialisers in the same places. */
    public boolean isSameAs(WeightsLayout other) {
        return ranges.equals(other.ranges);
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
        }
        return end;
    }

    /** Writes {@code weights.bin}, one initialiser at a time. */
    public void write(OutputStream out) throws InvalidModelException, IOException {
        TensorBytes bytes = TensorBytes.beside(graph.file());
        long position = 0;
        int next = 0;
        for (Range range : ranges.values()) {
            out.write(new byte[Math.toIntExact(range.offset() - position)]);
            bytes.write(tensors.get(next++), out);
            position = range.end();
        }
    }
}
