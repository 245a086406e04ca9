package dev.baton.partitioning;

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
 * operators with several results, constants computed from constants, initialisers shared and listed as inputs, dead operators.
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
            for (int results = 1 + random.nextInt(2); results > 0; results--) {
                written.add("%d".formatted(i * 10 + results));
            }
            nodes.add(TestingModels.node("Op" + random.nextInt(3), read, written));
            (constant ? constants : tensors).addAll(written);
        }
        Set<String> outputs = new LinkedHashSet<>();
        outputs.add(tensors.getLast());
        for (int i = 0; i < random.nextInt(3); i++) {
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
                    facts.put(output, vector(random));
                }
            }
        }
        return new TensorTable(facts);
    }

    private static TensorFacts vector(Random random) {
        Shape shape = Shape.of(1L << random.nextInt(10));
        return new TensorFacts(ElementType.FP32, Optional.of(shape), shape);
    }
}
