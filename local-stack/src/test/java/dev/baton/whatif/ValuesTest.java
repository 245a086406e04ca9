package dev.baton.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.planning.Objective;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ValuesTest {

    @Test
    void ratesHaveUnitsAndAreMegabitsWithout() {
        assertThat(Values.bytesPerSecond("10mbit")).isEqualTo(1_250_000);
        assertThat(Values.bytesPerSecond("500 kbit/s")).isEqualTo(62_500);
        assertThat(Values.bytesPerSecond("0.5")).isEqualTo(62_500);
        assertThatThrownBy(() -> Values.bytesPerSecond("fast"))
                .hasMessage("'fast': expected a rate such as 10mbit, 500kbit or 1gbit");
        assertThatThrownBy(() -> Values.bytesPerSecond("0")).hasMessageContaining("expected 1 kbit/s");
    }

    @Test
    void targetsNameTheirQuantile() {
        assertThat(Values.latencyTarget("100ms@p99").quantile()).isEqualTo(0.99);
        assertThat(Values.latencyTarget("2s").within()).isEqualTo(Duration.ofSeconds(2));
        assertThat(Values.latencyTarget("2s").quantile()).isEqualTo(0.95);
        assertThatThrownBy(() -> Values.latencyTarget("100@p95")).hasMessageContaining("a time such as 30ms");
    }

    @Test
    void objectivesMayBeWeights() {
        assertThat(Values.objective("energy")).isEqualTo(Objective.ENERGY);
        assertThat(Values.objective("weighted:ms=1,j=20")).isEqualTo(new Objective.Weighted(1, 20, 0));
        assertThat(Values.objective("weighted:latency=1,energy=20,cost=0"))
                .isEqualTo(Values.objective("weighted:ms=1,j=20,cost=0"));
        assertThatThrownBy(() -> Values.objective("speed"))
                .hasMessageContaining("latency, energy, cloud-cost or weighted:latency=1,energy=20,cost=0");
        assertThatThrownBy(() -> Values.objective("weighted:watts=1")).hasMessageContaining("expected");
    }

    @Test
    void sizesAndFrequencies() {
        assertThat(Values.bytes("512mb")).isEqualTo(512_000_000);
        assertThat(Values.perSecond("5/s")).isEqualTo(5);
        assertThatThrownBy(() -> Values.perSecond("0")).hasMessageContaining("more than 0");
    }
}
