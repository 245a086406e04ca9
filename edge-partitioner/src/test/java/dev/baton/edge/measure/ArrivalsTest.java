package dev.baton.edge.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ArrivalsTest {

    private final AtomicLong now = new AtomicLong(1);
    private final Arrivals arrivals = new Arrivals(now::get);

    @Test
    void thereIsTimeBeforeTheFirstRequest() {
        assertThat(arrivals.leaveTimeFor(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void thereIsNoneWhileOneIsUnderWay() {
        arrivals.began();
        pass(Duration.ofHours(1));
        assertThat(arrivals.leaveTimeFor(Duration.ofNanos(1))).isFalse();
        arrivals.ended();
        assertThat(arrivals.leaveTimeFor(Duration.ofNanos(1))).isTrue();
    }

    @Test
    void workFitsBeforeTheNextRequestIsExpected() {
        requests(20, Duration.ofMillis(100));
        assertThat(arrivals.leaveTimeFor(Duration.ofMillis(80))).isTrue();
        assertThat(arrivals.leaveTimeFor(Duration.ofMillis(120))).isFalse();
        pass(Duration.ofMillis(50));
        assertThat(arrivals.leaveTimeFor(Duration.ofMillis(40))).isTrue();
        assertThat(arrivals.leaveTimeFor(Duration.ofMillis(60))).isFalse();
    }

    @Test
    void nothingIsExpectedLongAfterTrafficStopped() {
        requests(20, Duration.ofMillis(100));
        pass(Duration.ofMillis(200));
        assertThat(arrivals.leaveTimeFor(Duration.ofMillis(10)))
                .as("one is overdue")
                .isFalse();
        pass(Duration.ofMillis(200));
        assertThat(arrivals.leaveTimeFor(Duration.ofSeconds(1))).isTrue();
    }

    @Test
    void denseTrafficLeavesNoTime() {
        requests(20, Duration.ofMillis(2));
        assertThat(arrivals.leaveTimeFor(Duration.ofMillis(5))).isFalse();
    }

    private void requests(int count, Duration apart) {
        for (int i = 0; i < count; i++) {
            pass(apart);
            arrivals.began();
            arrivals.ended();
        }
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
