package dev.baton.edge.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.edge.measure.Energy;
import dev.baton.planning.PowerModel;
import dev.baton.planning.link.LinkEstimate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EnergyMeterTest {

    private static final PowerModel POWER = new PowerModel(1, 4, 2, 1.5, "a test");
    private static final Optional<LinkEstimate> LINK = Optional.of(
            new LinkEstimate(1_000_000, Duration.ofMillis(10), Duration.ZERO, 10, 1_000, Duration.ofMillis(1)));

    private final List<Energy> told = new ArrayList<>();
    private final EnergyMeter meter = new EnergyMeter(Optional.of(POWER), told::add);

    @Test
    void joulesAreToldApartByWhatTheDeviceDid() {
        StageTimes times = new StageTimes(
                Map.of(Stage.HEAD, 100_000L, Stage.ENCODE, 10_000L, Stage.NETWORK, 80_000L, Stage.TAIL, 20_000L),
                210_000);
        Energy energy = meter.of(times, 50_000, LINK).orElseThrow();
        assertThat(energy.compute()).isCloseTo(0.110 * 4, within(1e-9));
        assertThat(energy.transmit()).isCloseTo(0.050 * 2, within(1e-9));
        assertThat(energy.waiting()).isCloseTo(0.050 * 1.5, within(1e-9));
        assertThat(energy.total()).isCloseTo(0.615, within(1e-9));
        assertThat(told).containsExactly(energy);
    }

    @Test
    void whatStaysHereNeedsNoLink() {
        StageTimes times = new StageTimes(Map.of(Stage.HEAD, 100_000L), 100_000);
        assertThat(meter.of(times, 0, Optional.empty()).orElseThrow().total()).isCloseTo(0.4, within(1e-9));
    }

    @Test
    void isUnknownWithoutPowerModelAndForBytesOverAnUnknownLink() {
        StageTimes times = new StageTimes(Map.of(Stage.HEAD, 100_000L), 100_000);
        assertThat(new EnergyMeter(Optional.empty(), told::add).of(times, 0, LINK))
                .isEmpty();
        assertThat(meter.of(times, 100, Optional.empty())).isEmpty();
        assertThat(told).isEmpty();
    }
}
