package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MeasuredTest {

    @Test
    void quantilesAreMeasurementsByTheNearestRank() {
        double[] sorted = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

        assertThat(Measured.quantile(sorted, 0.5)).isEqualTo(5);
        assertThat(Measured.quantile(sorted, 0.95)).isEqualTo(10);
        assertThat(Measured.quantile(new double[] {7}, 0.95)).isEqualTo(7);
        assertThat(Measured.quantile(new double[0], 0.5)).isNaN();
    }
}
