package dev.baton.partitioning.extract;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.graph.OperatorId;
import dev.baton.partitioning.graph.TensorFacts;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.partitioning.split.CrossingTensor;
import dev.baton.partitioning.split.SplitPoint;
import dev.baton.tensor.Shape;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes ONNX models of parts of a graph: just the operators asked for, and the constants, initialisers and functions that
 * they need. Weights are not copied but pointed at in {@code weights.bin}.
 *
 * <p>A model output that is made in the head crosses, and is not made again in the tail: head outputs are what crosses and
 * was made there, tail outputs the model outputs that are left. A model output that is a model input crosses as such. A
 * constant model output belongs to the tail.
 */
public final class SubModelExtractor {
    /** From this version on, initialisers need not be listed as inputs. */
    private static final long IR_VERSION_WITH_PLAIN_INITIALISERS = 4;

    private final ModelGraph graph;
    private final TensorTable tensors;
    private final WeightsLayout weights;
    private final String weightsFile;
    private final TensorBytes bytes;
    private final Map<String, ValueInfoProto> declared = new HashMap<>();

    /**
     * @param tensors types and shapes of what may cross; those of model inputs and outputs are the file's own
     * @param weightsFile the name of the file that {@code weights} lays out, beside the models made here
     */
    public SubModelExtractor(ModelGraph graph, TensorTable tensors, WeightsLayout weights, String weightsFile) {
        this.graph = graph;
        this.tensors = tensors;
        this.weights = weights;
        this.weightsFile = weightsFile;
        this.bytes = TensorBytes.beside(graph.file());
        GraphProto proto = graph.model().getGraph();
        proto.getValueInfoList().forEach(value -> declared.put(value.getName(), value));
        proto.getInputList().forEach(value -> declared.put(value.getName(), value));
        proto.getOutputList().forEach(value -> declared.putIfAbsent(value.getName(), value));
    }

    /** The whole model. */
    public ModelProto whole() throws InvalidModelException, IOException {
        List<String> inputs = graph.inputs().stream().map(input -> input.name()).toList();
        return part(graph.operators(), inputs, graph.outputs());
    }

    /** The operators of the head, from the model inputs they read to what crosses. */
    public ModelProto head(SplitPoint point) throws InvalidModelException, IOException {
        List<Operator> operators = operators(point, true);
        Set<String> read = reads(operators);
        Set<String> made = makes(operators);
        return part(
                operators,
                graph.inputs().stream()
                        .map(input -> input.name())
                        .filter(read::contains)
                        .toList(),
                point.crossing().stream()
                        .map(CrossingTensor::name)
                        .filter(made::contains)
                        .toList());
    }

    /** The operators of the tail, from what crosses to the model outputs that are not made yet. */
    public ModelProto tail(SplitPoint point) throws InvalidModelException, IOException {
        List<Operator> operators = operators(point, false);
        Set<String> read = reads(operators);
        Set<String> made = makes(operators);
        return part(
                operators,
                point.crossing().stream()
                        .map(CrossingTensor::name)
                        .filter(read::contains)
                        .toList(),
                graph.outputs().stream()
                        .filter(output -> made.contains(output) || graph.isConstant(output))
                        .toList());
    }

    private List<Operator> operators(SplitPoint point, boolean inHead) {
        Set<OperatorId> head = new HashSet<>(point.head());
        return graph.operators().stream()
                .filter(operator -> head.contains(operator.id()) == inHead)
                .toList();
    }

    private static Set<String> reads(List<Operator> operators) {
        Set<String> read = new HashSet<>();
        operators.forEach(operator -> read.addAll(operator.inputs()));
        return read;
    }

    private static Set<String> makes(List<Operator> operators) {
        Set<String> made = new HashSet<>();
        operators.forEach(operator -> made.addAll(operator.outputs()));
        return made;
    }

    /** These operators, in a topological order, between these tensors. */
    private ModelProto part(List<Operator> operators, List<String> inputs, List<String> outputs)
            throws InvalidModelException, IOException {
        Set<String> read = new LinkedHashSet<>(reads(operators));
        read.addAll(outputs);
        Set<String> constants = graph.constantsBehind(read);
        List<Operator> all = new ArrayList<>();
        for (Operator constant : graph.constants()) {
            if (constant.outputs().stream().anyMatch(constants::contains)) {
                all.add(constant);
            }
        }
        all.addAll(operators);
        GraphProto source = graph.model().getGraph();
        GraphProto.Builder part = GraphProto.newBuilder().setName(source.getName());
        inputs.forEach(input -> part.addInput(valueInfo(input)));
        outputs.forEach(output -> part.addOutput(valueInfo(output)));
        for (Operator operator : all) {
            part.addNode(repointed(operator.node()));
        }
        for (Map.Entry<String, TensorProto> entry : graph.initialisers().entrySet()) {
            if (constants.contains(entry.getKey())) {
                part.addInitializer(initialiser(entry.getValue(), weights.range(entry.getKey())));
            }
        }
        for (Map.Entry<String, SparseTensorProto> entry :
                graph.sparseInitialisers().entrySet()) {
            if (constants.contains(entry.getKey())) {
                part.addSparseInitializer(inlined(entry.getValue()));
            }
        }
        Set<String> inside = makes(all);
        outputs.forEach(inside::remove);
        for (ValueInfoProto value : source.getValueInfoList()) {
            if (inside.contains(value.getName())) {
                part.addValueInfo(value);
            }
        }
        ModelProto model = graph.model();
        ModelProto.Builder built = ModelProto.newBuilder()
                .setIrVersion(Math.max(IR_VERSION_WITH_PLAIN_INITIALISERS, model.getIrVersion()))
                .addAllOpsetImport(model.getOpsetImportList())
                .setProducerName(model.getProducerName())
                .setProducerVersion(model.getProducerVersion())
                .setDomain(model.getDomain())
                .setModelVersion(model.getModelVersion())
                .addAllMetadataProps(model.getMetadataPropsList())
                .setGraph(part);
        for (FunctionProto function : functionsFor(all)) {
            built.addFunctions(function);
        }
        return built.build();
    }

    private TensorProto initialiser(TensorProto tensor, Optional<WeightsLayout.Range> place)
            throws InvalidModelException, IOException {
        if (place.isEmpty()) {
            return bytes.inlined(tensor);
        }
        WeightsLayout.Range range = place.get();
        return TensorProto.newBuilder()
                .setName(tensor.getName())
                .setDataType(tensor.getDataType())
                .addAllDims(tensor.getDimsList())
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", weightsFile))
                .addExternalData(entry("offset", Long.toString(range.offset())))
                .addExternalData(entry("length", Long.toString(range.bytes())))
                .build();
    }

    private SparseTensorProto inlined(SparseTensorProto tensor) throws InvalidModelException, IOException {
        return tensor.toBuilder()
                .setValues(bytes.inlined(tensor.getValues()))
                .setIndices(bytes.inlined(tensor.getIndices()))
                .build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /** Weights within subgraphs are pointed at like others; tensors in attributes stay there, with their elements. */
    private NodeProto repointed(NodeProto node) throws InvalidModelException, IOException {
        if (!isToBeRepointed(node)) {
            return node;
        }
        NodeProto.Builder built = node.toBuilder();
        for (AttributeProto.Builder attribute : built.getAttributeBuilderList()) {
            if (attribute.hasT()) {
                attribute.setT(bytes.inlined(attribute.getT()));
            }
            for (int i = 0; i < attribute.getTensorsCount(); i++) {
                attribute.setTensors(i, bytes.inlined(attribute.getTensors(i)));
            }
            if (attribute.hasG()) {
                attribute.setG(repointed(attribute.getG()));
            }
            for (int i = 0; i < attribute.getGraphsCount(); i++) {
                attribute.setGraphs(i, repointed(attribute.getGraphs(i)));
            }
        }
        return built.build();
    }

    private GraphProto repointed(GraphProto subgraph) throws InvalidModelException, IOException {
        GraphProto.Builder built = subgraph.toBuilder();
        for (int i = 0; i < built.getInitializerCount(); i++) {
            TensorProto tensor = built.getInitializer(i);
            built.setInitializer(i, initialiser(tensor, weights.rangeWithin(tensor)));
        }
        for (int i = 0; i < built.getSparseInitializerCount(); i++) {
            built.setSparseInitializer(i, inlined(built.getSparseInitializer(i)));
        }
        for (int i = 0; i < built.getNodeCount(); i++) {
            built.setNode(i, repointed(built.getNode(i)));
        }
        return built.build();
    }

    private boolean isToBeRepointed(NodeProto node) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (TensorBytes.isExternal(attribute.getT())
                    || attribute.getTensorsList().stream().anyMatch(TensorBytes::isExternal)
                    || (attribute.hasG() && isToBeRepointed(attribute.getG()))
                    || attribute.getGraphsList().stream().anyMatch(this::isToBeRepointed)) {
                return true;
            }
        }
        return false;
    }

    private boolean isToBeRepointed(GraphProto subgraph) {
        return subgraph.getInitializerList().stream()
                        .anyMatch(tensor -> TensorBytes.isExternal(tensor)
                                || weights.rangeWithin(tensor).isPresent())
                || subgraph.getSparseInitializerList().stream()
                        .anyMatch(tensor -> TensorBytes.isExternal(tensor.getValues())
                                || TensorBytes.isExternal(tensor.getIndices()))
                || subgraph.getNodeList().stream().anyMatch(this::isToBeRepointed);
    }

    /** The file's own declaration where it has a full one, otherwise what probing told. */
    private ValueInfoProto valueInfo(String tensor) {
        ValueInfoProto own = declared.get(tensor);
        boolean isModelInput =
                graph.inputs().stream().anyMatch(input -> input.name().equals(tensor));
        boolean isModelOutput = graph.outputs().contains(tensor);
        if (own != null && own.hasType() && (isModelInput || isModelOutput)) {
            return own;
        }
        ValueInfoProto.Builder built = ValueInfoProto.newBuilder().setName(tensor);
        tensors.of(tensor).ifPresent(facts -> built.setType(type(facts, own == null ? built.build() : own)));
        return built.build();
    }

    private static TypeProto type(TensorFacts facts, ValueInfoProto own) {
        TypeProto.Tensor.Builder type =
                TypeProto.Tensor.newBuilder().setElemType(facts.type().onnxNumber());
        facts.shape().ifPresent(shape -> type.setShape(symbolic(shape, own)));
        return TypeProto.newBuilder().setTensorType(type).build();
    }

    /** The shape, with the file's names for the dimensions that vary. */
    private static TensorShapeProto symbolic(Shape shape, ValueInfoProto own) {
        TensorShapeProto names = own.getType().getTensorType().getShape();
        TensorShapeProto.Builder built = TensorShapeProto.newBuilder();
        for (int axis = 0; axis < shape.rank(); axis++) {
            TensorShapeProto.Dimension.Builder dimension = built.addDimBuilder();
            if (shape.dimension(axis) != Shape.VARIABLE) {
                dimension.setDimValue(shape.dimension(axis));
            } else if (names.getDimCount() == shape.rank() && names.getDim(axis).hasDimParam()) {
                dimension.setDimParam(names.getDim(axis).getDimParam());
            }
        }
        return built.build();
    }

    private List<FunctionProto> functionsFor(List<Operator> operators) {
        if (graph.functions().isEmpty()) {
            return List.of();
        }
        Set<String> called = new HashSet<>();
        Deque<NodeProto> open = new ArrayDeque<>();
        operators.forEach(operator -> open.add(operator.node()));
        while (!open.isEmpty()) {
            NodeProto node = open.remove();
            Operator.subgraphsOf(node).forEach(subgraph -> open.addAll(subgraph.getNodeList()));
            if (called.add(node.getDomain() + "." + node.getOpType())) {
                for (FunctionProto function : graph.functions()) {
                    if (function.getDomain().equals(node.getDomain())
                            && function.getName().equals(node.getOpType())) {
                        open.addAll(function.getNodeList());
                    }
                }
            }
        }
        return graph.functions().stream()
                .filter(function -> called.contains(function.getDomain() + "." + function.getName()))
                .toList();
    }
}
