package dev.baton.orchestrator.rest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ByteRangeTest {
    @Test
    void rangesAreThoseOfRfc9110() {
        assertThat(ByteRange.parse("bytes=0-9", 100)).contains(new ByteRange(0, 9));
        assertThat(ByteRange.parse("bytes=90-", 100)).contains(new ByteRange(90, 99));
        assertThat(ByteRange.parse("bytes=90-200", 100)).contains(new ByteRange(90, 99));
        assertThat(ByteRange.parse("bytes=-10", 100)).contains(new ByteRange(90, 99));
        assertThat(ByteRange.parse("bytes=-200", 100)).contains(new ByteRange(0, 99));
        assertThat(ByteRange.parse("bytes=99-99", 100).orElseThrow().length()).isEqualTo(1);
    }

    @Test
    void rangesGoBeyondTwoGigabytes() {
        assertThat(ByteRange.parse("bytes=2999999990-", 3_000_000_000L))
                .contains(new ByteRange(2_999_999_990L, 2_999_999_999L));
        assertThat(ByteRange.parse("bytes=0-2500000000", 3_000_000_000L)
                        .orElseThrow()
                        .length())
                .isEqualTo(2_500_000_001L);
    }

    @Test
    void whatIsNoSingleRangeIsIgnored() {
        for (String header : new String[] {"bytes=-", "bytes=5-2", "bytes=0-1,5-6", "lines=0-1", "bytes=a-b", ""}) {
            assertThat(ByteRange.parse(header, 100)).as(header).isEmpty();
        }
    }

    @Test
    void aRangeBehindTheEndIsNotSatisfiable() {
        assertThat(ByteRange.parse("bytes=100-", 100).orElseThrow().isSatisfiable())
                .isFalse();
        assertThat(ByteRange.parse("bytes=100-110", 100).orElseThrow().isSatisfiable())
                .isFalse();
        assertThat(ByteRange.parse("bytes=-0", 100).orElseThrow().isSatisfiable())
                .isFalse();
    }
}
