package dev.baton.partitioning.probe;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.ModelInput;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.TensorFacts;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/*
 * The engine knows every tensor's type and much of its shape as soon as it has opened the model: tensors appended as untyped
 * outputs come back typed. What it cannot infer (data-dependent or symbolic dimensions) is measured by one run in which a
 * Shape operator hangs on each such tensor, so that no large tensor outlives its last reader.
 */
/** Finds out the element type and shape of every tensor of a model by asking the engine. */
public final class TensorProbe {
    private static final String SHAPE_PREFIX = "baton_probe_shape/";

    private final ModelGraph graph;
    private final ModelProto whole;
    private final Path directory;
    private final GraphRunner runner;
    /** Every probing file has a name of its own: the engine may keep what it opened. */
    private int files;

    /**
     * @param whole the model as it lies in {@code directory}, beside its weights
     * @param directory where probing files may be written and removed again
     */
    public TensorProbe(ModelGraph graph, ModelProto whole, Path directory, GraphRunner runner) {
        this.graph = graph;
        this.whole = whole;
        this.directory = directory;
        this.runner = runner;
    }

    /** The facts of every tensor that can cross, for this probe input. */
    public TensorTable probe(Map<String, Tensor> inputs) throws IOException {
        Map<String, TensorSpec> declared = declared();
        Map<String, Shape> measured = measured(declared, inputs);
        Map<String, TensorFacts> facts = new LinkedHashMap<>();
        for (ModelInput input : graph.inputs()) {
            Tensor given = inputs.get(input.name());
            if (given == null) {
                throw new IllegalArgumentException("no probe input '%s'".formatted(input.name()));
            }
            facts.put(input.name(), new TensorFacts(given.type(), Optional.of(input.shape()), given.shape()));
        }
        declared.forEach((name, spec) -> {
            Shape probeShape = measured.getOrDefault(name, spec.shape());
            Optional<Shape> shape = Optional.of(spec.shape()).filter(known -> known.rank() == probeShape.rank());
            facts.put(name, new TensorFacts(spec.type(), shape.map(known -> widened(known, probeShape)), probeShape));
        });
        return new TensorTable(facts);
    }

    /** A dimension that a run contradicts varies, whatever was inferred. */
    private static Shape widened(Shape inferred, Shape seen) {
        List<Long> dimensions = new ArrayList<>();
        for (int axis = 0; axis < inferred.rank(); axis++) {
            dimensions.add(inferred.dimension(axis) == seen.dimension(axis) ? seen.dimension(axis) : Shape.VARIABLE);
        }
        return new Shape(dimensions);
    }

    /** What the engine infers of the operators' results, of those that Baton can carry. */
    private Map<String, TensorSpec> declared() throws IOException {
        Set<String> results = new LinkedHashSet<>();
        for (Operator operator : graph.operators()) {
            for (String output : operator.outputs()) {
                if (!graph.consumers(output).isEmpty() || graph.outputs().contains(output)) {
                    results.add(output);
                }
            }
        }
        Map<String, TensorSpec> specs = new LinkedHashMap<>();
        ask(List.copyOf(results), specs);
        return specs;
    }

    /** Asks for all at once; when the engine or its types refuse one, for each half, down to the culprit, which is left out. */
    private void ask(List<String> tensors, Map<String, TensorSpec> specs) throws IOException {
        if (tensors.isEmpty()) {
            return;
        }
        GraphProto.Builder asking = whole.getGraph().toBuilder();
        Set<String> outputs = new LinkedHashSet<>(graph.outputs());
        for (String tensor : tensors) {
            if (outputs.add(tensor)) {
                asking.addOutput(ValueInfoProto.newBuilder().setName(tensor));
            }
        }
        Path file = directory.resolve("probe-types-%d.onnx".formatted(files++));
        List<TensorSpec> answer;
        try {
            Files.write(file, whole.toBuilder().setGraph(asking).build().toByteArray());
            answer = runner.outputs(file);
        } catch (GraphRunException refused) {
            if (tensors.size() > 1) {
                int half = tensors.size() / 2;
                ask(tensors.subList(0, half), specs);
                ask(tensors.subList(half, tensors.size()), specs);
            }
            return;
        } finally {
            Files.deleteIfExists(file);
        }
        Set<String> asked = Set.copyOf(tensors);
        for (TensorSpec spec : answer) {
            if (asked.contains(spec.name())) {
                specs.put(spec.name(), spec);
            }
        }
    }

    /** The shapes that inference left open, for this input. */
    private Map<String, Shape> measured(Map<String, TensorSpec> declared, Map<String, Tensor> inputs)
            throws IOException {
        List<String> open = declared.values().stream()
                .filter(spec -> !spec.shape().isFixed() || spec.shape().rank() == 0)
                .map(TensorSpec::name)
                .toList();
        if (open.isEmpty()) {
            return Map.of();
        }
        GraphProto.Builder measuring = whole.getGraph().toBuilder().clearOutput();
        TypeProto shapeType = TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.INT64_VALUE))
                .build();
        for (int i = 0; i < open.size(); i++) {
            String name = SHAPE_PREFIX + i;
            measuring.addNode(NodeProto.newBuilder()
                    .setOpType("Shape")
                    .setName(name)
                    .addInput(open.get(i))
                    .addOutput(name));
            measuring.addOutput(ValueInfoProto.newBuilder().setName(name).setType(shapeType));
        }
        Path file = directory.resolve("probe-shapes-%d.onnx".formatted(files++));
        try {
            Files.write(file, whole.toBuilder().setGraph(measuring).build().toByteArray());
            Map<String, Tensor> answer = runner.run(file, inputs, GraphRunner.Optimization.NONE);
            Map<String, Shape> shapes = new LinkedHashMap<>();
            for (int i = 0; i < open.size(); i++) {
                Tensor shape = answer.get(SHAPE_PREFIX + i);
                if (shape == null) {
                    throw new IllegalStateException("the engine did not answer with the shape of " + open.get(i));
                }
                shapes.put(open.get(i), Shape.of(shape.toLongs()));
            }
            return shapes;
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
