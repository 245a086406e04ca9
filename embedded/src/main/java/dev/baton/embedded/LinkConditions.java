package dev.baton.embedded;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a link behaves, the same in both directions.
 *
 * @param megabitsPerSecond rate of each direction, shared by all its connections; {@code Infinity} for no limit
 * @param oneWayDelay       time a byte takes to the other side, after it was sent
 * @param jitter            standard deviation of that time (Gaussian, cut off at 0); bytes never overtake each other
 */
public record LinkConditions(double megabitsPerSecond, Duration oneWayDelay, Duration jitter) {

    private static final String UNLIMITED_RATE = "unlimited";
    private static final String FORM = "RATE[,DELAY[,JITTER]] such as 8mbit,10ms,1ms or unlimited,5ms";
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Pattern RATE = Pattern.compile("(\\d+(?:\\.\\d+)?)(k|m|g)bit");
    private static final Pattern TIME = Pattern.compile("(\\d+(?:\\.\\d+)?)(us|ms|s)");

    /** A link that neither limits nor delays. */
    public static final LinkConditions UNLIMITED =
            new LinkConditions(Double.POSITIVE_INFINITY, Duration.ZERO, Duration.ZERO);

    public LinkConditions {
        if (!(megabitsPerSecond >= 0.001)) {
            throw new IllegalArgumentException(
                    "the rate of a link must be at least 0.001 Mbit/s, is " + megabitsPerSecond);
        }
        requireTime(oneWayDelay, "delay");
        requireTime(jitter, "jitter");
    }

    /**
     * Reads {@code RATE[,DELAY[,JITTER]]}: the rate in {@code kbit}, {@code mbit} or {@code gbit} per second or the word
     * {@code unlimited}, times in {@code us}, {@code ms} or {@code s}. Times left out are 0.
     */
    public static LinkConditions parse(String text) {
        String[] parts = text.strip().toLowerCase(Locale.ROOT).split("\\s*,\\s*", -1);
        if (parts.length > 3) {
            throw new IllegalArgumentException("a link is %s, not '%s'".formatted(FORM, text));
        }
        return new LinkConditions(
                rate(parts[0], text),
                parts.length > 1 ? time(parts[1], text) : Duration.ZERO,
                parts.length > 2 ? time(parts[2], text) : Duration.ZERO);
    }

    /** The text that {@link #parse} reads. */
    public String format() {
        String rate = Double.isInfinite(megabitsPerSecond) ? UNLIMITED_RATE : plain(megabitsPerSecond) + "mbit";
        return "%s,%s,%s".formatted(rate, milliseconds(oneWayDelay), milliseconds(jitter));
    }

    @Override
    public String toString() {
        return format();
    }

    double bitsPerNanosecond() {
        return megabitsPerSecond / 1_000;
    }

    private static double rate(String part, String text) {
        if (part.equals(UNLIMITED_RATE)) {
            return Double.POSITIVE_INFINITY;
        }
        Matcher rate = RATE.matcher(part);
        if (!rate.matches()) {
            throw new IllegalArgumentException(
                    "'%s' is not a rate; a link is %s, not '%s'".formatted(part, FORM, text));
        }
        double megabits =
                switch (rate.group(2)) {
                    case "k" -> 1e-3;
                    case "m" -> 1;
                    default -> 1e3;
                };
        return Double.parseDouble(rate.group(1)) * megabits;
    }

    private static Duration time(String part, String text) {
        Matcher time = TIME.matcher(part);
        if (!time.matches()) {
            throw new IllegalArgumentException(
                    "'%s' is not a time; a link is %s, not '%s'".formatted(part, FORM, text));
        }
        double nanoseconds =
                switch (time.group(2)) {
                    case "us" -> 1e3;
                    case "ms" -> 1e6;
                    default -> 1e9;
                };
        return Duration.ofNanos(Math.round(Double.parseDouble(time.group(1)) * nanoseconds));
    }

    private static String milliseconds(Duration time) {
        return plain(time.toNanos() / 1e6) + "ms";
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    private static void requireTime(Duration time, String name) {
        Objects.requireNonNull(time, name);
        if (time.isNegative() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "the %s of a link must be between 0 and %s, is %s".formatted(name, LONGEST, time));
        }
    }
}
