package dev.baton.edge.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.planning.link.LinkEstimate;
import java.time.Duration;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class DownlinkTest {

    private static final double BROKER_MILLIS = 5;
    private static final LinkEstimate UPLINK =
            new LinkEstimate(250_000, Duration.ofMillis(20), Duration.ofMillis(1), 20, 5_000, Duration.ofMillis(1));

    private long nanos = 1_000_000_000L;
    private final Downlink downlink = new Downlink(() -> nanos);

    /** An answer over a way back of so many bytes a second. */
    private void answer(long bytes, double bytesPerSecond) {
        nanos += 100_000_000L;
        downlink.answered(bytes, Duration.ofNanos(Math.round(BROKER_MILLIS * 1e6 + bytes / bytesPerSecond * 1e9)));
    }

    @Test
    void beforeAnyAnswerItIsLikeTheUplinkWithinHalfOfIt() {
        assertThat(downlink.rate(UPLINK)).isEqualTo(new Downlink.Rate(250_000, 125_000));
        assertThat(downlink.rate(UPLINK).of(25_000)).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void answersOfDifferentSizeTellIt() {
        for (int i = 0; i < 20; i++) {
            answer(i % 2 == 0 ? 400 : 100_000, 1e6);
        }
        assertThat(downlink.rate(UPLINK).bytesPerSecond()).isCloseTo(1e6, Percentage.withPercentage(5));
        assertThat(downlink.rate(UPLINK).error()).isLessThan(50_000);
    }

    @Test
    void answersOfOneSizeOnlyProveThatItIsNotSlower() {
        for (int i = 0; i < 20; i++) {
            answer(100_000, 1e6);
        }
        double proven = 100_200 / (0.1 + BROKER_MILLIS / 1e3);
        assertThat(downlink.rate(UPLINK).bytesPerSecond()).isCloseTo(proven, within(0.05 * proven));
        assertThat(downlink.rate(UPLINK).error()).isGreaterThan(400_000);
    }

    @Test
    void smallAnswersSayNothing() {
        for (int i = 0; i < 20; i++) {
            answer(300, 1e6);
        }
        assertThat(downlink.rate(UPLINK)).isEqualTo(new Downlink.Rate(250_000, 125_000));
    }
}
