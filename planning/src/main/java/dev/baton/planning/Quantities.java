package dev.baton.planning;

import java.util.Locale;

/** Quantities as sentences for people say them. */
public final class Quantities {
    private Quantities() {}

    /** Such as {@code 41 ms}, {@code 3.2 ms}, {@code 0.15 ms}: two or more significant digits. */
    public static String millis(double micros) {
        double millis = micros / 1e3;
        return number(millis) + " ms";
    }

    /** Such as {@code 21 KB}. */
    public static String bytes(double bytes) {
        if (bytes < 1000) {
            return number(bytes) + " B";
        }
        return bytes < 1e6 ? number(bytes / 1e3) + " KB" : number(bytes / 1e6) + " MB";
    }

    /** Such as {@code 8.1 Mbit/s}. */
    public static String rate(double bytesPerSecond) {
        return number(bytesPerSecond * 8 / 1e6) + " Mbit/s";
    }

    public static String percent(double share) {
        return number(share * 100) + " %";
    }

    private static String number(double value) {
        String pattern = value >= 10 || value == 0 ? "%.0f" : value >= 1 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, pattern, value);
    }
}
