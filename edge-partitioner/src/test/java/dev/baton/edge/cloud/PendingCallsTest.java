package dev.baton.edge.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class PendingCallsTest {

    private final AtomicLong now = new AtomicLong();
    private final PendingCalls pending = new PendingCalls(2, now::get);

    @Test
    void theFirstAnswerCountsAndTellsTheRoundTrip() {
        CompletableFuture<CloudAnswer> answer = pending.register("a").orElseThrow();
        now.set(5_000_000);
        pending.complete("a", roundTrip -> new CloudAnswer.Refused("tail", roundTrip.toString()));
        pending.complete("a", _ -> new CloudAnswer.Refused("tail", "duplicate"));
        assertThat(answer).isCompletedWithValue(new CloudAnswer.Refused("tail", "PT0.005S"));
    }

    @Test
    void dropsAnswersNobodyWaitsFor() {
        pending.complete("foreign", _ -> new CloudAnswer.Silence(Duration.ZERO));
        assertThat(pending.register("b")).isPresent();
        pending.forget("b");
        assertThat(pending.awaits("b")).isFalse();
        assertThat(pending.dropped()).isEqualTo(2);
    }

    @Test
    void holdsABoundedNumber() {
        assertThat(pending.register("a")).isPresent();
        assertThat(pending.register("b")).isPresent();
        assertThat(pending.register("c")).isEmpty();
        pending.forget("a");
        pending.forget("a");
        assertThat(pending.register("c")).isPresent();
        assertThat(pending.register("d")).isEmpty();
    }

    @Test
    void refusesAnIdInUse() {
        assertThat(pending.register("a")).isPresent();
        assertThatThrownBy(() -> pending.register("a")).hasMessageContaining("request id a");
        assertThat(pending.register("b")).isPresent();
    }
}
