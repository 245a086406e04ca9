package dev.baton.edge.measure;

import static org.assertj.core.api.Assertions.assertThat;

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
    void keepsOnlyTheLast() {
        RecentValues values = new RecentValues();
        for (int i = 0; i < 1_000; i++) {
            values.add(i < 900 ? 1_000_000 : 10);
        }
        assertThat(values.summary()).contains(new Summary(64, 10, 0, 10, 10));
    }
}
