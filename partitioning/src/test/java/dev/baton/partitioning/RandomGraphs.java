package dev.baton.partitioning;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.TensorFacts;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Random graphs with everything that makes dividing hard: several inputs and outputs, outputs that are inputs or constants,
 * operators with several results, constants computed from constants, initialisers shared and listed as inputs, dead operators,
 * tensors that many read, outputs that are read as well, subgraphs that capture names.
 */
public final class RandomGraphs {
    private RandomGraphs() {}

    public static ModelGraph write(long seed, Path directory) throws Exception {
        Random random = new Random(seed);
        List<ValueInfoProto> inputs = new ArrayList<>();
        List<TensorProto> initialisers = new ArrayList<>();
        List<NodeProto> nodes = new ArrayList<>();
        List<String> tensors = new ArrayList<>();
        List<String> constants = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            inputs.add(TestingModels.floats("in/" + i, 4));
            tensors.add("in/" + i);
        }
        for (int i = 0; i < random.nextInt(4); i++) {
            String name = "weight:" + i;
            // Large ones go to weights.bin, small ones stay.
            initialisers.add(TestingModels.vector(name, random.nextBoolean() ? 4 : 400));
            constants.add(name);
            if (random.nextInt(4) == 0) {
                inputs.add(TestingModels.floats(name, 4));
            }
        }
        int operators = 3 + random.nextInt(12);
        for (int i = 0; i < operators; i++) {
            boolean constant = !constants.isEmpty() && random.nextInt(5) == 0;
            List<String> read = new ArrayList<>();
            for (int arity = 1 + random.nextInt(3); arity > 0; arity--) {
                boolean readConstant = constant || (!constants.isEmpty() && random.nextInt(4) == 0);
                read.add(pick(readConstant ? constants : tensors, random));
            }
            List<String> written = new ArrayList<>();
            for (int results = 1 + random.nextInt(random.nextInt(4) == 0 ? 3 : 2); results > 0; results--) {
                written.add("%d".formatted(i * 10 + results));
            }
            String popular = tensors.get(tensors.size() / 2);
            if (!constant && random.nextInt(3) == 0 && !read.contains(popular)) {
                read.add(popular);
            }
            NodeProto node = TestingModels.node("Op" + random.nextInt(3), read, written);
            nodes.add(!constant && random.nextInt(8) == 0 ? capturing(node, tensors, constants, random) : node);
            (constant ? constants : tensors).addAll(written);
        }
        Set<String> outputs = new LinkedHashSet<>();
        outputs.add(tensors.getLast());
        for (int i = random.nextInt(4); i > 0; i--) {
            outputs.add(pick(random.nextInt(5) == 0 && !constants.isEmpty() ? constants : tensors, random));
        }
        Collections.shuffle(nodes, random);
        return ModelGraph.read(TestingModels.write(
                directory,
                TestingModels.model(TestingModels.graph(
                        inputs,
                        outputs.stream().map(TestingModels::untyped).toList(),
                        initialisers,
                        nodes.toArray(NodeProto[]::new)))));
    }

    /** The node with a subgraph in which one operator reads two tensors from outside, or one and its neighbour's result. */
    private static NodeProto capturing(NodeProto node, List<String> tensors, List<String> constants, Random random) {
        String captured = pick(tensors, random);
        String other = constants.isEmpty() || random.nextBoolean() ? pick(tensors, random) : pick(constants, random);
        GraphProto subgraph = TestingModels.graph(
                List.of(),
                List.of(TestingModels.untyped("inner")),
                List.of(),
                TestingModels.node("Op0", List.of(captured), List.of("within")),
                TestingModels.node(
                        "Op1", List.of(random.nextBoolean() ? other : captured, "within"), List.of("inner")));
        return node.toBuilder()
                .addAttribute(TestingModels.attribute("body", subgraph))
                .build();
    }

    /** Every name that the node reads, in the graph around it. */
    public static Set<String> reads(NodeProto node) {
        Set<String> read = new LinkedHashSet<>(node.getInputList());
        for (AttributeProto attribute : node.getAttributeList()) {
            Set<String> inside = new LinkedHashSet<>();
            for (NodeProto inner : attribute.getG().getNodeList()) {
                read.addAll(inner.getInputList());
                inside.addAll(inner.getOutputList());
            }
            read.removeAll(inside);
        }
        return read;
    }

    private static String pick(List<String> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }

    /** Every variable tensor as a vector of some length; now and then one that cannot cross. */
    public static TensorTable table(ModelGraph graph, long seed, boolean withObstacles) {
        Random random = new Random(~seed);
        Map<String, TensorFacts> facts = new HashMap<>();
        graph.inputs().forEach(input -> facts.put(input.name(), vector(random)));
        for (Operator operator : graph.operators()) {
            for (String output : operator.outputs()) {
                if (!withObstacles || random.nextInt(12) > 0) {
                    facts.put(output, random.nextInt(5) == 0 ? tokens(random) : vector(random));
                }
            }
        }
        return new TensorTable(facts);
    }

    private static TensorFacts tokens(Random random) {
        Shape shape = Shape.of(1L << random.nextInt(6));
        return new TensorFacts(ElementType.INT64, Optional.of(shape), shape);
    }

    private static TensorFacts vector(Random random) {
        Shape shape = Shape.of(1L << random.nextInt(10));
        return new TensorFacts(ElementType.FP32, Optional.of(shape), shape);
    }
}
