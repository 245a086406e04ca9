package dev.baton.edge.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class StageClockTest {

    private final AtomicLong now = new AtomicLong(1_000);
    private final StageClock clock = new StageClock(OpenTelemetry.noop().getTracer("test"), now::get, 1_000);

    @Test
    void stagesAddUpToTheTotalWhateverTheyAre() {
        Random random = new Random(3);
        for (Stage stage : Stage.values()) {
            if (stage != Stage.OTHER) {
                long nanos = random.nextInt(5_000_000);
                now.addAndGet(nanos + random.nextInt(999));
                clock.add(stage, Duration.ofNanos(nanos));
            }
        }
        StageTimes times = clock.finish();
        assertThat(times.micros().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(times.totalMicros());
        assertThat(times.totalMicros()).isEqualTo((now.get() - 1_000) / 1_000);
        assertThat(times.micros(Stage.OTHER)).isBetween(0L, 16L);
    }

    @Test
    void timesWorkAlsoWhenItFails() {
        assertThatThrownBy(() -> clock.time(Stage.HEAD, "edge.head", () -> {
                    now.addAndGet(2_000_000);
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(clock.spent(Stage.HEAD)).isEqualTo(Duration.ofMillis(2));
    }

    @Test
    void timesThatDoNotAddUpDoNotExist() {
        assertThatThrownBy(() -> new StageTimes(Map.of(Stage.HEAD, 5L), 6)).hasMessageContaining("the total is 6");
    }
}
