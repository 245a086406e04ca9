package dev.baton.benchmarks;

import dev.baton.benchmarks.TailLoad.Sample;
import dev.baton.benchmarks.TailStack.Served;
import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import dev.baton.tensor.Rows;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What a tail gets done against ONNX Runtime alone, with batches of the same size on the same cores, in turns. */
final class TailBenchmark {

    static final double LIMIT_RATIO = 0.95;

    private static final int UNDER_WAY = 40;
    private static final Duration WARM_UP = Duration.ofSeconds(2);

    /**
     * One model.
     *
     * @param batch requests that ran together, median
     * @param raw   rows per second of ONNX Runtime alone
     * @param tail  requests per second that the tail answered
     * @param ratio median over the rounds
     */
    record Row(String model, long inputBytes, int batch, double raw, double tail, double ratio, int lost) {}

    record Found(String cores, List<Row> models) implements BenchmarkResult {

        @Override
        public boolean held() {
            return models.stream().allMatch(row -> row.lost() == 0 && row.ratio() >= LIMIT_RATIO);
        }

        @Override
        public List<String> lines() {
            Table table = new Table(
                    Column.left("model", 22),
                    Column.right("input", 9),
                    Column.right("batch", 5),
                    Column.right("raw /s", 9),
                    Column.right("tail /s", 9),
                    Column.right("ratio", 6),
                    Column.right("lost", 4));
            List<String> lines = new ArrayList<>();
            lines.add("A tail through the broker, %d requests under way, against ONNX Runtime alone; %s"
                    .formatted(UNDER_WAY, cores));
            lines.add(table.header());
            models.forEach(row -> lines.add(table.row(
                    row.model(),
                    Quantiles.text(row.inputBytes() / 1024.0, 0) + " KiB",
                    row.batch(),
                    Quantiles.text(row.raw(), 1),
                    Quantiles.text(row.tail(), 1),
                    Quantiles.text(row.ratio(), 3),
                    row.lost())));
            lines.add((held() ? "held" : "NOT HELD") + " (limit " + LIMIT_RATIO + ")");
            return lines;
        }
    }

    private TailBenchmark() {}

    static Found run(Path home, Path models, List<String> files, boolean quick, Console console) throws Exception {
        List<Row> rows = new ArrayList<>();
        String cores;
        try (TailStack stack = TailStack.start(home, console)) {
            cores = stack.cores()
                    .map(halves -> "both on the same %d of the cores".formatted(halves.perHalf()))
                    .orElse("cores are shared with the broker and the load, as there is no taskset");
            for (String file : files) {
                Path onnx = file.equals("gauge") ? home.resolve("gauge-model/model/gauge.onnx") : models.resolve(file);
                if (!Files.isRegularFile(onnx)) {
                    throw new IOException("the model %s is not there: --models DIR says where".formatted(onnx));
                }
                String name = onnx.getFileName().toString().replaceAll("\\.onnx$", "");
                console.progress("Measuring " + name);
                rows.add(measure(stack, stack.serve(name, onnx), quick));
            }
        }
        console.clearProgress();
        return new Found(cores, rows);
    }

    private static Row measure(TailStack stack, Served served, boolean quick) throws Exception {
        Duration length = Duration.ofSeconds(quick ? 3 : 8);
        List<Sample> warm = tail(stack, served, WARM_UP);
        int batch = (int) Math.max(
                1,
                Math.round(Quantiles.of(warm.stream()
                                .filter(Sample::answered)
                                .map(sample -> (double) sample.batch())
                                .toList())
                        .p50()));
        List<Double> raws = new ArrayList<>();
        List<Double> tails = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        int lost = 0;
        for (int round = 0; round < (quick ? 1 : 3); round++) {
            double before = raw(stack, served, batch, length.dividedBy(2));
            List<Sample> samples = tail(stack, served, length);
            double after = raw(stack, served, batch, length.dividedBy(2));
            lost += (int) samples.stream().filter(sample -> !sample.answered()).count();
            raws.add((before + after) / 2);
            tails.add(perSecond(samples));
            ratios.add(tails.getLast() / raws.getLast());
        }
        return new Row(
                served.name(),
                served.input().values().stream().mapToLong(Tensor::byteSize).sum(),
                batch,
                median(raws),
                median(tails),
                median(ratios),
                lost);
    }

    private static List<Sample> tail(TailStack stack, Served served, Duration length) throws InterruptedException {
        return stack.load().closedLoop(List.of(served.request(Codec.RAW)), UNDER_WAY, length);
    }

    /** Between the answers that begin and end the middle four fifths of the time: neither filling up nor emptying counts. */
    private static double perSecond(List<Sample> samples) {
        List<Long> done = samples.stream()
                .filter(Sample::answered)
                .map(Sample::doneNanos)
                .sorted()
                .toList();
        int first = done.size() / 10;
        int last = done.size() - 1 - first;
        return (last - first) * 1e9 / (done.get(last) - done.get(first));
    }

    private static double raw(TailStack stack, Served served, int batch, Duration length) throws Exception {
        CompletableFuture<Double> rate = new CompletableFuture<>();
        Thread pinned = Thread.ofPlatform().name("raw").start(() -> {
            try {
                if (stack.cores().isPresent()) {
                    stack.cores().get().measureThisThread();
                }
                rate.complete(raw(
                        served,
                        batch,
                        length,
                        stack.cores()
                                .map(Cores::perHalf)
                                .orElse(Runtime.getRuntime().availableProcessors())));
            } catch (Exception failed) {
                rate.completeExceptionally(failed);
            }
        });
        pinned.join();
        try {
            return rate.join();
        } catch (CompletionException failed) {
            throw new IllegalStateException("ONNX Runtime alone failed: " + failed.getCause(), failed);
        }
    }

    private static double raw(Served served, int batch, Duration length, int threads) throws Exception {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        served.input()
                .forEach((name, tensor) ->
                        inputs.put(name, batch == 1 ? tensor : Rows.join(Collections.nCopies(batch, tensor))));
        try (RawSession session = new RawSession(served.onnx(), threads)) {
            for (int i = 0; i < 3; i++) {
                session.run(inputs);
            }
            long start = System.nanoTime();
            long runs = 0;
            while (System.nanoTime() - start < length.toNanos()) {
                session.run(inputs);
                runs++;
            }
            return runs * batch * 1e9 / (System.nanoTime() - start);
        }
    }

    private static double median(List<Double> values) {
        return Quantiles.of(values).p50();
    }
}
