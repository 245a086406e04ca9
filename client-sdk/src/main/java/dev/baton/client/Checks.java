package dev.baton.client;

import io.grpc.Metadata;
import java.time.Duration;
import java.util.Locale;

/** What settings have in common that are wrong. */
final class Checks {

    private Checks() {}

    static Duration positive(String what, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("%s of %s; expected more than nothing".formatted(what, duration));
        }
        return duration;
    }

    static int positive(String what, int number) {
        if (number <= 0) {
            throw new IllegalArgumentException("%s of %d; expected 1 or more".formatted(what, number));
        }
        return number;
    }

    /** The name of a header with a text. */
    static String header(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
            throw new IllegalArgumentException(
                    "header '%s': names that end with -bin are for binary values".formatted(name));
        }
        return Metadata.Key.of(lower, Metadata.ASCII_STRING_MARSHALLER).name();
    }
}
