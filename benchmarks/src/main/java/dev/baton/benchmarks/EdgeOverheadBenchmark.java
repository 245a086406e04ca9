package dev.baton.benchmarks;

import com.google.protobuf.UnsafeByteOperations;
import dev.baton.clients.Answer;
import dev.baton.clients.EdgeClient;
import dev.baton.console.Console;
import dev.baton.console.Table;
import dev.baton.console.Table.Column;
import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceEngine;
import dev.baton.inference.InferenceSession;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.partitioning.Placement;
import dev.baton.partitioning.probe.ProbeInputs;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An edge-only request through gRPC against ONNX Runtime alone with the same model, options and input, and a gRPC server that
 * answers the same bytes and does nothing else, taking turns in one run so that all see the same machine.
 */
final class EdgeOverheadBenchmark {

    static final double LIMIT_MILLIS = 0.5;

    private static final Duration ECHO_LIMIT = Duration.ofSeconds(10);

    /**
     * One model.
     *
     * @param inputBytes    of one request's tensors
     * @param rawMillis     of {@code session.run} with ONNX Runtime's own API, in this process
     * @param edgeMillis    of the same run as the edge node reports it, {@code baton_head_ms}
     * @param echoMillis    of a request and a response of the same bytes to a server that does nothing
     * @param requestMillis of the whole request as its client sees it
     * @param ratio         of the medians of request and raw run
     * @param overMillis    what the median request takes beyond the median raw run and the median echo
     */
    record Row(
            String model,
            long inputBytes,
            int requests,
            Quantiles rawMillis,
            Quantiles edgeMillis,
            Quantiles echoMillis,
            Quantiles requestMillis,
            double ratio,
            double overMillis) {}

    record Found(List<Row> models) implements BenchmarkResult {

        @Override
        public boolean held() {
            return models.stream().allMatch(row -> row.overMillis() <= LIMIT_MILLIS);
        }

        @Override
        public List<String> lines() {
            Table table = new Table(
                    Column.left("model", 22),
                    Column.right("input", 9),
                    Column.right("raw p50", 8),
                    Column.right("p95", 7),
                    Column.right("echo p50", 8),
                    Column.right("request p50", 11),
                    Column.right("p95", 7),
                    Column.right("over", 7),
                    Column.right("ratio", 6));
            List<String> lines = new ArrayList<>();
            lines.add(
                    "Edge-only requests through gRPC against ONNX Runtime alone and a gRPC echo of the same bytes, ms");
            lines.add(table.header());
            models.forEach(row -> lines.add(table.row(
                    row.model(),
                    Quantiles.text(row.inputBytes() / 1024.0, 0) + " KiB",
                    Quantiles.text(row.rawMillis().p50(), 3),
                    Quantiles.text(row.rawMillis().p95(), 3),
                    Quantiles.text(row.echoMillis().p50(), 3),
                    Quantiles.text(row.requestMillis().p50(), 3),
                    Quantiles.text(row.requestMillis().p95(), 3),
                    Quantiles.text(row.overMillis(), 3),
                    Quantiles.text(row.ratio(), 2))));
            lines.add("%s (limit: %s ms over both)".formatted(held() ? "held" : "NOT HELD", LIMIT_MILLIS));
            return lines;
        }
    }

    private EdgeOverheadBenchmark() {}

    static Found run(Path home, Optional<Path> chosen, boolean quick, Console console) throws Exception {
        Path directory = Files.createTempDirectory("baton-bench-models");
        List<Row> rows = new ArrayList<>();
        try (BenchmarkStack stack = BenchmarkStack.start(home, console)) {
            for (Path onnx : models(home, chosen, directory)) {
                console.progress("Measuring " + onnx.getFileName());
                rows.add(measure(stack, onnx, quick));
            }
        } finally {
            BenchmarkFiles.delete(directory);
        }
        return new Found(rows);
    }

    private static List<Path> models(Path home, Optional<Path> chosen, Path directory) throws Exception {
        if (chosen.isPresent()) {
            return List.of(chosen.get());
        }
        List<Path> models = new ArrayList<>();
        models.add(new PassThroughModel(1024).write(directory));
        Path gauge = home.resolve("gauge-model/model/gauge.onnx");
        if (Files.isRegularFile(gauge)) {
            models.add(gauge);
        }
        return models;
    }

    private static Row measure(BenchmarkStack stack, Path onnx, boolean quick) throws Exception {
        String name = onnx.getFileName().toString().replaceAll("\\.onnx$", "").replaceAll("[^a-zA-Z0-9._-]", "-");
        Map<String, Tensor> input = input(onnx);
        stack.importModel(name, onnx);
        stack.pin(name, new Placement.EdgeOnly(), "raw", input);
        int requests = quick ? 50 : 1000;
        List<Double> raw = new ArrayList<>();
        List<Double> edge = new ArrayList<>();
        List<Double> whole = new ArrayList<>();
        List<Double> echo = new ArrayList<>();
        try (RawSession session = new RawSession(onnx);
                EchoServer server = new EchoServer();
                EdgeClient echoing = new EdgeClient(server.address(), ECHO_LIMIT)) {
            server.answer(response(stack.infer(name, input)));
            for (int i = -requests / 2; i < requests; i++) { // negative: compiles what is hot
                double alone = session.run(input);
                Answer answer = stack.infer(name, input);
                Answer echoed = echoing.infer(name, input);
                if (i >= 0) {
                    raw.add(alone);
                    echo.add(echoed.took().toNanos() / 1e6);
                    edge.add(answer.provenance().stage("head"));
                    whole.add(answer.took().toNanos() / 1e6);
                }
            }
        }
        Quantiles rawMillis = Quantiles.of(raw);
        Quantiles requestMillis = Quantiles.of(whole);
        return new Row(
                name,
                input.values().stream().mapToLong(Tensor::byteSize).sum(),
                requests,
                rawMillis,
                Quantiles.of(edge),
                Quantiles.of(echo),
                requestMillis,
                requestMillis.p50() / rawMillis.p50(),
                requestMillis.p50() - rawMillis.p50() - Quantiles.of(echo).p50());
    }

    /** As the edge node's own, but for the provenance, which is part of what is to be measured. */
    private static ModelInferResponse response(Answer answer) {
        ModelInferResponse.Builder response = ModelInferResponse.newBuilder();
        answer.outputs().forEach((name, tensor) -> response.addOutputs(ModelInferResponse.InferOutputTensor.newBuilder()
                        .setName(name)
                        .setDatatype(tensor.type().name())
                        .addAllShape(tensor.shape().dimensions()))
                .addRawOutputContents(UnsafeByteOperations.unsafeWrap(tensor.data())));
        return response.build();
    }

    private static Map<String, Tensor> input(Path onnx) {
        try (InferenceEngine engine = new OnnxRuntimeEngine(EngineSettings.defaults());
                InferenceSession session = engine.open(onnx)) {
            return ProbeInputs.random(session.inputs(), Map.of(), 1);
        }
    }
}
