package dev.baton.partitioning.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files besides its own in which an ONNX model keeps weights: in its directory or below. */
public final class ExternalData {
    private final String modelFile;
    private final SortedMap<String, Long> extents = new TreeMap<>();

    private ExternalData(String modelFile) {
        this.modelFile = modelFile;
    }

    /**
     * The locations that a model names, as it names them, each with the number of bytes that the file must have for what the model
     * says it reads; whether the files exist, or may be read, is not looked at.
     *
     * @throws InvalidModelException when the file is no ONNX file
     */
    public static SortedMap<String, Long> extents(Path onnx) throws InvalidModelException, IOException {
        ModelProto model = ModelReader.parse(onnx);
        ExternalData found = new ExternalData(String.valueOf(onnx.getFileName()));
        found.addGraph(model.getGraph());
        for (FunctionProto function : model.getFunctionsList()) {
            function.getNodeList().forEach(found::addNode);
        }
        return Collections.unmodifiableSortedMap(found.extents);
    }

    /**
     * The files of a model, by the locations that it names.
     *
     * @throws InvalidModelException when the file is no ONNX file, or one of them is absent or lies elsewhere
     */
    public static SortedMap<String, Path> files(Path onnx) throws InvalidModelException, IOException {
        Path directory = onnx.toAbsolutePath().normalize().resolveSibling(".").normalize();
        SortedMap<String, Path> files = new TreeMap<>();
        for (String location : extents(onnx).keySet()) {
            files.put(location, file(directory, location, String.valueOf(onnx.getFileName())));
        }
        return Collections.unmodifiableSortedMap(files);
    }

    /**
     * A file in a model's directory or below: anything else is refused, as it could be any file of this machine.
     *
     * @param directory absolute
     * @param owner what names the location, for the message
     */
    public static Path file(Path directory, String location, String owner) throws InvalidModelException, IOException {
        Path source;
        try {
            source = directory.resolve(location).normalize();
        } catch (InvalidPathException e) {
            throw new InvalidModelException(
                    "%s has external data in '%s': that is no file name".formatted(owner, location), e);
        }
        if (location.isEmpty() || !source.startsWith(directory) || source.equals(directory)) {
            throw new InvalidModelException(
                    "%s has external data in '%s': expected a file beside the model".formatted(owner, location));
        }
        if (!Files.isRegularFile(source)) {
            throw new InvalidModelException(
                    "%s has external data in '%s', which does not exist".formatted(owner, location));
        }
        if (!source.toRealPath().startsWith(directory.toRealPath())) {
            throw new InvalidModelException(
                    "%s has external data in '%s', a link that leads away from the model".formatted(owner, location));
        }
        return source;
    }

    private void addGraph(GraphProto graph) {
        graph.getInitializerList().forEach(this::addTensor);
        graph.getSparseInitializerList().forEach(this::addSparse);
        graph.getNodeList().forEach(this::addNode);
    }

    private void addNode(NodeProto node) {
        for (AttributeProto attribute : node.getAttributeList()) {
            addTensor(attribute.getT());
            attribute.getTensorsList().forEach(this::addTensor);
            addSparse(attribute.getSparseTensor());
            attribute.getSparseTensorsList().forEach(this::addSparse);
        }
        Operator.subgraphsOf(node).forEach(this::addGraph);
    }

    private void addSparse(SparseTensorProto sparse) {
        addTensor(sparse.getValues());
        addTensor(sparse.getIndices());
    }

    private void addTensor(TensorProto tensor) {
        if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
            return;
        }
        Map<String, String> entries = new HashMap<>();
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            entries.put(entry.getKey(), entry.getValue());
        }
        String location = entries.getOrDefault("location", "");
        if (!location.equals(modelFile)) {
            extents.merge(location, number(entries, "offset") + number(entries, "length"), Math::max);
        }
    }

    /** Zero where it is absent; what is no number is refused by those who read the elements. */
    private static long number(Map<String, String> entries, String key) {
        String digits = entries.getOrDefault(key, "");
        return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : 0;
    }
}
