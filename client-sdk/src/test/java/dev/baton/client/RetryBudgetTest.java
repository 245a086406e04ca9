package dev.baton.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RetryBudgetTest {
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void reserveIsSpentThenCallsAndTimePayIn() {
        RetryBudget budget = new RetryBudget(RetryPolicy.defaults().withBudget(0.25, 2, 3), nanos::get);
        assertThat(withdrawals(budget)).isEqualTo(3);

        for (int i = 0; i < 8; i++) {
            budget.deposit();
        }
        assertThat(withdrawals(budget)).isEqualTo(2);

        nanos.addAndGet(Duration.ofMillis(500).toNanos());
        assertThat(withdrawals(budget)).isEqualTo(1);
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(withdrawals(budget))
                .as("no more than the reserve is saved up")
                .isEqualTo(3);
    }

    @Test
    void retriesAreAShareOfCallsInTheLongRun() {
        RetryBudget budget = new RetryBudget(RetryPolicy.defaults().withBudget(0.2, 0, 10), nanos::get);
        int retries = 0;
        for (int call = 0; call < 10_000; call++) {
            budget.deposit();
            retries += budget.withdraw() ? 1 : 0;
        }
        assertThat(retries).isBetween(2_000, 2_011);
    }

    @Test
    void withoutABudgetThereAreNoRetries() {
        RetryBudget budget = new RetryBudget(RetryPolicy.defaults().withBudget(0, 0, 0), nanos::get);
        budget.deposit();
        assertThat(budget.withdraw()).isFalse();
    }

    @Test
    void backoffDoublesUpToItsBoundAndVaries() {
        RetryPolicy policy = RetryPolicy.defaults().withBackoff(Duration.ofMillis(10), Duration.ofMillis(50));
        assertThat(policy.backoff(1, 0)).isEqualTo(Duration.ofMillis(5));
        assertThat(policy.backoff(1, 1)).isEqualTo(Duration.ofMillis(10));
        assertThat(policy.backoff(3, 1)).isEqualTo(Duration.ofMillis(40));
        assertThat(policy.backoff(90, 1)).isEqualTo(Duration.ofMillis(50));
    }

    private static int withdrawals(RetryBudget budget) {
        int count = 0;
        while (budget.withdraw()) {
            count++;
        }
        return count;
    }
}
