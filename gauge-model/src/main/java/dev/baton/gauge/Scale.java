package dev.baton.gauge;

import java.util.List;
import java.util.Locale;

/**
 * What is printed on a dial: the values at its two ends, their unit, and how the way between them is divided.
 *
 * @param min value at the start of the scale
 * @param max value at its end
 * @param unit as printed, for example {@code bar}
 * @param majorDivisions numbered steps from {@code min} to {@code max}
 * @param minorDivisions unnumbered steps within a numbered one
 */
public record Scale(double min, double max, String unit, int majorDivisions, int minorDivisions) {

    /** Scales as instruments carry them (EN 837-1 for pressure; the others as sold). */
    static final List<Scale> COMMON = List.of(
            new Scale(0, 1, "bar", 5, 4),
            new Scale(0, 1.6, "bar", 8, 4),
            new Scale(0, 2.5, "bar", 5, 5),
            new Scale(0, 4, "bar", 4, 10),
            new Scale(0, 6, "bar", 6, 5),
            new Scale(0, 10, "bar", 10, 5),
            new Scale(0, 10, "bar", 5, 4),
            new Scale(0, 16, "bar", 8, 4),
            new Scale(0, 25, "bar", 5, 5),
            new Scale(0, 40, "bar", 4, 10),
            new Scale(-1, 3, "bar", 4, 5),
            new Scale(-1, 9, "bar", 10, 2),
            new Scale(0, 30, "psi", 6, 5),
            new Scale(0, 60, "psi", 6, 5),
            new Scale(0, 100, "psi", 10, 5),
            new Scale(0, 160, "psi", 8, 4),
            new Scale(0, 300, "psi", 6, 5),
            new Scale(0, 100, "kPa", 5, 10),
            new Scale(0, 250, "kPa", 5, 5),
            new Scale(0, 600, "kPa", 6, 5),
            new Scale(-30, 50, "°C", 8, 5),
            new Scale(-20, 60, "°C", 8, 2),
            new Scale(0, 100, "°C", 10, 2),
            new Scale(0, 120, "°C", 6, 4),
            new Scale(0, 200, "°C", 4, 5),
            new Scale(0, 100, "%", 10, 2),
            new Scale(0, 100, "%", 4, 5),
            new Scale(0, 300, "V", 6, 5),
            new Scale(0, 5, "A", 5, 4),
            new Scale(0, 50, "A", 5, 2),
            new Scale(0, 8, "krpm", 8, 2),
            new Scale(0, 3000, "rpm", 6, 5),
            new Scale(0, 20, "kN", 10, 2),
            new Scale(0, 40, "m/s", 8, 5),
            new Scale(0, 12, "l/min", 6, 4));

    public Scale {
        if (!(Double.isFinite(min) && Double.isFinite(max) && min < max)) {
            throw new IllegalArgumentException("scale runs from %s to %s, which is not upwards".formatted(min, max));
        }
        if (unit.isBlank()) {
            throw new IllegalArgumentException("scale has no unit");
        }
        if (majorDivisions < 2 || majorDivisions > 20) {
            throw new IllegalArgumentException("%d major divisions, outside 2..20".formatted(majorDivisions));
        }
        if (minorDivisions < 1 || minorDivisions > 10) {
            throw new IllegalArgumentException("%d minor divisions, outside 1..10".formatted(minorDivisions));
        }
    }

    /** The value at {@code fraction} of full scale. */
    public double reading(double fraction) {
        return min + fraction * (max - min);
    }

    /** The number printed at the major tick {@code index}, with as many decimals as the steps need. */
    String label(int index) {
        double step = (max - min) / majorDivisions;
        double value = reading((double) index / majorDivisions);
        boolean whole = Math.abs(step - Math.rint(step)) < 1e-9;
        return whole ? Long.toString(Math.round(value)) : String.format(Locale.ROOT, "%.1f", value);
    }
}
