package dev.baton.planning.change;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FailedChoicesTest {
    private static final long SECOND = 1_000_000;
    private final FailedChoices failed = new FailedChoices(30, 1800);

    @Test
    void aChoiceIsLeftAloneTwiceAsLongAfterEachFailure() {
        assertThat(failed.fail(7, 0)).isEqualTo(30);
        assertThat(failed.blocks(7, 29 * SECOND)).isTrue();
        assertThat(failed.blocks(8, 29 * SECOND)).isFalse();
        assertThat(failed.blocks(7, 30 * SECOND)).isFalse();

        assertThat(failed.fail(7, 40 * SECOND)).isEqualTo(60);
        assertThat(failed.fail(7, 110 * SECOND)).isEqualTo(120);
        for (int i = 0; i < 20; i++) {
            failed.fail(7, 300 * SECOND);
        }
        assertThat(failed.fail(7, 300 * SECOND)).isEqualTo(1800);
    }

    @Test
    void successAndTimeForgive() {
        failed.fail(7, 0);
        failed.forgive(7);
        assertThat(failed.blocks(7, SECOND)).isFalse();
        assertThat(failed.fail(7, SECOND)).isEqualTo(30);
        assertThat(failed.fail(7, 4000 * SECOND)).as("long after").isEqualTo(30);
    }

    @Test
    void whereTooManyFailTheOneThatReturnsFirstIsForgotten() {
        for (int choice = 0; choice < 5; choice++) {
            failed.fail(choice, choice * SECOND);
        }
        assertThat(failed.blocks(0, 5 * SECOND)).isFalse();
        for (int choice = 1; choice < 5; choice++) {
            assertThat(failed.blocks(choice, 5 * SECOND)).isTrue();
        }
    }
}
