package dev.baton.orchestrator.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.orchestrator.kafka.MeasurementConsumer.Backlog;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class BacklogTest {
    private final Backlog backlog = new Backlog();

    private boolean holds(int records, long second) {
        return backlog.holds(records, TimeUnit.SECONDS.toNanos(second));
    }

    @Test
    void theFirstWindowsAndThoseThatFollowAreNews() {
        assertThat(holds(0, 100)).isFalse();
        assertThat(holds(1, 200)).isFalse();
        assertThat(holds(MeasurementConsumer.MAX_POLL_RECORDS, 201)).isFalse();
        assertThat(holds(3, 206)).isFalse();
    }

    @Test
    void whatWaitedForAsLongAsOthersWaitBeforeTheyTakeOverIsPassedOver() {
        holds(1, 0);

        assertThat(holds(0, 5)).isFalse();
        assertThat(holds(MeasurementConsumer.MAX_POLL_RECORDS, 6)).isTrue();
        assertThat(holds(20, 6)).as("the rest of it").isTrue();
        assertThat(holds(20, 7)).isFalse();
    }
}
