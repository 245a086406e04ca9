package dev.baton.edge.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.edge.TestingEngine;
import dev.baton.edge.TestingPackage;
import dev.baton.edge.measure.ModelMeasurements.EncodingKey;
import dev.baton.edge.measure.ModelMeasurements.EncodingTimes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelProfilerTest {

    @TempDir
    Path directory;

    @Test
    void measuresEachCodecAtEachSplitPoint() throws IOException {
        ServedModel model = ServedModel.open(TestingPackage.write(directory, 1, Optional.empty()), new TestingEngine());
        new ModelProfiler(System::nanoTime).profile(model);
        List<EncodingTimes> encodings = model.measurements().window().encodings();
        assertThat(encodings)
                .extracting(EncodingTimes::key)
                .containsExactly(
                        new EncodingKey(0, "fp16"),
                        new EncodingKey(0, "raw"),
                        new EncodingKey(1, "fp16"),
                        new EncodingKey(1, "raw"));
        EncodingTimes raw = encodings.get(3);
        assertThat(raw.bytes().p50()).isEqualTo(16);
        assertThat(raw.micros().mean()).isPositive();
    }
}
