package dev.baton.benchmarks;

import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.cost.OperatorCosts;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelInspector;
import dev.baton.partitioning.extract.SubModelExtractor;
import dev.baton.partitioning.extract.WeightsLayout;
import dev.baton.partitioning.graph.ModelGraph;
import dev.baton.partitioning.graph.TensorTable;
import dev.baton.partitioning.probe.GraphRunner;
import dev.baton.partitioning.probe.ProbeInputs;
import dev.baton.partitioning.probe.ProbeRecipes;
import dev.baton.partitioning.probe.TensorProbe;
import dev.baton.partitioning.split.SplitPoint;
import dev.baton.partitioning.split.SplitPointFinder;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** How long looking a model over takes, stage by stage: what Baton does itself, and what it waits for the engine. */
final class DivideBenchmark {

    /** Split points that are looked for, the tool's default. */
    private static final int SPLIT_POINTS = 24;

    /**
     * One model; medians in milliseconds.
     *
     * @param read        parsing the file into a graph
     * @param weights     laying the weights out and writing them
     * @param engine      the engine's part of probing: opening the model, telling shapes, running it where it cannot
     * @param probe       Baton's part of probing: writing the files that ask
     * @param costs       the operators' costs
     * @param find        finding split points, their costs included
     * @param extract     making the graph files of all heads and tails
     * @param inspect     the whole of {@code ModelInspector.inspect}
     * @param inspectOwn  of that, what is neither the engine nor reading the file
     * @param firstInspectOwn the same in the first round, with code that is not compiled yet
     */
    record Row(
            String model,
            int operators,
            int splitPoints,
            double read,
            double weights,
            double engine,
            double probe,
            double costs,
            double find,
            double extract,
            double inspect,
            double inspectOwn,
            double firstInspectOwn) {}

    record Found(List<Row> models) implements BenchmarkResult {

        @Override
        public List<String> lines() {
            Table table = new Table(
                    Column.left("model", 28),
                    Column.right("operators", 9),
                    Column.right("points", 6),
                    Column.right("read", 7),
                    Column.right("weights", 7),
                    Column.right("engine", 7),
                    Column.right("probe", 7),
                    Column.right("costs", 7),
                    Column.right("find", 7),
                    Column.right("extract", 7),
                    Column.right("inspect", 7),
                    Column.right("ours", 7),
                    Column.right("first", 7));
            List<String> lines = new ArrayList<>();
            lines.add("Looking a model over, milliseconds");
            lines.add(table.header());
            models.forEach(row -> lines.add(table.row(
                    row.model(),
                    row.operators(),
                    row.splitPoints(),
                    text(row.read()),
                    text(row.weights()),
                    text(row.engine()),
                    text(row.probe()),
                    text(row.costs()),
                    text(row.find()),
                    text(row.extract()),
                    text(row.inspect()),
                    text(row.inspectOwn()),
                    text(row.firstInspectOwn()))));
            return lines;
        }

        private static String text(double millis) {
            return Quantiles.text(millis, 1);
        }
    }

    /** One round's stages, in milliseconds. */
    private record Round(
            int operators,
            int splitPoints,
            double read,
            double weights,
            double engine,
            double probe,
            double costs,
            double find,
            double extract,
            double inspect,
            double inspectOwn) {}

    private DivideBenchmark() {}

    static Found run(List<Path> models, boolean quick, Console console) throws Exception {
        Path directory = Files.createTempDirectory("baton-bench-divide-");
        try {
            List<Path> all = new ArrayList<>();
            all.add(GeneratedModel.decoder(1000, directory));
            all.add(GeneratedModel.dense(1000, directory));
            all.add(GeneratedModel.decoder(1800, directory));
            all.addAll(models);
            List<Row> rows = new ArrayList<>();
            for (Path onnx : all) {
                console.progress("Looking over " + onnx.getFileName());
                rows.add(measure(onnx, quick ? 2 : 7));
            }
            return new Found(rows);
        } finally {
            BenchmarkFiles.delete(directory);
        }
    }

    private static Row measure(Path onnx, int rounds) throws Exception {
        List<Round> measured = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            measured.add(round(onnx));
        }
        Round first = measured.getFirst();
        return new Row(
                String.valueOf(onnx.getFileName()).replaceAll("\\.onnx$", ""),
                first.operators(),
                first.splitPoints(),
                median(measured, Round::read),
                median(measured, Round::weights),
                median(measured, Round::engine),
                median(measured, Round::probe),
                median(measured, Round::costs),
                median(measured, Round::find),
                median(measured, Round::extract),
                median(measured, Round::inspect),
                median(measured, Round::inspectOwn),
                first.inspectOwn());
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> stage) {
        return Quantiles.of(rounds.stream().map(stage::applyAsDouble).toList()).p50();
    }

    private static Round round(Path onnx) throws Exception {
        Path directory = Files.createTempDirectory("baton-bench-divide-");
        try (TimedRunner runner = new TimedRunner()) {
            DivisionRequest request = DivisionRequest.of(onnx, "bench")
                    .withMaxSplitPoints(SPLIT_POINTS)
                    .withCodecs(List.of());
            long began = System.nanoTime();
            ModelInspector.inspect(request, runner, step -> {});
            double inspect = millisSince(began);
            double inspectEngine = runner.takeMillis();

            began = System.nanoTime();
            ModelGraph graph = ModelGraph.read(onnx);
            double read = millisSince(began);

            began = System.nanoTime();
            WeightsLayout layout = WeightsLayout.inOrder(graph, graph.operators());
            try (OutputStream out = Files.newOutputStream(directory.resolve("weights.bin"))) {
                layout.write(out);
            }
            double weights = millisSince(began);

            Map<String, Tensor> inputs = ProbeInputs.make(
                    new ProbeRecipes(graph, Map.of()).candidates(Map.of()).getFirst(), 1);
            began = System.nanoTime();
            SubModelExtractor whole = new SubModelExtractor(graph, new TensorTable(Map.of()), layout, "weights.bin");
            TensorTable tensors = new TensorProbe(graph, whole.whole(), directory, runner).probe(inputs);
            double probing = millisSince(began);
            double engine = runner.takeMillis();

            began = System.nanoTime();
            OperatorCosts.of(graph, tensors);
            double costs = millisSince(began);

            began = System.nanoTime();
            SplitPointFinder finder = new SplitPointFinder(graph, tensors);
            List<SplitPoint> points = finder.find(SPLIT_POINTS).between();
            double find = millisSince(began);

            began = System.nanoTime();
            SubModelExtractor extractor =
                    new SubModelExtractor(graph, tensors, WeightsLayout.inOrder(graph, finder.order()), "weights.bin");
            for (SplitPoint point : points) {
                extractor.head(point);
                extractor.tail(point);
            }
            double extract = millisSince(began);
            return new Round(
                    graph.operators().size(),
                    points.size(),
                    read,
                    weights,
                    engine,
                    probing - engine,
                    costs,
                    find,
                    extract,
                    inspect,
                    inspect - inspectEngine - read);
        } finally {
            BenchmarkFiles.delete(directory);
        }
    }

    private static double millisSince(long began) {
        return (System.nanoTime() - began) / 1e6;
    }

    /** The engine with a stopwatch. */
    private static final class TimedRunner implements GraphRunner, AutoCloseable {
        private final EngineGraphRunner engine = new EngineGraphRunner();
        private long nanos;

        @Override
        public Map<String, Tensor> run(Path onnxFile, Map<String, Tensor> inputs, Optimization level) {
            long began = System.nanoTime();
            try {
                return engine.run(onnxFile, inputs, level);
            } finally {
                nanos += System.nanoTime() - began;
            }
        }

        @Override
        public List<TensorSpec> inputs(Path onnxFile) {
            long began = System.nanoTime();
            try {
                return engine.inputs(onnxFile);
            } finally {
                nanos += System.nanoTime() - began;
            }
        }

        @Override
        public List<TensorSpec> outputs(Path onnxFile) {
            long began = System.nanoTime();
            try {
                return engine.outputs(onnxFile);
            } finally {
                nanos += System.nanoTime() - began;
            }
        }

        /** What the engine took since this was asked last. */
        double takeMillis() {
            double millis = nanos / 1e6;
            nanos = 0;
            return millis;
        }

        @Override
        public void close() {
            engine.close();
        }
    }
}
