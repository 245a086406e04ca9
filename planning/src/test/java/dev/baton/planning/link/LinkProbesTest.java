package dev.baton.planning.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.planning.link.SimulatedLink.Requests;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What probes cost, in time of the link. */
final class LinkProbesTest {

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 2, 5, 10, 20, 50, 100, 300})
    void neverTakeMoreThanOnePercentOfAnyTenSeconds(double megabits) {
        for (int roundTrip : new int[] {5, 30, 100}) {
            for (double jitter : new double[] {0.2, 1, 5}) {
                SimulatedLink link = new SimulatedLink(roundTrip)
                        .is(megabits, Duration.ofMillis(roundTrip), Duration.ofNanos(Math.round(jitter * 1e6)))
                        .run(Duration.ofSeconds(10));
                link.takeProbeSeconds();
                link.probes.takeShare();
                for (int i = 0; i < 6; i++) {
                    double seconds = link.run(Duration.ofSeconds(10)).takeProbeSeconds();
                    assertThat(seconds / 10)
                            .as("share at %s Mbit/s, %d ms, jitter %s ms", megabits, roundTrip, jitter)
                            .isLessThanOrEqualTo(0.0101);
                }
                assertThat(link.probes.takeShare()).isLessThan(0.0101);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 5, 100})
    void theFirstSecondsOnAnUnknownLinkCostLittleAsWell(double megabits) {
        SimulatedLink link = new SimulatedLink(3)
                .is(megabits, Duration.ofMillis(30), Duration.ofNanos(300_000))
                .run(Duration.ofSeconds(10));
        assertThat(link.takeProbeSeconds() / 10).isLessThan(0.0101);
        assertThat(link.estimator.estimate()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(doubles = {5, 20, 100})
    void thereAreNoneWhereTrafficTells(double megabits) {
        SimulatedLink link = new SimulatedLink(3)
                .is(megabits, Duration.ofMillis(30), Duration.ofNanos(300_000))
                .carries(Requests.between(500, 80_000, Duration.ofMillis(150)))
                .run(Duration.ofSeconds(10));
        link.takeProbeSeconds();
        double seconds = link.run(Duration.ofSeconds(20)).takeProbeSeconds();
        assertThat(seconds / 20).isLessThan(0.0005);
    }

    @ParameterizedTest
    @ValueSource(doubles = {5, 20, 100})
    void onlySmallOnesWhereAllTrafficIsLarge(double megabits) {
        SimulatedLink link = new SimulatedLink(3)
                .is(megabits, Duration.ofMillis(30), Duration.ofNanos(300_000))
                .carries(Requests.of(80_000, Duration.ofMillis(300)))
                .run(Duration.ofSeconds(10));
        link.takeProbeSeconds();
        double seconds = link.run(Duration.ofSeconds(20)).takeProbeSeconds();
        assertThat(seconds / 20).isLessThan(0.002);
    }
}
