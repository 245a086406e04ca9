package dev.baton.tail.lateness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DelayBaselineTest {

    private static final long SECOND = 1_000_000;

    private final DelayBaseline baseline = new DelayBaseline(100);

    /** By how much the edge node's clock is ahead of ours, in microseconds: a century either way, or nothing. */
    @ParameterizedTest
    @ValueSource(longs = {0, 3_155_760_000L * SECOND, -3_155_760_000L * SECOND})
    void delayIsTheTimeAboveTheShortestOneWhateverTheClocksSay(long skew) {
        assertThat(delay("cam", 10 * SECOND, 20_000, skew)).isEqualTo(Duration.ZERO);
        assertThat(delay("cam", 11 * SECOND, 45_000, skew)).isEqualTo(micros(25_000));
        assertThat(delay("cam", 12 * SECOND, 20_000, skew)).isEqualTo(Duration.ZERO);
    }

    @Test
    void shorterWayLowersTheBaselineAtOnce() {
        delay("cam", 1 * SECOND, 500_000, 0);
        assertThat(delay("cam", 2 * SECOND, 20_000, 0)).isEqualTo(Duration.ZERO);
        assertThat(delay("cam", 3 * SECOND, 500_000, 0)).isEqualTo(micros(480_000));
    }

    @Test
    void edgeNodesDoNotShareABaseline() {
        delay("near", 1 * SECOND, 1_000, 0);
        assertThat(delay("far", 1 * SECOND, 90_000, 0)).isEqualTo(Duration.ZERO);
        assertThat(delay("near", 2 * SECOND, 90_000, 0)).isEqualTo(micros(89_000));
    }

    @Test
    void recordsOfABacklogOvertakingEachOtherAreDelayedByTheirOwnTime() {
        delay("cam", 1 * SECOND, 10_000, 0);
        // A tail was away for 20 s; two partitions are read one after the other.
        long backAgain = 22 * SECOND;
        assertThat(baseline.delay("cam", 20 * SECOND, backAgain)).isEqualTo(micros(2 * SECOND - 10_000));
        assertThat(baseline.delay("cam", 2 * SECOND, backAgain)).isEqualTo(micros(20 * SECOND - 10_000));
    }

    @Test
    void longerWayIsTheUsualOneAfterAWhile() {
        delay("cam", 1 * SECOND, 10_000, 0);
        Duration last = Duration.ZERO;
        for (long second = 2; second < 10 * 60; second++) {
            last = delay("cam", second * SECOND, 70_000, 0);
            if (second < 200) {
                assertThat(last).isEqualTo(micros(60_000));
            }
        }
        assertThat(last).isEqualTo(Duration.ZERO);
    }

    @Test
    void driftOfTheClocksIsFollowed() {
        // One clock gains 100 ppm: after an hour they are 360 ms apart, which is no delay.
        Duration largest = Duration.ZERO;
        for (long second = 1; second <= 3600; second++) {
            Duration delay = delay("cam", second * SECOND, 10_000, -second * 100);
            largest = delay.compareTo(largest) > 0 ? delay : largest;
        }
        assertThat(largest).isLessThan(Duration.ofMillis(35));
    }

    @Test
    void clockSetForwardTakesTheNewDifference() {
        delay("cam", 1 * SECOND, 10_000, 0);
        long hour = 3600 * SECOND;
        assertThat(delay("cam", 2 * SECOND, 10_000, hour)).isEqualTo(Duration.ZERO);
        assertThat(delay("cam", 3 * SECOND, 15_000, hour)).isEqualTo(micros(5_000));
    }

    @Test
    void clockSetBackFarBeginsAnew() {
        delay("cam", 5000 * SECOND, 10_000, 0);
        long hour = 3600 * SECOND;
        assertThat(delay("cam", 5001 * SECOND, 10_000, -hour)).isEqualTo(Duration.ZERO);
        assertThat(delay("cam", 5002 * SECOND, 15_000, -hour)).isEqualTo(micros(5_000));
    }

    @Test
    void hostileClocksNeitherFailNorDisturbOthers() {
        delay("cam", 1 * SECOND, 10_000, 0);
        baseline.delay("hostile", Long.MIN_VALUE, 1);
        baseline.delay("hostile", Long.MAX_VALUE, 2);
        baseline.delay("hostile", Long.MIN_VALUE, 3);
        assertThat(delay("cam", 2 * SECOND, 12_000, 0)).isEqualTo(micros(2_000));
    }

    @Test
    void edgeNodeNotHeardOfForLongestIsForgotten() {
        DelayBaseline two = new DelayBaseline(2);
        two.delay("a", 0, 100);
        two.delay("b", 0, 100);
        two.delay("a", 0, 100);
        two.delay("c", 0, 100);
        assertThat(two.edges()).isEqualTo(2);
        assertThat(two.delay("a", 0, 500)).isEqualTo(micros(400));
        assertThat(two.delay("b", 0, 500)).as("begins anew").isEqualTo(Duration.ZERO);
    }

    @Test
    void noEdgeNodesAtAllIsRefused() {
        assertThatThrownBy(() -> new DelayBaseline(0)).hasMessage("maxEdges must be at least 1, is 0");
    }

    /** A record sent at {@code sent} on the true clock, on its way for {@code way}. */
    private Duration delay(String edge, long sent, long way, long skew) {
        return baseline.delay(edge, sent + skew, sent + way);
    }

    private static Duration micros(long micros) {
        return Duration.of(micros, ChronoUnit.MICROS);
    }
}
