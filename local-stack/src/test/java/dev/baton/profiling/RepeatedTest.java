package dev.baton.profiling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.partitioning.profile.TimeSummary;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RepeatedTest {

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger runs = new AtomicInteger();
    private final Repeated repeated = new Repeated(now::get);

    @Test
    void steadyWorkNeedsFewSamples() {
        TimeSummary time = repeated.time(() -> take(1_000_000), Duration.ofSeconds(1));

        assertThat(time.medianMicros()).isEqualTo(1000);
        assertThat(time.samples()).isEqualTo(12);
    }

    @Test
    void unsteadyWorkIsRepeatedWhileThereIsTime() {
        TimeSummary time =
                repeated.time(() -> take(runs.get() % 2 == 0 ? 1_000_000 : 2_000_000), Duration.ofMillis(100));

        assertThat(time.samples()).isBetween(40, 70);
        assertThat(now.get()).isBetween(100_000_000L, 102_000_000L);
    }

    @Test
    void slowWorkRunsThreeTimesAfterOneToWarmUp() {
        TimeSummary time = repeated.time(() -> take(5_000_000_000L), Duration.ofMillis(100));

        assertThat(time.samples()).isEqualTo(3);
        assertThat(runs).hasValue(4);
    }

    private long take(long nanos) {
        runs.incrementAndGet();
        now.addAndGet(nanos);
        return nanos;
    }
}
