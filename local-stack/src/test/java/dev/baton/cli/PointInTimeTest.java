package dev.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.console.CommandFailure;
import java.time.Instant;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PointInTimeTest {
    private static final ZonedDateTime NOW = ZonedDateTime.parse("2026-11-24T10:15:30+01:00[Europe/Berlin]");

    @ParameterizedTest
    @CsvSource({
        "5m, 2026-11-24T09:10:30Z",
        "90s, 2026-11-24T09:14:00Z",
        "250ms, 2026-11-24T09:15:29.750Z",
        "2h, 2026-11-24T07:15:30Z",
        "1d, 2026-11-23T09:15:30Z",
        "2026-11-24T09:00:00Z, 2026-11-24T09:00:00Z",
        "2026-11-24T09:00:00+01:00, 2026-11-24T08:00:00Z",
        "2026-11-24T09:00, 2026-11-24T08:00:00Z",
        "09:00:01, 2026-11-24T08:00:01Z",
        "10:16, 2026-11-23T09:16:00Z",
    })
    void aMomentIsReadAsPeopleWriteIt(String text, String expected) {
        assertThat(PointInTime.parse(text, NOW)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yesterday", "5", "-5m", "25:00", "2026-13-01T00:00", "5 m"})
    void whatIsNoTimeIsRefusedWithWhatIs(String text) {
        assertThatThrownBy(() -> PointInTime.parse(text, NOW))
                .isInstanceOf(CommandFailure.class)
                .hasMessageStartingWith("time '" + text + "': expected how long ago, such as 5m");
    }

    @Test
    void theZoneOfTheClockCounts() {
        assertThat(PointInTime.parse("09:00", NOW.withZoneSameInstant(java.time.ZoneOffset.UTC)))
                .hasToString("2026-11-24T09:00:00Z");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-24T09:15:30.100Z, 0s",
        "2026-11-24T09:16:30Z, 0s",
        "2026-11-24T09:14:31Z, 59s",
        "2026-11-24T09:10:15Z, 5m",
        "2026-11-24T06:00:00Z, 3h",
        "2026-11-21T09:15:30Z, 3d",
    })
    void theAgeOfAMomentIsSaidInTheFormThatIsRead(Instant time, String expected) {
        assertThat(PointInTime.ago(time, NOW.toInstant())).isEqualTo(expected);
    }
}
