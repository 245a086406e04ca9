package dev.baton.partitioning.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.UnsupportedElementTypeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Reads and checks one ONNX file. */
final class ModelReader {
    /** Domains whose operators ONNX Runtime brings along; {@code com.microsoft.*} besides. */
    private static final Set<String> KNOWN_DOMAINS = Set.of(
            "",
            "ai.onnx",
            "ai.onnx.ml",
            "ai.onnx.training",
            "ai.onnx.preview",
            "ai.onnx.preview.training",
            "com.microsoft");

    private final Path file;
    private final ModelProto model;
    private final GraphProto graph;

    private ModelReader(Path file, ModelProto model) {
        this.file = file;
        this.model = model;
        this.graph = model.getGraph();
    }

    static ModelGraph read(Path onnx) throws InvalidModelException, IOException {
        ModelReader reader = new ModelReader(onnx, parse(onnx));
        reader.checkIsModel();
        reader.checkDomains();
        return reader.connect();
    }

    /** Weights stay in the file until someone reads them. */
    static ModelProto parse(Path onnx) throws InvalidModelException, IOException {
        long size = Files.size(onnx);
        if (size == 0) {
            throw new InvalidModelException("%s is not an ONNX model: the file is empty".formatted(onnx.getFileName()));
        }
        if (size > Integer.MAX_VALUE) {
            throw new InvalidModelException(
                    "%s has %d bytes: an ONNX file ends at 2 GB, larger models keep their weights in external data files"
                            .formatted(onnx.getFileName(), size));
        }
        try {
            return OnnxFile.read(onnx);
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidModelException(
                    "%s is not an ONNX model, or is cut short: %s".formatted(onnx.getFileName(), e.getMessage()), e);
        }
    }

    private void checkIsModel() throws InvalidModelException {
        if (!model.hasGraph()) {
            throw invalid("is not an ONNX model: it holds no graph");
        }
        if (graph.getNodeCount() == 0) {
            throw invalid("has an empty graph: expected at least one operator");
        }
        if (model.getOpsetImportCount() == 0) {
            throw invalid("names no operator set (opset_import): expected the standard one at least");
        }
    }

    private void checkDomains() throws InvalidModelException {
        Set<String> imported = new HashSet<>();
        for (OperatorSetIdProto set : model.getOpsetImportList()) {
            imported.add(normal(set.getDomain()));
        }
        Set<String> functions = new HashSet<>();
        for (FunctionProto function : model.getFunctionsList()) {
            functions.add(function.getDomain() + "." + function.getName());
        }
        for (NodeProto node : graph.getNodeList()) {
            checkDomain(node, functions);
            if (!imported.contains(normal(node.getDomain()))) {
                throw invalid("uses operator %s of domain '%s', for which it names no operator set: expected one of %s"
                        .formatted(node.getOpType(), normal(node.getDomain()), imported));
            }
        }
        for (FunctionProto function : model.getFunctionsList()) {
            for (NodeProto node : function.getNodeList()) {
                checkDomain(node, functions);
            }
        }
    }

    private void checkDomain(NodeProto node, Set<String> functions) throws InvalidModelException {
        String domain = node.getDomain();
        boolean known = KNOWN_DOMAINS.contains(domain)
                || domain.startsWith("com.microsoft.")
                || functions.contains(domain + "." + node.getOpType());
        if (!known) {
            throw invalid(
                    "uses operator %s of domain '%s', which is not one ONNX Runtime knows: ai.onnx, ai.onnx.ml, com.microsoft and the model's own functions"
                            .formatted(node.getOpType(), domain));
        }
        for (GraphProto subgraph : Operator.subgraphsOf(node)) {
            for (NodeProto inner : subgraph.getNodeList()) {
                checkDomain(inner, functions);
            }
        }
    }

    private static String normal(String domain) {
        return domain.isEmpty() ? "ai.onnx" : domain;
    }

    private ModelGraph connect() throws InvalidModelException {
        Map<String, String> makers = new HashMap<>();
        Map<String, TensorProto> initialisers = new LinkedHashMap<>();
        Map<String, SparseTensorProto> sparse = new LinkedHashMap<>();
        for (TensorProto tensor : graph.getInitializerList()) {
            claim(makers, tensor.getName(), "an initialiser");
            initialisers.put(tensor.getName(), tensor);
        }
        for (SparseTensorProto tensor : graph.getSparseInitializerList()) {
            claim(makers, tensor.getValues().getName(), "a sparse initialiser");
            sparse.put(tensor.getValues().getName(), tensor);
        }
        List<ModelInput> inputs = new ArrayList<>();
        for (ValueInfoProto input : graph.getInputList()) {
            if (!initialisers.containsKey(input.getName()) && !sparse.containsKey(input.getName())) {
                claim(makers, input.getName(), "a model input");
                inputs.add(modelInput(input));
            }
        }
        List<Operator> all = new ArrayList<>();
        Dequantizations dequantizations = dequantizations(initialisers.keySet());
        for (int number = 0; number < graph.getNodeCount(); number++) {
            NodeProto node = dequantizations.node(number, graph.getNode(number));
            Operator operator = new Operator(new OperatorId(number), node);
            for (String output : operator.outputs()) {
                claim(makers, output, "operator " + operator);
            }
            if (isConstantTensor(operator)) {
                TensorProto value = operator.attribute("value").orElseThrow().getT();
                String name = operator.outputs().getFirst();
                initialisers.put(name, value.toBuilder().setName(name).build());
            } else {
                all.add(operator);
            }
        }
        Map<OperatorId, Integer> places = new HashMap<>();
        for (Dequantizations.Copy copy : dequantizations.copies()) {
            Operator operator = new Operator(new OperatorId(graph.getNodeCount() + places.size()), copy.node());
            claim(makers, operator.outputs().getFirst(), "operator " + operator);
            places.put(operator.id(), 2 * copy.reader() - 1);
            all.add(operator);
        }
        for (Operator operator : all) {
            for (String read : operator.inputs()) {
                if (!makers.containsKey(read)) {
                    throw invalid(
                            "operator %s reads tensor '%s', which nothing makes: expected a model input, an initialiser or another operator's output"
                                    .formatted(operator, read));
                }
            }
        }
        List<String> outputs = outputs(makers.keySet());
        List<Operator> live = live(sorted(all, places), outputs);
        RandomNumbers randomNumbers = new RandomNumbers(model.getFunctionsList());
        Set<String> variable = new HashSet<>();
        inputs.forEach(input -> variable.add(input.name()));
        List<Operator> operators = new ArrayList<>();
        List<Operator> constants = new ArrayList<>();
        for (Operator operator : live) {
            if (randomNumbers.areDrawnBy(operator.node())
                    || operator.inputs().stream().anyMatch(variable::contains)) {
                variable.addAll(operator.outputs());
                operators.add(operator);
            } else {
                constants.add(operator);
            }
        }
        return new ModelGraph(file, model, inputs, outputs, operators, constants, initialisers, sparse);
    }

    private void claim(Map<String, String> makers, String tensor, String maker) throws InvalidModelException {
        String other = makers.putIfAbsent(tensor, maker);
        if (other != null) {
            throw invalid("tensor '%s' is made twice: by %s and by %s".formatted(tensor, other, maker));
        }
    }

    private static boolean isConstantTensor(Operator operator) {
        return operator.isStandard()
                && operator.type().equals("Constant")
                && operator.outputs().size() == 1
                && operator.attribute("value").map(AttributeProto::hasT).orElse(false);
    }

    private ModelInput modelInput(ValueInfoProto input) throws InvalidModelException {
        TypeProto.Tensor tensor = tensorType(input, "input");
        if (!tensor.hasShape()) {
            throw invalid("input '%s' has no shape: expected one, of variable dimensions where need be"
                    .formatted(input.getName()));
        }
        List<Long> dimensions = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (TensorShapeProto.Dimension dimension : tensor.getShape().getDimList()) {
            if (dimension.hasDimValue() && dimension.getDimValue() >= 0) {
                dimensions.add(dimension.getDimValue());
                names.add("");
            } else {
                dimensions.add(Shape.VARIABLE);
                names.add(
                        dimension.getDimParam().isEmpty()
                                ? input.getName() + "." + names.size()
                                : dimension.getDimParam());
            }
        }
        try {
            return new ModelInput(
                    new TensorSpec(input.getName(), ElementType.ofOnnx(tensor.getElemType()), new Shape(dimensions)),
                    names);
        } catch (IllegalArgumentException e) { // an element type, a name or a shape that there is not
            throw new InvalidModelException(
                    "%s: input '%s': %s".formatted(file.getFileName(), input.getName(), e.getMessage()), e);
        }
    }

    private List<String> outputs(Set<String> made) throws InvalidModelException {
        Set<String> outputs = new LinkedHashSet<>();
        for (ValueInfoProto output : graph.getOutputList()) {
            if (!made.contains(output.getName())) {
                throw invalid("output '%s' is made by nothing".formatted(output.getName()));
            }
            if (!outputs.add(output.getName())) {
                throw invalid("output '%s' is listed twice".formatted(output.getName()));
            }
            if (output.hasType() && tensorType(output, "output").getElemType() != 0) {
                TypeProto.Tensor tensor = tensorType(output, "output");
                try {
                    ElementType.ofOnnx(tensor.getElemType());
                } catch (UnsupportedElementTypeException e) {
                    throw new InvalidModelException(
                            "%s: output '%s': %s".formatted(file.getFileName(), output.getName(), e.getMessage()), e);
                }
            }
        }
        if (outputs.isEmpty()) {
            throw invalid("has no outputs");
        }
        return List.copyOf(outputs);
    }

    private TypeProto.Tensor tensorType(ValueInfoProto value, String what) throws InvalidModelException {
        if (!value.getType().hasTensorType()) {
            throw invalid("%s '%s' is of type %s: expected a tensor"
                    .formatted(what, value.getName(), value.getType().getValueCase()));
        }
        return value.getType().getTensorType();
    }

    private Dequantizations dequantizations(Set<String> initialisers) {
        Set<String> constants = new HashSet<>(initialisers);
        Set<String> names = new HashSet<>(initialisers);
        for (NodeProto node : graph.getNodeList()) {
            names.addAll(node.getOutputList());
            if (node.getOpType().equals("Constant")) {
                constants.addAll(node.getOutputList());
            }
        }
        graph.getInputList().forEach(input -> names.add(input.getName()));
        Set<String> outputs = new HashSet<>();
        graph.getOutputList().forEach(output -> outputs.add(output.getName()));
        return new Dequantizations(graph.getNodeList(), constants, names, outputs);
    }

    /**
     * Each operator after those it reads from; of those that are ready, the first in the file.
     *
     * @param places where operators belong that are not in the file, in halves of a node's number
     */
    private List<Operator> sorted(List<Operator> all, Map<OperatorId, Integer> places) throws InvalidModelException {
        Map<String, Operator> producers = new HashMap<>();
        for (Operator operator : all) {
            operator.outputs().forEach(output -> producers.put(output, operator));
        }
        Map<OperatorId, Integer> waitingFor = new HashMap<>();
        Map<OperatorId, List<Operator>> readers = new HashMap<>();
        PriorityQueue<Operator> ready = new PriorityQueue<>(Comparator.comparingInt(
                operator -> places.getOrDefault(operator.id(), 2 * operator.id().number())));
        for (Operator operator : all) {
            Set<OperatorId> sources = new HashSet<>();
            for (String read : operator.inputs()) {
                Operator source = producers.get(read);
                if (source != null && sources.add(source.id())) {
                    readers.computeIfAbsent(source.id(), id -> new ArrayList<>())
                            .add(operator);
                }
            }
            waitingFor.put(operator.id(), sources.size());
            if (sources.isEmpty()) {
                ready.add(operator);
            }
        }
        List<Operator> sorted = new ArrayList<>();
        while (!ready.isEmpty()) {
            Operator next = ready.remove();
            sorted.add(next);
            for (Operator reader : readers.getOrDefault(next.id(), List.of())) {
                if (waitingFor.merge(reader.id(), -1, Integer::sum) == 0) {
                    ready.add(reader);
                }
            }
        }
        if (sorted.size() < all.size()) {
            Set<Operator> stuck = new LinkedHashSet<>(all);
            sorted.forEach(stuck::remove);
            throw invalid("has a cycle: operator %s waits for its own result".formatted(onCycle(stuck, producers)));
        }
        return sorted;
    }

    /** Walks back from any operator that waits until it meets one again. */
    private static Operator onCycle(Set<Operator> stuck, Map<String, Operator> producers) {
        Set<Operator> seen = new HashSet<>();
        Operator current = stuck.iterator().next();
        while (seen.add(current)) {
            current = current.inputs().stream()
                    .map(producers::get)
                    .filter(stuck::contains)
                    .findFirst()
                    .orElseThrow();
        }
        return current;
    }

    /** Without the operators whose result nobody reads. */
    private static List<Operator> live(List<Operator> sorted, List<String> outputs) {
        Set<String> needed = new HashSet<>(outputs);
        List<Operator> live = new ArrayList<>();
        for (Operator operator : sorted.reversed()) {
            if (operator.outputs().stream().anyMatch(needed::contains)) {
                needed.addAll(operator.inputs());
                live.add(operator);
            }
        }
        return live.reversed();
    }

    private InvalidModelException invalid(String what) {
        return new InvalidModelException(file.getFileName() + " " + what);
    }
}
