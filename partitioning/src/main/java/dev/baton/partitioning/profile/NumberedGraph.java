package dev.baton.partitioning.profile;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.Operator;
import dev.baton.partitioning.splitpackage.OperatorEntry;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A package's whole model with nodes named by the numbers of their operators, so that an engine that reports times by node
 * name reports them by operator: names may be missing, or given twice.
 */
public final class NumberedGraph {
    private static final Pattern NUMBERED = Pattern.compile("baton-operator-(\\d+)-.*", Pattern.DOTALL);

    private NumberedGraph() {}

    /**
     * Writes the graph and its weights into {@code directory}, which no package may be; empty when the package does not list its
     * operators.
     */
    public static Optional<Path> write(SplitPackage splitPackage, Path directory)
            throws IOException, InvalidModelException {
        ModelGraph graph = ModelGraph.read(splitPackage.wholeFile());
        List<OperatorEntry> entries = new ArrayList<>(splitPackage.manifest().operators());
        entries.sort(Comparator.comparingInt(OperatorEntry::number));
        List<Operator> operators = new ArrayList<>(graph.operators());
        operators.sort(Comparator.comparing(operator -> operator.id().number()));
        if (!agree(operators, entries)) {
            return Optional.empty();
        }
        ModelProto model;
        try (var in = Files.newInputStream(splitPackage.wholeFile())) {
            model = ModelProto.parseFrom(in);
        }
        GraphProto.Builder numbered = model.getGraph().toBuilder();
        for (int node = 0; node < numbered.getNodeCount(); node++) {
            numbered.getNodeBuilder(node).setName("baton-constant-" + node + "-");
        }
        for (int i = 0; i < entries.size(); i++) {
            numbered.getNodeBuilder(operators.get(i).id().number())
                    .setName("baton-operator-%d-".formatted(entries.get(i).number()));
        }
        Path file = directory.resolve(SplitPackage.WHOLE_FILE);
        link(splitPackage.directory().resolve(SplitPackage.WEIGHTS_FILE), directory.resolve(SplitPackage.WEIGHTS_FILE));
        try (OutputStream out = Files.newOutputStream(file)) {
            model.toBuilder().setGraph(numbered).build().writeTo(out);
        }
        return Optional.of(file);
    }

    /** Both in the file's order: packaging keeps it. */
    private static boolean agree(List<Operator> operators, List<OperatorEntry> entries) {
        if (entries.isEmpty() || operators.size() != entries.size()) {
            return false;
        }
        for (int i = 0; i < entries.size(); i++) {
            if (!operators.get(i).kind().equals(entries.get(i).kind())) {
                return false;
            }
        }
        return true;
    }

    /** The engine wants weights beside the graph and no symbolic links; where files cannot be linked they are copied. */
    private static void link(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(from, to);
        }
    }

    /** The operator that a node stands for, whatever an engine appended to its name; empty for others. */
    public static OptionalInt operatorOf(String nodeName) {
        Matcher matcher = NUMBERED.matcher(nodeName);
        return matcher.matches() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }
}
