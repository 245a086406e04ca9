package dev.baton.planning.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class ChangeDetectorTest {
    private final ChangeDetector detector = new ChangeDetector();
    private final Random random = new Random(7);

    private double around(double level, double deviation) {
        return level * Math.exp(deviation * random.nextGaussian());
    }

    private boolean settle(double level, double deviation, int values) {
        boolean any = false;
        for (int i = 0; i < values; i++) {
            any |= detector.changedBy(around(level, deviation));
        }
        return any;
    }

    @Test
    void aStepIsSeenWithItsFirstValueUpAndDown() {
        assertThat(settle(100, 0.05, 20)).isFalse();
        assertThat(detector.changedBy(5)).isTrue();
        assertThat(settle(5, 0.05, 20)).isFalse();
        assertThat(detector.changedBy(100)).isTrue();
    }

    @Test
    void aDriftIsSeenWithinSomeValues() {
        settle(100, 0.05, 30);
        int values = 1;
        while (!detector.changedBy(around(120, 0.05))) {
            values++;
        }
        assertThat(values).isBetween(2, 12);
    }

    @Test
    void aQuietQuantityRaisesFewAlarmsHoweverNoisyItIs() {
        for (double deviation : new double[] {0.01, 0.1, 0.5}) {
            int alarms = 0;
            for (int i = 0; i < 10_000; i++) {
                alarms += detector.changedBy(around(10, deviation)) ? 1 : 0;
            }
            assertThat(alarms).as("deviation %s", deviation).isLessThan(40);
        }
    }

    @Test
    void whatIsNoLevelIsRefused() {
        assertThatThrownBy(() -> detector.changedBy(0)).hasMessage("value must be positive and finite, but was 0.0");
        assertThatThrownBy(() -> detector.changedBy(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
