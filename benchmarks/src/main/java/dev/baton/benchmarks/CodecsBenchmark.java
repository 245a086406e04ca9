package dev.baton.benchmarks;

import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** How fast the codecs are, by JMH, each in a JVM of its own. */
final class CodecsBenchmark {

    /**
     * One codec.
     *
     * @param ratio encoded bytes per byte of FP32
     */
    record Row(String codec, double encodeGigabytesPerSecond, double decodeGigabytesPerSecond, double ratio) {}

    record Found(String tensor, List<Row> codecs) implements BenchmarkResult {

        @Override
        public List<String> lines() {
            Table table = new Table(
                    Column.left("codec", 10),
                    Column.right("encode GB/s", 11),
                    Column.right("decode GB/s", 11),
                    Column.right("size", 7));
            List<String> lines = new ArrayList<>();
            lines.add("Codecs on " + tensor + ", one thread; GB/s of FP32");
            lines.add(table.header());
            codecs.forEach(row -> lines.add(table.row(
                    row.codec(),
                    speed(row.encodeGigabytesPerSecond()),
                    speed(row.decodeGigabytesPerSecond()),
                    Quantiles.text(100 * row.ratio(), 1) + " %")));
            return lines;
        }

        /** No memory is that fast: the bytes were handed on, not touched. */
        private static String speed(double gigabytesPerSecond) {
            return gigabytesPerSecond > 1_000 ? "no copy" : Quantiles.text(gigabytesPerSecond, 2);
        }
    }

    private CodecsBenchmark() {}

    static Found run(boolean quick, Console console) throws RunnerException {
        console.progress(quick ? "Measuring codecs, half a minute" : "Measuring codecs, two to three minutes");
        int iterations = quick ? 1 : 4;
        TimeValue time = quick ? TimeValue.milliseconds(500) : TimeValue.seconds(1);
        Map<String, Map<String, Double>> micros = new LinkedHashMap<>();
        for (RunResult result : new Runner(new OptionsBuilder()
                        .include(CodecBenchmark.class.getName())
                        .forks(1)
                        .warmupIterations(iterations)
                        .warmupTime(time)
                        .measurementIterations(iterations)
                        .measurementTime(time)
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true)
                        .build())
                .run()) {
            micros.computeIfAbsent(result.getParams().getParam("codec"), codec -> new LinkedHashMap<>())
                    .put(
                            result.getPrimaryResult().getLabel(),
                            result.getPrimaryResult().getScore());
        }
        Tensor activation = CodecBenchmark.activation();
        List<Row> rows = Codec.all().stream()
                .map(codec -> new Row(
                        codec.id(),
                        gigabytesPerSecond(micros, codec, "encode"),
                        gigabytesPerSecond(micros, codec, "decode"),
                        (double) Codecs.encode(activation, codec).byteSize() / CodecBenchmark.BYTES))
                .toList();
        return new Found(activation + ", half of it zero", rows);
    }

    private static double gigabytesPerSecond(Map<String, Map<String, Double>> micros, Codec codec, String what) {
        double took = micros.getOrDefault(codec.id(), Map.of()).getOrDefault(what, Double.NaN);
        return CodecBenchmark.BYTES / (took * 1e3);
    }
}
