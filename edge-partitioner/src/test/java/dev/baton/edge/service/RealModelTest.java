package dev.baton.edge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.baton.edge.measure.ModelMeasurements;
import dev.baton.edge.measure.Summary;
import dev.baton.edge.model.ModelProfiler;
import dev.baton.edge.model.ServedModel;
import dev.baton.inference.EngineSettings;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.inference.OptimizationLevel;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A given model on the edge node alone: what local completion gives. */
final class RealModelTest {

    @TempDir
    Path directory;

    @Test
    void completingLocallyFromAnySplitPointEqualsTheWholeBitForBit() throws Exception {
        SplitPackage splitPackage = TinyModel.divide(DivisionRequest.of(mnist(), "mnist"), directory.resolve("mnist"));
        try (OnnxRuntimeEngine engine =
                new OnnxRuntimeEngine(EngineSettings.defaults().withOptimization(OptimizationLevel.EXTENDED))) {
            ServedModel model = ServedModel.open(splitPackage, engine);
            Map<String, Tensor> inputs = splitPackage.probeInputs();
            Map<String, Tensor> whole = model.runWhole(inputs).outputs();
            int last = splitPackage.manifest().lastIndex();
            assertThat(last).isGreaterThan(1);
            for (int point = 1; point < last; point++) {
                Map<String, Tensor> head = model.runHead(point, inputs).outputs();
                Map<String, Tensor> crossing = splitPackage.crossing(point, inputs, head);
                Map<String, Tensor> tail = model.runTail(point, crossing).outputs();
                whole.forEach((name, tensor) -> assertThat(
                                Objects.requireNonNull(tail.get(name)).bitEquals(tensor))
                        .as(name)
                        .isTrue());
            }
            new ModelProfiler(System::nanoTime).profile(model);
            ModelMeasurements.Window window = model.measurements().window();
            assertThat(window.heads()).hasSize(last);
            assertThat(window.encodings()).hasSize(last * Codec.all().size());
            // The rest of so small a model may be lost in the clock's noise: then it is taken to be none, not less.
            double rest = micros(model, last).p95() - micros(model, 1).mean();
            assertThat(model.expectedLocalTime(1, false).orElseThrow())
                    .isEqualTo(Duration.ofNanos(Math.round(Math.max(0, rest) * 1e3)));
            model.retire();
        }
    }

    private static Summary micros(ServedModel model, int splitPoint) {
        return model.measurements().headMicros(splitPoint).orElseThrow();
    }

    private static Path mnist() throws Exception {
        Path models = Path.of(System.getProperty("baton.models", "models"), "mnist_8");
        assumeTrue(Files.isDirectory(models), models + " is not there");
        try (Stream<Path> files = Files.list(models)) {
            return files.filter(file -> file.toString().endsWith(".onnx"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
