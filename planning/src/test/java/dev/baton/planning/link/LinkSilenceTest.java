package dev.baton.planning.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class LinkSilenceTest {

    private final AtomicLong now = new AtomicLong();
    private final LinkSilence silence = new LinkSilence(now::get);

    @Test
    void aLinkWithNothingToSendIsNotSilent() {
        pass(Duration.ofMinutes(1));
        assertThat(silence.silence()).isEmpty();
    }

    @Test
    void unacknowledgedRecordsMeanSilenceUntilTheNextAcknowledgement() {
        silence.sent(100);
        pass(Duration.ofSeconds(2));
        assertThat(silence.silence()).isEmpty();
        silence.sent(100);
        pass(Duration.ofSeconds(2));
        assertThat(silence.silence()).contains(Duration.ofSeconds(4));
        silence.ended(100, true);
        assertThat(silence.silence()).isEmpty();
        pass(Duration.ofSeconds(4));
        assertThat(silence.silence()).as("the second one still waits").isPresent();
    }

    @Test
    void recordsGivenUpAreSilenceAsWell() {
        silence.sent(100);
        pass(Duration.ofSeconds(30));
        silence.ended(100, false);
        assertThat(silence.silence()).contains(Duration.ofSeconds(30));
        silence.sent(100);
        assertThat(silence.silence()).contains(Duration.ofSeconds(30));
    }

    @Test
    void aLargeRecordOnASlowLinkIsGivenTime() {
        silence.sent(625_000);
        pass(Duration.ofSeconds(12));
        assertThat(silence.silence()).isEmpty();
        pass(Duration.ofSeconds(2));
        assertThat(silence.silence()).contains(Duration.ofSeconds(14));
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
