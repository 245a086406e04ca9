package dev.baton.edge.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.baton.edge.cloud.CircuitBreaker.Call;
import dev.baton.edge.cloud.CircuitBreaker.Pause;
import dev.baton.edge.cloud.CircuitBreaker.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class CircuitBreakerTest {

    private static final Settings SETTINGS = new Settings(3, Duration.ofSeconds(1), Duration.ofSeconds(5));

    private long now = TimeUnit.DAYS.toNanos(-1);
    private final List<String> news = new ArrayList<>();
    private final CircuitBreaker breaker = new CircuitBreaker(
            SETTINGS,
            new CircuitBreaker.Listener() {
                @Override
                public void opened(Duration pause) {
                    news.add("opened for " + pause.toMillis());
                }

                @Override
                public void closed() {
                    news.add("closed");
                }
            },
            () -> now);

    @Test
    void opensAfterSomeCallsInARowWithoutAnAnswer() {
        silentCalls(2);
        assertThat(breaker.pause()).isEmpty();
        silentCalls(1);
        assertThat(breaker.isOpen()).isTrue();
        assertThat(breaker.begin()).isEmpty();
        Pause pause = breaker.pause().orElseThrow();
        assertThat(pause.reason()).isEqualTo("the cloud did not answer 3 calls in a row; it is asked again in 1000 ms");
        assertThat(pause.left()).isEqualTo(Duration.ofSeconds(1));
        assertThat(news).containsExactly("opened for 1000");
    }

    @Test
    void anAnswerInBetweenStartsTheCountAgain() {
        silentCalls(2);
        call().answered();
        silentCalls(2);
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void oneCallAtATimeFindsOutWhetherTheCloudIsBack() {
        silentCalls(3);
        pass(999);
        assertThat(breaker.begin()).isEmpty();
        pass(2);
        assertThat(breaker.pause()).isEmpty();
        Call probe = call();
        assertThat(probe.isProbe()).isTrue();
        assertThat(breaker.begin()).isEmpty();
        assertThat(breaker.pause().orElseThrow().reason()).endsWith("one of them is asking now");
        probe.answered();
        assertThat(breaker.isOpen()).isFalse();
        assertThat(call().isProbe()).isFalse();
        assertThat(news).containsExactly("opened for 1000", "closed");
    }

    @Test
    void pausesDoubleUpToTheLongest() {
        silentCalls(3);
        for (int seconds : new int[] {1, 2, 4, 5, 5}) {
            assertThat(breaker.pause().orElseThrow().left()).isEqualTo(Duration.ofSeconds(seconds));
            pass(seconds * 1_000 + 1);
            call().silent();
        }
        pass(5_001);
        call().answered();
        silentCalls(3);
        assertThat(breaker.pause().orElseThrow().left())
                .as("from the start again")
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(news).containsExactly("opened for 1000", "closed", "opened for 1000");
    }

    @Test
    void aProbeThatLearntNothingIsRepeatedAtOnce() {
        silentCalls(3);
        pass(1_001);
        call().close();
        assertThat(call().isProbe()).isTrue();
    }

    @Test
    void aLateAnswerToAnEarlierCallClosesIt() {
        Call slow = call();
        silentCalls(3);
        slow.answered();
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void aClientInAHurrySaysNothing() {
        Call usual = call();
        pass(50);
        usual.answered();
        for (int i = 0; i < 10; i++) {
            Call hurried = call();
            pass(49);
            hurried.silent();
        }
        assertThat(breaker.isOpen()).isFalse();
        for (int i = 0; i < 3; i++) {
            Call patient = call();
            pass(50);
            patient.silent();
        }
        assertThat(breaker.isOpen()).isTrue();
    }

    @Test
    void aCloudThatAnswersOthersIsNotGone() {
        for (int i = 0; i < 10; i++) {
            Call late = call();
            pass(10);
            Call other = call();
            pass(10);
            other.answered();
            pass(100);
            late.silent();
        }
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void whatCannotBeReachedNeedNotBeWaitedFor() {
        Call usual = call();
        pass(50);
        usual.answered();
        for (int i = 0; i < 3; i++) {
            call().unreachable("no broker");
        }
        assertThat(breaker.pause().orElseThrow().reason())
                .isEqualTo("no broker; the cloud did not answer 3 calls in a row; it is asked again in 1000 ms");
    }

    @Test
    void onlyTheFirstWordOfACallCounts() {
        for (int i = 0; i < 3; i++) {
            Call call = call();
            call.close();
            call.silent();
        }
        Call silent = call();
        silent.silent();
        silent.silent();
        silent.silent();
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Settings(0, Duration.ofSeconds(1), Duration.ofSeconds(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Settings(1, Duration.ZERO, Duration.ofSeconds(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Settings(1, Duration.ofSeconds(2), Duration.ofSeconds(1)));
    }

    private void silentCalls(int count) {
        for (int i = 0; i < count; i++) {
            call().silent();
        }
    }

    private Call call() {
        Optional<Call> call = breaker.begin();
        assertThat(call).isPresent();
        return call.orElseThrow();
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
