package dev.baton.partitioning.graph;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An ONNX model as a graph: operators, and the tensors between them.
 *
 * <p>Three kinds of tensor: what a request gives or what follows from it; initialisers; and what constant operators make of
 * initialisers alone. An operator with no model input among its ancestors is a constant: it belongs to neither side of a
 * split point and is copied to whichever side reads it. (Operators that draw random numbers are not.) Operators whose
 * result nobody reads are left out. Every reader of a dequantised activation has a DequantizeLinear of its own.
 */
public final class ModelGraph {
    private final Path file;
    private final ModelProto model;
    private final List<ModelInput> inputs;
    private final List<String> outputs;
    private final List<Operator> operators;
    private final List<Operator> constants;
    private final Map<String, TensorProto> initialisers;
    private final Map<String, SparseTensorProto> sparseInitialisers;
    private final Map<String, Operator> producers;
    private final Map<String, List<Operator>> consumers;
    private final Set<String> constantTensors;

    ModelGraph(
            Path file,
            ModelProto model,
            List<ModelInput> inputs,
            List<String> outputs,
            List<Operator> operators,
            List<Operator> constants,
            Map<String, TensorProto> initialisers,
            Map<String, SparseTensorProto> sparseInitialisers) {
        this.file = file;
        this.model = model;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        this.operators = List.copyOf(operators);
        this.constants = List.copyOf(constants);
        this.initialisers = Collections.unmodifiableMap(new LinkedHashMap<>(initialisers));
        this.sparseInitialisers = Collections.unmodifiableMap(new LinkedHashMap<>(sparseInitialisers));
        this.producers = new LinkedHashMap<>();
        this.consumers = new LinkedHashMap<>();
        this.constantTensors = new LinkedHashSet<>(initialisers.keySet());
        constantTensors.addAll(sparseInitialisers.keySet());
        for (Operator constant : constants) {
            constantTensors.addAll(constant.outputs());
            constant.outputs().forEach(output -> producers.put(output, constant));
        }
        for (Operator operator : operators) {
            operator.outputs().forEach(output -> producers.put(output, operator));
            for (String input : operator.inputs()) {
                consumers.computeIfAbsent(input, tensor -> new ArrayList<>()).add(operator);
            }
        }
    }

    /**
     * Reads an ONNX file.
     *
     * @throws InvalidModelException when it is not a model that Baton can take; says why
     */
    public static ModelGraph read(Path onnx) throws InvalidModelException, IOException {
        return ModelReader.read(onnx);
    }

    /** The file it was read from; external data lies beside it. */
    public Path file() {
        return file;
    }

    /** The whole file, for what extraction passes through: versions, operator sets, metadata. */
    public ModelProto model() {
        return model;
    }

    /** What a request gives; initialisers that the file also lists as inputs are not among them. */
    public List<ModelInput> inputs() {
        return inputs;
    }

    /** What an answer holds. */
    public List<String> outputs() {
        return outputs;
    }

    /** The operators that depend on the request, each after those it reads from, otherwise in the file's order. */
    public List<Operator> operators() {
        return operators;
    }

    /** The operators that do not depend on the request, each after those it reads from. */
    public List<Operator> constants() {
        return constants;
    }

    /** Initialisers by name, with tensors of {@code Constant} nodes, which are the same thing. */
    public Map<String, TensorProto> initialisers() {
        return initialisers;
    }

    public Map<String, SparseTensorProto> sparseInitialisers() {
        return sparseInitialisers;
    }

    /** The model's own functions. */
    public List<FunctionProto> functions() {
        return model.getFunctionsList();
    }

    /** An operator that draws random numbers, where there is one: such a model answers differently each time. */
    public Optional<Operator> randomOperator() {
        RandomNumbers randomNumbers = new RandomNumbers(functions());
        return operators.stream()
                .filter(operator -> randomNumbers.areDrawnBy(operator.node()))
                .findFirst();
    }

    /**
     * The tensors between operators that are one operator to the engine: within a quantised operator, written as
     * DequantizeLinear, the operator and QuantizeLinear. Dividing there changes the result.
     */
    public Set<String> insideQuantizedOperators(TensorTable tensors) {
        return QuantizedGroups.inside(this, tensors);
    }

    /** Whether the tensor is the same for every request. */
    public boolean isConstant(String tensor) {
        return constantTensors.contains(tensor);
    }

    /** The operator, constant or not, that makes the tensor; none for model inputs and initialisers. */
    public Optional<Operator> producer(String tensor) {
        return Optional.ofNullable(producers.get(tensor));
    }

    /** The operators that read the tensor, constants not among them. */
    public List<Operator> consumers(String tensor) {
        return Collections.unmodifiableList(consumers.getOrDefault(tensor, List.of()));
    }

    /**
     * What {@code tensors} need of constant operators and initialisers, transitively: the names of all constant tensors.
     */
    public Set<String> constantsBehind(Iterable<String> tensors) {
        Set<String> needed = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>();
        tensors.forEach(open::add);
        while (!open.isEmpty()) {
            String tensor = open.remove();
            if (isConstant(tensor) && needed.add(tensor)) {
                producer(tensor).ifPresent(operator -> open.addAll(operator.inputs()));
            }
        }
        return needed;
    }
}
