package dev.baton.edge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.edge.TestingEngine;
import dev.baton.inference.Inference;
import dev.baton.inference.InferenceSession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SlowedEngineTest {

    @Test
    void runsTakeTheFactorAsLong() {
        TestingEngine engine = new TestingEngine().taking(Duration.ofMillis(5));
        InferenceSession session = new SlowedEngine(engine, 4, 1, 8, System::nanoTime).open(Path.of("whole.onnx"));
        long began = System.nanoTime();
        Inference inference = session.run(Map.of());
        assertThat(inference.runTime()).isEqualTo(Duration.ofMillis(20));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(15));
    }

    @Test
    void aDeviceIsNotMadeFaster() {
        assertThatThrownBy(() -> new SlowedEngine(new TestingEngine(), 0.5, 1, 1, System::nanoTime))
                .hasMessageContaining("0.5");
    }
}
