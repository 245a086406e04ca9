package dev.baton.edge.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RecentValuesTest {

    @Test
    void nothingAddedIsUnknown() {
        assertThat(new RecentValues().summary()).isEmpty();
    }

    @Test
    void summarisesWhatWasAdded() {
        RecentValues values = new RecentValues();
        for (int i = 1; i <= 5; i++) {
            values.add(i);
        }
        assertThat(values.summary()).contains(new Summary(5, 3, 2.5, 3, 5));
    }

    @Test
    void forgetsAtTheMaximumAge() {
        AtomicLong now = new AtomicLong();
        RecentValues values = new RecentValues(now::get, Duration.ofSeconds(30));
        values.add(1);
        now.set(Duration.ofSeconds(20).toNanos());
        values.add(3);
        assertThat(values.summary().orElseThrow().mean()).isEqualTo(2);
        now.set(Duration.ofSeconds(40).toNanos());
        assertThat(values.summary()).contains(new Summary(1, 3, 0, 3, 3));
        now.set(Duration.ofSeconds(60).toNanos());
        assertThat(values.summary()).isEmpty();
    }

    @Test
    void keepsOnlyTheLast() {
        RecentValues values = new RecentValues();
        for (int i = 0; i < 1_000; i++) {
            values.add(i < 900 ? 1_000_000 : 10);
        }
        assertThat(values.summary()).contains(new Summary(64, 10, 0, 10, 10));
    }
}
