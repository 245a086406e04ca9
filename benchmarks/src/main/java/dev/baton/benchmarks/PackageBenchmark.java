package dev.baton.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.console.CommandFailure;
import dev.baton.console.Console;
import dev.baton.console.Json;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * How long packaging takes and what memory it needs, each in a JVM of its own with a heap of {@value #HEAP_MEGABYTES} MB: once
 * with an engine that answers in no time, which leaves reading, layout, weights, digests and graph files; once with the real
 * one, which proves each split point.
 */
final class PackageBenchmark {

    static final int HEAP_MEGABYTES = 128;

    /**
     * One model.
     *
     * @param packagingSeconds everything but the engine
     * @param megabytesPerSecond weights over that time
     * @param heapBytes most heap in use while packaging
     * @param residentBytes most memory of the process while packaging, empty where the system does not tell
     * @param provenSeconds with the engine
     * @param provenResidentBytes most memory of that process
     */
    record Row(
            String model,
            long weightBytes,
            double packagingSeconds,
            double megabytesPerSecond,
            long heapBytes,
            OptionalLong residentBytes,
            double provenSeconds,
            int splitPoints,
            OptionalLong provenResidentBytes) {}

    record Found(int heapLimitMegabytes, List<Row> models) implements BenchmarkResult {

        @Override
        public List<String> lines() {
            Table table = new Table(
                    Column.left("model", 22),
                    Column.right("weights MB", 10),
                    Column.right("package s", 9),
                    Column.right("MB/s", 6),
                    Column.right("heap MB", 8),
                    Column.right("process MB", 10),
                    Column.right("proven s", 8),
                    Column.right("split points", 12),
                    Column.right("process MB", 10));
            List<String> lines = new ArrayList<>();
            lines.add("Packages of generated models; heap limit %d MB".formatted(heapLimitMegabytes));
            lines.add(table.header());
            models.forEach(row -> lines.add(table.row(
                    row.model(),
                    megabytes(row.weightBytes()),
                    Quantiles.text(row.packagingSeconds(), 2),
                    Quantiles.text(row.megabytesPerSecond(), 0),
                    megabytes(row.heapBytes()),
                    megabytes(row.residentBytes()),
                    Quantiles.text(row.provenSeconds(), 2),
                    Integer.toString(row.splitPoints()),
                    megabytes(row.provenResidentBytes()))));
            return lines;
        }

        private static String megabytes(OptionalLong bytes) {
            return bytes.isEmpty() ? "unknown" : megabytes(bytes.getAsLong());
        }

        private static String megabytes(long bytes) {
            return Long.toString(Math.round(bytes / 1e6));
        }
    }

    private PackageBenchmark() {}

    static Found run(Path home, List<WeightyModel> models, Console console) throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        Path work = Files.createDirectories(home.resolve(".baton/bench"));
        for (WeightyModel model : models) {
            Path directory = Files.createTempDirectory(work, "package-");
            try {
                console.progress("Writing %s".formatted(model.name()));
                Path onnx = model.write(directory);
                console.progress("Packaging %s".formatted(model.name()));
                PackagingProcess.Found packaged = fork(onnx, directory.resolve("packaged"), "stand-in");
                console.progress("Packaging and proving %s".formatted(model.name()));
                PackagingProcess.Found proven = fork(onnx, directory.resolve("proven"), "engine");
                rows.add(new Row(
                        model.name(),
                        model.weightBytes(),
                        packaged.seconds(),
                        model.weightBytes() / 1e6 / packaged.seconds(),
                        packaged.heapBytes(),
                        packaged.residentBytes(),
                        proven.seconds(),
                        proven.splitPoints(),
                        proven.residentBytes()));
            } finally {
                BenchmarkFiles.delete(directory);
            }
        }
        return new Found(HEAP_MEGABYTES, rows);
    }

    private static PackagingProcess.Found fork(Path onnx, Path target, String engine)
            throws IOException, InterruptedException {
        ProcessBuilder command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MEGABYTES + "m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                PackagingProcess.class.getName(),
                onnx.toString(),
                target.toString(),
                engine);
        command.environment().put("CLASSPATH", System.getProperty("java.class.path")); // too long for a command line
        Process process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw CommandFailure.environment("packaging %s failed".formatted(onnx.getFileName()));
        }
        JsonNode found = Json.read(answer);
        JsonNode resident = found.path("residentBytes");
        return new PackagingProcess.Found(
                found.path("seconds").asDouble(),
                found.path("splitPoints").asInt(),
                found.path("heapBytes").asLong(),
                resident.isNumber() ? OptionalLong.of(resident.asLong()) : OptionalLong.empty());
    }
}
