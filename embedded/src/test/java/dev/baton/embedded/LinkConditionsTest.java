package dev.baton.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LinkConditionsTest {

    @Test
    void readsRateDelayAndJitter() {
        assertThat(LinkConditions.parse("8mbit,10ms,1ms"))
                .isEqualTo(new LinkConditions(8, Duration.ofMillis(10), Duration.ofMillis(1)));
        assertThat(LinkConditions.parse(" 2.5MBIT , 500us ").megabitsPerSecond())
                .isEqualTo(2.5);
        assertThat(LinkConditions.parse("250kbit")).isEqualTo(new LinkConditions(0.25, Duration.ZERO, Duration.ZERO));
        assertThat(LinkConditions.parse("1gbit,0.5s").oneWayDelay()).isEqualTo(Duration.ofMillis(500));
        assertThat(LinkConditions.parse("unlimited")).isEqualTo(LinkConditions.UNLIMITED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            8mbit,10ms,1ms     | 8mbit,10ms,1ms
            100mbit            | 100mbit,0ms,0ms
            250kbit,1500us     | 0.25mbit,1.5ms,0ms
            unlimited,5ms      | unlimited,5ms,0ms
            """)
    void formatsWhatItReads(String text, String formatted) {
        LinkConditions conditions = LinkConditions.parse(text);

        assertThat(conditions.format()).isEqualTo(formatted);
        assertThat(LinkConditions.parse(formatted)).isEqualTo(conditions);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "8", "8mbit,", "8mbit,10", "8mbit,10ms,1ms,1", "-1mbit", "0mbit", "8mbit,2h", "8mbit,5000s"})
    void refusesWhatIsNoLink(String text) {
        assertThatThrownBy(() -> LinkConditions.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saysWhichPartIsWrong() {
        assertThatThrownBy(() -> LinkConditions.parse("8mbit,10"))
                .hasMessageContaining("'10' is not a time")
                .hasMessageContaining("8mbit,10ms,1ms");
    }
}
