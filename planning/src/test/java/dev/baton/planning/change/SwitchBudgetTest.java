package dev.baton.planning.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SwitchBudgetTest {
    private static final long SECOND = 1_000_000;

    @Test
    void noSpanOfAMinuteHoldsMoreThanTheBound() {
        Random random = new Random(3);
        for (int perMinute : new int[] {1, 2, 3, 6, 20}) {
            SwitchBudget budget = new SwitchBudget(perMinute);
            ArrayDeque<Long> lastMinute = new ArrayDeque<>();
            long most = 0;
            for (long now = 0; now < 3600 * SECOND; now += random.nextInt(900_000)) {
                if (budget.left(now) > 0 && (now / (97 * SECOND) % 2 == 0 || random.nextInt(20) == 0)) {
                    budget.spend(now);
                    lastMinute.add(now);
                }
                while (!lastMinute.isEmpty() && lastMinute.peek() <= now - 60 * SECOND) {
                    lastMinute.remove();
                }
                most = Math.max(most, lastMinute.size());
            }
            assertThat(most)
                    .as("of %d", perMinute)
                    .isLessThanOrEqualTo(perMinute)
                    .isPositive();
        }
    }

    @Test
    void aChangeReturnsAMinuteAfterItWasMade() {
        SwitchBudget budget = new SwitchBudget(3);
        for (int second = 1; second <= 3; second++) {
            budget.spend(second * SECOND);
        }
        assertThat(budget.left(60 * SECOND)).isZero();
        assertThatThrownBy(() -> budget.spend(60 * SECOND))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no change is left in this minute");
        assertThat(budget.left(61 * SECOND)).isEqualTo(1);
        budget.spend(61 * SECOND);
        assertThat(budget.left(61 * SECOND)).isZero();
        assertThat(budget.left(3600 * SECOND)).isEqualTo(3);
    }
}
