package dev.baton.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersTest {

    @Test
    void threeDigitsAndAPrefix() {
        assertThat(Numbers.of(0, "FLOPs")).isEqualTo("0 FLOPs");
        assertThat(Numbers.bytes(999)).isEqualTo("999 B");
        assertThat(Numbers.bytes(1000)).isEqualTo("1.00 kB");
        assertThat(Numbers.count(43_264)).isEqualTo("43.3 k");
        assertThat(Numbers.count(999_499)).isEqualTo("999 k");
        assertThat(Numbers.count(999_500)).isEqualTo("1.00 M");
        assertThat(Numbers.of(8_200_000_000L, "FLOPs")).isEqualTo("8.20 GFLOPs");
        assertThat(Numbers.count(Long.MAX_VALUE)).isEqualTo("9.22 E");
    }
}
