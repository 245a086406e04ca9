package dev.baton.partitioning.fuzz;

import dev.baton.partitioning.RandomGraphs;
import dev.baton.partitioning.cost.OperatorCosts;
import dev.baton.partitioning.extract.SubModelExtractor;
import dev.baton.partitioning.extract.WeightsLayout;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.partitioning.probe.ProbeInput;
import dev.baton.partitioning.probe.ProbeInputs;
import dev.baton.partitioning.probe.ProbeRecipes;
import dev.baton.partitioning.split.SplitPoint;
import dev.baton.partitioning.split.SplitPointFinder;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.SplitPackage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Everything that Baton does with a file before an engine sees it. */
final class Reading {
    private static final long FEW_ELEMENTS = 100_000;

    private Reading() {}

    /** Reads a model, divides it and makes every part; false when it is refused. */
    static boolean model(Path file, byte[] bytes, long seed) {
        try {
            Files.write(file, bytes);
            ModelGraph graph = ModelGraph.read(file);
            TensorTable table = RandomGraphs.table(graph, seed, true);
            table = table.holding(graph.insideQuantizedOperators(table));
            makeUpInputs(graph);
            SplitPointFinder finder = new SplitPointFinder(graph, table);
            OperatorCosts costs = OperatorCosts.of(graph, table);
            graph.operators().forEach(costs::of);
            WeightsLayout layout = WeightsLayout.inOrder(graph, finder.order());
            layout.write(OutputStream.nullOutputStream());
            SubModelExtractor extractor = new SubModelExtractor(graph, table, layout, "weights.bin");
            extractor.whole();
            for (SplitPoint point : finder.find(3).between()) {
                extractor.head(point);
                extractor.tail(point);
            }
            return true;
        } catch (InvalidModelException | IOException refused) {
            return refused(refused);
        }
    }

    /** As the divider does, which refuses a model whose inputs cannot be made. */
    private static void makeUpInputs(ModelGraph graph) throws InvalidModelException {
        try {
            List<ProbeInput> recipe =
                    new ProbeRecipes(graph, Map.of()).candidates(Map.of()).getFirst();
            if (recipe.stream().allMatch(input -> input.shape().elementCount() < FEW_ELEMENTS)) { // others take seconds
                ProbeInputs.make(recipe, 1);
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidModelException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Opens, verifies and probes a package; false when it is refused. */
    static boolean openPackage(Path directory) {
        try {
            SplitPackage opened = SplitPackage.open(directory);
            opened.verify();
            opened.probeInputs();
            return true;
        } catch (IOException refused) {
            return refused(refused);
        }
    }

    /** Parses a manifest; false when it is refused. */
    static boolean manifest(byte[] json) {
        try {
            Manifest parsed = Manifest.parse(json);
            parsed.toJson();
            return true;
        } catch (IOException refused) {
            return refused(refused);
        }
    }

    private static boolean refused(Exception refusal) {
        if (refusal.getMessage() == null || refusal.getMessage().isBlank()) {
            throw new AssertionError("refused without a message", refusal);
        }
        return false;
    }
}
