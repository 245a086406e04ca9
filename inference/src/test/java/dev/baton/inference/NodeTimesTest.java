package dev.baton.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTimesTest {

    @TempDir
    private Path directory;

    @Test
    void addsUpWhatRunsSeveralTimesInARun() throws IOException {
        Path trace = trace(run("a", 10, "b", 1, "b", 2), run("a", 30, "b", 3, "b", 4), run("a", 20, "b", 5, "b", 6));

        List<NodeTime> times = NodeTimes.read(trace, 1);

        assertThat(times).containsExactly(new NodeTime("a", "Conv", 25, 2), new NodeTime("b", "Conv", 9, 2));
    }

    @Test
    void outliersDoNotCount() throws IOException {
        Path trace = trace(run("a", 10), run("a", 10), run("a", 12), run("a", 5000));

        assertThat(NodeTimes.read(trace, 0)).containsExactly(new NodeTime("a", "Conv", 11, 4));
    }

    @Test
    void whatIsNoTraceIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("trace.json"), "{}");

        assertThatThrownBy(() -> NodeTimes.read(file, 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("trace.json is no trace");
    }

    @Test
    void theEngineTellsTheTimeOfEachNode() throws IOException {
        Path model = TinyModels.sumAndDifference(directory);
        try (OnnxRuntimeEngine engine =
                        new OnnxRuntimeEngine(EngineSettings.defaults().withOptimization(OptimizationLevel.BASIC));
                InferenceSession session = engine.open(model)) {
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            session.inputs().forEach(input -> inputs.put(input.name(), Tensor.ofFloats(Shape.of(1, 2), 1, 2)));

            assertThat(session.inputs()).allMatch(input -> input.type() == ElementType.FP32);
            assertThat(engine.timeNodes(model, inputs, Duration.ZERO))
                    .extracting(NodeTime::kind)
                    .containsExactlyInAnyOrder("Add", "Sub");
        }
    }

    private Path trace(String... runs) throws IOException {
        return Files.writeString(directory.resolve("trace.json"), "[" + String.join(",", runs) + "]");
    }

    private static String run(Object... nodesAndMicros) {
        StringBuilder events = new StringBuilder();
        for (int i = 0; i < nodesAndMicros.length; i += 2) {
            events.append(
                    "{\"cat\":\"Node\",\"dur\":%s,\"name\":\"%s_kernel_time\",\"args\":{\"op_name\":\"Conv\",\"shape\":[{\"float\":[1]}]}},"
                            .formatted(nodesAndMicros[i + 1], nodesAndMicros[i]));
        }
        return events + "{\"cat\":\"Session\",\"dur\":1,\"name\":\"model_run\",\"args\":{}}";
    }
}
