package dev.baton.partitioning.extract;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.baton.partitioning.RandomGraphs;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.partitioning.split.SplitPoint;
import dev.baton.partitioning.split.SplitPointFinder;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SubModelExtractorTest {
    private static final int GRAPHS = 1000;
    /** Where others hold the same property as well. */
    private static final int FEWER_GRAPHS = 200;

    @TempDir
    Path directory;

    @Test
    void partsAreCompleteAndMinimal() throws Exception {
        for (int seed = 0; seed < GRAPHS; seed++) {
            Parts parts = new Parts(seed);
            assertWellFormed(parts.extractor.whole());
            for (SplitPoint point : parts.points) {
                ModelProto head = parts.extractor.head(point);
                ModelProto tail = parts.extractor.tail(point);
                assertWellFormed(head);
                assertWellFormed(tail);
                assertThat(read(head))
                        .as("graph %d %s: inputs of the head", seed, point)
                        .containsAll(inputs(head));
                assertThat(read(tail))
                        .as("graph %d %s: inputs of the tail", seed, point)
                        .containsAll(inputs(tail));
                assertThat(variableNodes(parts.graph, head) + variableNodes(parts.graph, tail))
                        .as("graph %d %s: each operator on exactly one side", seed, point)
                        .isEqualTo(parts.graph.operators().size());
            }
        }
    }

    @Test
    void headThenTailComputesWhatTheWholeDoes() throws Exception {
        int compared = 0;
        for (int seed = 0; seed < FEWER_GRAPHS; seed++) {
            Parts parts = new Parts(seed);
            Map<String, Long> inputs = new HashMap<>();
            parts.graph
                    .inputs()
                    .forEach(input ->
                            inputs.put(input.name(), (long) input.name().hashCode()));
            Map<String, Long> expected = interpret(parts.extractor.whole(), parts.weights, inputs);
            for (SplitPoint point : parts.points) {
                Map<String, Long> there = new HashMap<>(inputs);
                there.putAll(interpret(parts.extractor.head(point), parts.weights, inputs));
                Map<String, Long> crossing = new HashMap<>();
                for (CrossingTensor tensor : point.crossing()) {
                    crossing.put(tensor.name(), there.get(tensor.name()));
                }
                Map<String, Long> answer = new HashMap<>(crossing);
                answer.keySet().retainAll(parts.graph.outputs());
                answer.putAll(interpret(parts.extractor.tail(point), parts.weights, crossing));
                assertThat(answer).as("graph %d %s", seed, point).isEqualTo(expected);
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(2 * FEWER_GRAPHS);
    }

    @Test
    void headsNeedPrefixesOfTheWeights() throws Exception {
        for (int seed = 0; seed < FEWER_GRAPHS; seed++) {
            Parts parts = new Parts(seed);
            long before = 0;
            for (SplitPoint point : parts.points) {
                long prefix = parts.layout.prefixFor(parts.graph.operators().stream()
                        .filter(operator -> point.head().contains(operator.id()))
                        .toList());
                assertThat(prefix).isBetween(before, parts.layout.totalBytes());
                for (TensorProto tensor : parts.extractor.head(point).getGraph().getInitializerList()) {
                    parts.layout.range(tensor.getName()).ifPresent(range -> assertThat(range.end())
                            .isLessThanOrEqualTo(prefix));
                }
                before = prefix;
            }
        }
    }

    private final class Parts {
        final ModelGraph graph;
        final WeightsLayout layout;
        final SubModelExtractor extractor;
        final List<SplitPoint> points;
        final byte[] weights;

        Parts(long seed) throws Exception {
            graph = RandomGraphs.write(seed, directory);
            TensorTable tensors = RandomGraphs.table(graph, seed, false);
            SplitPointFinder finder = new SplitPointFinder(graph, tensors);
            layout = WeightsLayout.inOrder(graph, finder.order());
            extractor = new SubModelExtractor(graph, tensors, layout, "weights.bin");
            points = finder.find(SplitPointFinder.ALL).between();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            layout.write(out);
            weights = out.toByteArray();
            assertThat(weights).hasSize((int) layout.totalBytes());
        }
    }

    private static List<String> inputs(ModelProto part) {
        return part.getGraph().getInputList().stream()
                .map(ValueInfoProto::getName)
                .toList();
    }

    /** What the part's operators read. */
    private static Set<String> read(ModelProto part) {
        Set<String> read = new HashSet<>();
        part.getGraph().getNodeList().forEach(node -> read.addAll(RandomGraphs.reads(node)));
        return read;
    }

    private static long variableNodes(ModelGraph graph, ModelProto part) {
        return part.getGraph().getNodeList().stream()
                .filter(node -> !graph.isConstant(node.getOutput(0)))
                .count();
    }

    /** Everything read is made before, everything made is needed. */
    private static void assertWellFormed(ModelProto model) {
        GraphProto graph = model.getGraph();
        Set<String> made = new HashSet<>();
        List<String> names = new ArrayList<>();
        graph.getInputList().forEach(input -> names.add(input.getName()));
        graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
        made.addAll(names);
        for (NodeProto node : graph.getNodeList()) {
            assertThat(made).as("made before %s", node.getName()).containsAll(RandomGraphs.reads(node));
            names.addAll(node.getOutputList());
            made.addAll(node.getOutputList());
        }
        assertThat(names).doesNotHaveDuplicates();
        Set<String> needed = new HashSet<>();
        for (ValueInfoProto output : graph.getOutputList()) {
            assertThat(made).contains(output.getName());
            needed.add(output.getName());
        }
        for (NodeProto node : graph.getNodeList().reversed()) {
            assertThat(node.getOutputList()).as("results of %s", node.getName()).anyMatch(needed::contains);
            needed.addAll(RandomGraphs.reads(node));
        }
        assertThat(graph.getInitializerList()).allMatch(tensor -> needed.contains(tensor.getName()));
    }

    /** Runs a graph on numbers in place of tensors: what an operator makes is a hash of its kind and of what it reads. */
    private static Map<String, Long> interpret(ModelProto model, byte[] weights, Map<String, Long> inputs) {
        GraphProto graph = model.getGraph();
        Map<String, Long> values = new HashMap<>();
        for (ValueInfoProto input : graph.getInputList()) {
            values.put(input.getName(), inputs.get(input.getName()));
        }
        for (TensorProto tensor : graph.getInitializerList()) {
            values.put(tensor.getName(), (long) Arrays.hashCode(elements(tensor, weights)));
        }
        for (NodeProto node : graph.getNodeList()) {
            List<Object> parts = new ArrayList<>(List.of(node.getOpType()));
            RandomGraphs.reads(node).forEach(name -> parts.add(values.get(name)));
            for (int i = 0; i < node.getOutputCount(); i++) {
                values.put(node.getOutput(i), parts.hashCode() * 31L + i);
            }
        }
        Map<String, Long> outputs = new HashMap<>();
        graph.getOutputList().forEach(output -> outputs.put(output.getName(), values.get(output.getName())));
        return outputs;
    }

    private static byte[] elements(TensorProto tensor, byte[] weights) {
        if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
            return tensor.getRawData().toByteArray();
        }
        Map<String, String> entries = new HashMap<>();
        tensor.getExternalDataList().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
        assertThat(entries).containsEntry("location", "weights.bin");
        int offset = Integer.parseInt(entries.getOrDefault("offset", ""));
        return Arrays.copyOfRange(weights, offset, offset + Integer.parseInt(entries.getOrDefault("length", "")));
    }
}
