package dev.baton.partitioning;

import dev.baton.partitioning.extract.SubModelExtractor;
import dev.baton.partitioning.extract.WeightsLayout;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.partitioning.probe.ProbeInputs;
import dev.baton.partitioning.probe.ProbeRecipes;
import dev.baton.partitioning.probe.TensorProbe;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A model's graph with its tensors as the engine tells them. */
public final class TestingProbe {
    private TestingProbe() {}

    /** What is to be done with them. */
    @FunctionalInterface
    public interface Use<T> {
        T of(ModelGraph graph, TensorTable tensors) throws Exception;
    }

    /** Probes the file with the first recipe of inputs; writes beside {@code directory}'s other files. */
    public static <T> T with(Path onnx, Path directory, Use<T> use) throws Exception {
        ModelGraph graph = ModelGraph.read(onnx);
        WeightsLayout weights = WeightsLayout.inOrder(graph, graph.operators());
        try (OutputStream out = Files.newOutputStream(directory.resolve("weights.bin"))) {
            weights.write(out);
        }
        SubModelExtractor extractor = new SubModelExtractor(graph, new TensorTable(Map.of()), weights, "weights.bin");
        try (TestingRunner runner = new TestingRunner()) {
            TensorTable tensors = new TensorProbe(graph, extractor.whole(), directory, runner)
                    .probe(ProbeInputs.make(
                            new ProbeRecipes(graph, Map.of())
                                    .candidates(Map.of())
                                    .getFirst(),
                            1));
            return use.of(graph, tensors);
        }
    }
}
