package dev.baton.cli;

import dev.baton.console.CommandFailure;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A moment in the past as people write and read it. */
final class PointInTime {
    private static final Pattern AGO = Pattern.compile("([0-9]{1,6})(ms|s|m|h|d)");

    private PointInTime() {}

    /**
     * The moment that {@code text} names, at {@code now} and in its zone: an instant such as {@code 2026-11-24T10:15:30Z}, a
     * local date and time, a local time of the last 24 hours such as {@code 10:15}, or how long ago, such as {@code 5m}.
     */
    static Instant parse(String text, ZonedDateTime now) {
        Matcher ago = AGO.matcher(text);
        if (ago.matches()) {
            return now.minus(duration(Long.parseLong(ago.group(1)), ago.group(2)))
                    .toInstant();
        }
        List<Function<String, Instant>> forms = List.of(
                form -> OffsetDateTime.parse(form).toInstant(),
                form -> LocalDateTime.parse(form).atZone(now.getZone()).toInstant(),
                form -> latest(LocalTime.parse(form), now));
        return forms.stream()
                .flatMap(form -> attempt(form, text).stream())
                .findFirst()
                .orElseThrow(() -> CommandFailure.usage(
                        "time '%s': expected how long ago, such as 5m (ms, s, m, h, d), a local time such as 10:15 or 2026-11-24T10:15, or an instant such as 2026-11-24T10:15:30Z"
                                .formatted(text)));
    }

    /** How long ago {@code time} was, in the form that {@link #parse} takes, such as {@code 5m}. */
    static String ago(Instant time, Instant now) {
        Duration passed = Duration.between(time, now);
        if (passed.compareTo(Duration.ofSeconds(1)) < 0) {
            return "0s";
        }
        if (passed.toMinutes() < 1) {
            return passed.toSeconds() + "s";
        }
        if (passed.toHours() < 1) {
            return passed.toMinutes() + "m";
        }
        return passed.toDays() < 1 ? passed.toHours() + "h" : passed.toDays() + "d";
    }

    private static Duration duration(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private static Optional<Instant> attempt(Function<String, Instant> form, String text) {
        try {
            return Optional.of(form.apply(text));
        } catch (DateTimeException otherForm) {
            return Optional.empty();
        }
    }

    /** The last time that clocks showed {@code time}. */
    private static Instant latest(LocalTime time, ZonedDateTime now) {
        ZonedDateTime today = now.with(time);
        return (today.isAfter(now) ? today.minusDays(1) : today).toInstant();
    }
}
