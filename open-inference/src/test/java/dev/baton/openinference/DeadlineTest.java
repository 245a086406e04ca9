package dev.baton.openinference;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DeadlineTest {

    @Test
    void theEarlierWins() {
        Optional<Deadline> soon = Optional.of(new Deadline(10));
        Optional<Deadline> late = Optional.of(new Deadline(20));
        assertThat(Deadline.earlier(soon, late)).isEqualTo(soon);
        assertThat(Deadline.earlier(late, soon)).isEqualTo(soon);
        assertThat(Deadline.earlier(Optional.empty(), late)).isEqualTo(late);
        assertThat(Deadline.earlier(Optional.empty(), Optional.empty())).isEmpty();
    }

    @Test
    void aBudgetBeyondAllMeasureIsADay() {
        Deadline deadline = Deadline.in(Duration.ofDays(100_000), 0);
        assertThat(deadline.remaining(0)).isEqualTo(Duration.ofDays(1));
    }
}
