package dev.baton.cli;

import java.util.Optional;

/** Numbers in tables about plans; a dash where one is unknown. */
final class Cells {

    static final String UNKNOWN = "–";

    private Cells() {}

    static String millis(Optional<Double> millis) {
        return number("%.1f", millis);
    }

    static String joules(Optional<Double> joules) {
        return number("%.3f", joules);
    }

    static String bytes(Optional<Double> bytes) {
        return number("%.0f", bytes);
    }

    /** Of costs and scores, whose size is nobody's guess. */
    static String figure(Optional<Double> value) {
        return number("%.3g", value);
    }

    private static String number(String format, Optional<Double> value) {
        return value.map(format::formatted).orElse(UNKNOWN);
    }
}
