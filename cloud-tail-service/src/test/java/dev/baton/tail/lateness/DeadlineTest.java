package dev.baton.tail.lateness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class DeadlineTest {

    private final AtomicLong nanos = new AtomicLong(1_000);

    @Test
    void delayAndTheTimeHereUseUpTheBudget() {
        Deadline deadline = Deadline.of(100_000, Duration.ofMillis(30), nanos.get(), nanos::get);
        assertThat(deadline.left()).isEqualTo(Duration.ofMillis(70));
        nanos.addAndGet(Duration.ofMillis(70).toNanos());
        assertThat(deadline.hasPassed()).isFalse();
        nanos.addAndGet(1);
        assertThat(deadline.hasPassed()).isTrue();
        assertThat(deadline).hasToString("budget 100 ms, delayed by 30 ms, here for 70 ms");
    }

    @Test
    void zeroIsNoDeadline() {
        Deadline deadline = Deadline.of(0, Duration.ofDays(3), nanos.get(), nanos::get);
        nanos.addAndGet(Duration.ofDays(300).toNanos());
        assertThat(deadline.hasPassed()).isFalse();
    }

    @Test
    void budgetThatWasUsedUpBeforeSendingHasPassed() {
        assertThat(Deadline.of(-1, Duration.ZERO, nanos.get(), nanos::get).hasPassed())
                .isTrue();
    }
}
