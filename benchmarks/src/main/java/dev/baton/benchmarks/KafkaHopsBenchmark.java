package dev.baton.benchmarks;

import dev.baton.clients.Answer;
import dev.baton.clients.ModelView;
import dev.baton.clients.ModelView.SplitPointView;
import dev.baton.clients.Provenance;
import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import dev.baton.partitioning.Placement;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the two Kafka hops, activation and result, take of a split request: real edge node, broker and tail on this
 * machine, one request at a time, a model that computes next to nothing.
 */
final class KafkaHopsBenchmark {

    private static final int[] CROSSING_BYTES = {10 * 1024, 100 * 1024, 1024 * 1024};

    /**
     * One size.
     *
     * @param clientMillis  of a whole request as its client sees it
     * @param totalMillis   of a whole request as the edge node reports it, {@code baton_total_ms}
     * @param networkMillis of the two hops, {@code baton_network_ms}
     * @param share         median of the two hops' share of the edge node's total
     */
    record Row(
            int crossingBytes,
            int requests,
            Quantiles clientMillis,
            Quantiles totalMillis,
            Quantiles networkMillis,
            double share) {}

    record Found(List<Row> sizes) implements BenchmarkResult {

        @Override
        public List<String> lines() {
            Table table = new Table(
                    Column.right("crossing", 10),
                    Column.right("client p50", 10),
                    Column.right("total p50", 9),
                    Column.right("p95", 6),
                    Column.right("Kafka p50", 9),
                    Column.right("p95", 6),
                    Column.right("share", 6));
            List<String> lines = new ArrayList<>();
            lines.add("Split requests of a model that computes next to nothing, raw codec, ms");
            lines.add(table.header());
            sizes.forEach(row -> lines.add(table.row(
                    row.crossingBytes() / 1024 + " KiB",
                    millis(row.clientMillis().p50()),
                    millis(row.totalMillis().p50()),
                    millis(row.totalMillis().p95()),
                    millis(row.networkMillis().p50()),
                    millis(row.networkMillis().p95()),
                    Quantiles.text(100 * row.share(), 0) + " %")));
            return lines;
        }

        private static String millis(double value) {
            return Quantiles.text(value, 2);
        }
    }

    private KafkaHopsBenchmark() {}

    static Found run(Path home, boolean quick, Console console) throws IOException {
        List<Row> rows = new ArrayList<>();
        Path models = Files.createTempDirectory("baton-bench-models");
        try (BenchmarkStack stack = BenchmarkStack.start(home, console)) {
            for (int crossingBytes : CROSSING_BYTES) {
                console.progress("Measuring with %d KiB".formatted(crossingBytes / 1024));
                rows.add(measure(stack, new PassThroughModel(crossingBytes), models, quick));
            }
        } finally {
            BenchmarkFiles.delete(models);
        }
        return new Found(rows);
    }

    private static Row measure(BenchmarkStack stack, PassThroughModel model, Path models, boolean quick)
            throws IOException {
        Map<String, Tensor> input = model.input();
        ModelView view = stack.importModel(model.name(), model.write(models));
        SplitPointView split = view.between().stream()
                .filter(point -> point.crossingBytes() == model.crossingBytes())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no split point carries %d bytes: %s".formatted(model.crossingBytes(), view.splitPoints())));
        stack.pin(model.name(), new Placement.Split(split.index()), "raw", input);
        int requests = quick ? 50 : 1000;
        for (int i = 0; i < requests / 2; i++) {
            stack.infer(model.name(), input); // compiles what is hot
        }
        List<Double> client = new ArrayList<>();
        List<Double> total = new ArrayList<>();
        List<Double> network = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            Answer answer = stack.infer(model.name(), input);
            Provenance provenance = answer.provenance();
            if (!provenance.completedBy().equals("cloud")) {
                throw new IllegalStateException("a request was not answered by the cloud: " + provenance);
            }
            client.add(answer.took().toNanos() / 1e6);
            total.add(provenance.totalMillis());
            network.add(provenance.stage("network"));
            shares.add(provenance.stage("network") / provenance.totalMillis());
        }
        return new Row(
                model.crossingBytes(),
                requests,
                Quantiles.of(client),
                Quantiles.of(total),
                Quantiles.of(network),
                Quantiles.of(shares).p50());
    }
}
