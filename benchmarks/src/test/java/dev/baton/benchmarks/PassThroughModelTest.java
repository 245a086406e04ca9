package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.models.EngineGraphRunner;
import dev.baton.partitioning.divide.DivisionRequest;
import dev.baton.partitioning.divide.ModelDivider;
import dev.baton.partitioning.probe.GraphRunner.Optimization;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PassThroughModelTest {

    @Test
    void oneSplitPointCarriesExactlyTheGivenBytes(@TempDir Path directory) throws Exception {
        PassThroughModel model = new PassThroughModel(10 * 1024);
        try (EngineGraphRunner runner = new EngineGraphRunner()) {
            Path onnx = model.write(directory);
            SplitPackage pack = ModelDivider.divide(
                    DivisionRequest.of(onnx, model.name()).withCodecs(List.of(Codec.RAW)),
                    runner,
                    directory.resolve("package"),
                    progress -> {});

            assertThat(pack.manifest().splitPoints())
                    .filteredOn(split ->
                            split.headFile().isPresent() && split.tailFile().isPresent())
                    .extracting(SplitPointEntry::crossingBytes)
                    .containsExactly(10L * 1024);
            Map<String, Tensor> answer = runner.run(pack.wholeFile(), model.input(), Optimization.ALL);
            assertThat(answer).containsOnlyKeys("largest");
        }
    }

    @Test
    void sizeThatIsNoWholeNumberOfElementsIsRefused() {
        assertThatThrownBy(() -> new PassThroughModel(1023))
                .hasMessage("what crosses has 1023 bytes: expected FP32 elements");
    }
}
