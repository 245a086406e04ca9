package dev.baton.inspection;

/** Counts and sizes as people read them. */
public final class Numbers {

    private Numbers() {}

    /** Such as {@code 4.10 G}; counts below a thousand in full. */
    public static String count(long value) {
        return of(value, "").strip();
    }

    /** Such as {@code 4.10 MB}, of 1000 bytes each step. */
    public static String bytes(long value) {
        return of(value, "B");
    }

    /** Such as {@code 4.10 GFLOPs}. */
    public static String of(long value, String unit) {
        if (value < 1000) {
            return value + " " + unit;
        }
        String[] prefixes = {"k", "M", "G", "T", "P", "E"};
        double rest = value / 1e3;
        int prefix = 0;
        while (rest >= 999.5 && prefix < prefixes.length - 1) {
            rest /= 1e3;
            prefix++;
        }
        String digits = rest < 9.995 ? "%.2f" : rest < 99.95 ? "%.1f" : "%.0f";
        return (digits + " %s%s").formatted(rest, prefixes[prefix], unit);
    }
}
