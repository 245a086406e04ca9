package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

final class QuantilesTest {

    @Test
    void quantilesAreValuesThatWereMeasured() {
        List<Double> values =
                DoubleStream.iterate(100, value -> value - 1).limit(100).boxed().toList();
        assertThat(Quantiles.of(values)).isEqualTo(new Quantiles(50, 95));
        assertThat(Quantiles.of(List.of(7.0))).isEqualTo(new Quantiles(7, 7));
    }

    @Test
    void nothingHasNoQuantiles() {
        assertThatThrownBy(() -> Quantiles.of(List.of())).hasMessage("no values, no quantiles");
    }

    @Test
    void textHasTheSameDecimalsEverywhere() {
        assertThat(Quantiles.text(1234.5678, 2)).isEqualTo("1234.57");
        assertThat(Quantiles.text(0.5, 0)).isEqualTo("1");
    }
}
