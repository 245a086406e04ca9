package dev.baton.whatif;

import dev.baton.planning.Constraints.LatencyTarget;
import dev.baton.planning.Objective;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Quantities as command lines write them; what does not parse is refused with the form that was expected. */
public final class Values {

    private static final Pattern RATE = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(k|m|g)?(?:bit)?(?:/s)?");
    private static final Pattern TIME = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(us|ms|s|m)");
    private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(k|m|g)?b?");
    private static final Pattern FREQUENCY = Pattern.compile("(\\d+(?:\\.\\d+)?)(?:/s)?");
    private static final Pattern TARGET = Pattern.compile("(.+)@p(\\d{2}(?:\\.\\d+)?)");
    private static final Pattern WEIGHT = Pattern.compile("(ms|latency|j|energy|cost)\\s*=\\s*(\\d+(?:\\.\\d+)?)");

    private Values() {}

    /** Bytes per second of {@code 10mbit}, {@code 500kbit}, {@code 1gbit}; a number alone is Mbit/s. */
    public static double bytesPerSecond(String text) {
        Matcher rate = matched(RATE, text, "a rate such as 10mbit, 500kbit or 1gbit");
        double bits = Double.parseDouble(rate.group(1))
                * switch (rate.group(2)) {
                    case "k" -> 1e3;
                    case "g" -> 1e9;
                    case null, default -> 1e6;
                };
        if (!(bits >= 1e3) || bits > 1e12) {
            throw new IllegalArgumentException("'%s': expected 1 kbit/s to 1000 Gbit/s".formatted(text));
        }
        return bits / 8;
    }

    /** A time such as {@code 30ms}, {@code 2s} or {@code 10m}. */
    public static Duration duration(String text) {
        Matcher time = matched(TIME, text, "a time such as 30ms or 2s");
        double nanos = Double.parseDouble(time.group(1))
                * switch (time.group(2)) {
                    case "us" -> 1e3;
                    case "ms" -> 1e6;
                    case "m" -> 60e9;
                    default -> 1e9;
                };
        if (!(nanos >= 1e3) || nanos > 86_400e9) {
            throw new IllegalArgumentException("'%s': expected a microsecond to a day".formatted(text));
        }
        return Duration.ofNanos(Math.round(nanos));
    }

    /** Bytes of {@code 512mb}, {@code 1gb} or {@code 20000}; 1000 bytes are a kilobyte. */
    public static long bytes(String text) {
        Matcher size = matched(SIZE, text, "a size such as 512mb or 1gb");
        double bytes = Double.parseDouble(size.group(1))
                * switch (size.group(2)) {
                    case "k" -> 1e3;
                    case "m" -> 1e6;
                    case "g" -> 1e9;
                    case null, default -> 1;
                };
        if (!(bytes >= 1) || bytes > 1e15) {
            throw new IllegalArgumentException("'%s': expected 1 byte or more".formatted(text));
        }
        return Math.round(bytes);
    }

    /** Requests per second of {@code 5/s}. */
    public static double perSecond(String text) {
        Matcher frequency = matched(FREQUENCY, text, "requests per second, such as 5/s");
        double value = Double.parseDouble(frequency.group(1));
        if (!(value > 0) || value > 10_000) {
            throw new IllegalArgumentException(
                    "'%s': expected more than 0 and at most 10000 per second".formatted(text));
        }
        return value;
    }

    /** A target such as {@code 100ms@p95}; without a quantile that of half the requests is not meant, but the 95th percentile. */
    public static LatencyTarget latencyTarget(String text) {
        Matcher target = TARGET.matcher(text.strip().toLowerCase(Locale.ROOT));
        return target.matches()
                ? new LatencyTarget(duration(target.group(1)), Double.parseDouble(target.group(2)) / 100)
                : new LatencyTarget(duration(text), 0.95);
    }

    /**
     * {@code latency}, {@code energy}, {@code cloud-cost} or {@code weighted:latency=1,energy=20,cost=0}: what a millisecond, a
     * joule and a unit of cloud cost weigh; short forms are {@code cost}, and {@code ms} and {@code j} for the weights.
     */
    public static Objective objective(String text) {
        String form = text.strip().toLowerCase(Locale.ROOT);
        return switch (form) {
            case "latency" -> Objective.LATENCY;
            case "energy" -> Objective.ENERGY;
            case "cost", "cloud-cost" -> Objective.CLOUD_COST;
            default -> weighted(form, text);
        };
    }

    private static Objective weighted(String form, String text) {
        String expected =
                "'%s': expected latency, energy, cloud-cost or weighted:latency=1,energy=20,cost=0".formatted(text);
        if (!form.startsWith("weighted:")) {
            throw new IllegalArgumentException(expected);
        }
        double perMilli = 0;
        double perJoule = 0;
        double perCost = 0;
        for (String part : form.substring("weighted:".length()).split(",", -1)) {
            Matcher weight = WEIGHT.matcher(part.strip());
            if (!weight.matches()) {
                throw new IllegalArgumentException(expected);
            }
            double value = Double.parseDouble(weight.group(2));
            switch (weight.group(1)) {
                case "ms", "latency" -> perMilli = value;
                case "j", "energy" -> perJoule = value;
                default -> perCost = value;
            }
        }
        return new Objective.Weighted(perMilli, perJoule, perCost);
    }

    private static Matcher matched(Pattern pattern, String text, String expected) {
        Matcher matcher = pattern.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'%s': expected %s".formatted(text, expected));
        }
        return matcher;
    }
}
