package dev.baton.edge.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class HeadRunsTest {

    private final AtomicLong now = new AtomicLong();
    private final HeadRuns runs = new HeadRuns(now::get);

    @Test
    void ofRunsWhileLoadingTheFasterHalfCounts() {
        runs.loaded(List.of(400.0, 36.0, 90.0, 37.0, 38.0, 500.0));
        assertThat(runs.summary().orElseThrow().p95()).isEqualTo(38);
        assertThat(runs.runs()).isZero();
        assertThat(runs.isSettled()).isFalse();
    }

    @Test
    void theFirstOtherRunReplacesThemFasterOrSlower() {
        runs.loaded(List.of(494.0));
        runs.add(37);
        assertThat(runs.summary()).contains(new Summary(1, 37, 0, 37, 37));
        HeadRuns slower = new HeadRuns(now::get);
        slower.loaded(List.of(37.0));
        slower.add(494);
        assertThat(slower.summary().orElseThrow().p50()).isEqualTo(494);
    }

    @Test
    void runsWhileLoadingDoNotReplaceOthers() {
        runs.add(37);
        runs.loaded(List.of(494.0));
        assertThat(runs.summary().orElseThrow().mean()).isEqualTo(37);
    }

    @Test
    void threeRunsSettleIt() {
        runs.add(37);
        runs.add(38);
        assertThat(runs.isSettled()).isFalse();
        runs.add(36);
        assertThat(runs.isSettled()).isTrue();
    }

    @Test
    void aFastRunAfterAWhileReplacesWhatWasKnown() {
        settleAt(494);
        pass();
        runs.add(37);
        assertThat(runs.summary()).contains(new Summary(1, 37, 0, 37, 37));
        assertThat(runs.isSettled()).isFalse();
    }

    @Test
    void oneSlowRunAfterAWhileOnlyMakesItDoubtful() {
        settleAt(37);
        pass();
        runs.add(494);
        assertThat(runs.summary().orElseThrow().p95()).isEqualTo(37);
        assertThat(runs.isSettled()).isFalse();
        runs.add(37);
        assertThat(runs.summary().orElseThrow().p95()).isEqualTo(37);
        assertThat(runs.isSettled()).isTrue();
    }

    @Test
    void twoSlowRunsReplaceWhatWasKnown() {
        settleAt(37);
        pass();
        runs.add(490);
        runs.add(498);
        assertThat(runs.summary().orElseThrow().mean()).isEqualTo(494);
    }

    @Test
    void inTrafficRunsOfBothKindsCount() {
        settleAt(37);
        runs.add(494);
        runs.add(10);
        assertThat(runs.summary().orElseThrow().count()).isEqualTo(12);
    }

    private void settleAt(double micros) {
        for (int run = 0; run < 10; run++) {
            runs.add(micros);
        }
    }

    private void pass() {
        now.addAndGet(Duration.ofSeconds(6).toNanos());
    }
}
