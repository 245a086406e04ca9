package dev.baton.planning.device;

import java.math.BigDecimal;

/**
 * A number and where it is from.
 *
 * @param value in the unit that its name says
 * @param source who measured or published it, or what it was estimated from
 * @param estimate whether nobody measured it on that device
 */
public record Quantity(double value, String source, boolean estimate) {
    public Quantity {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    "%s (%s): expected a finite number of 0 or more".formatted(value, source));
        }
        if (source.isBlank()) {
            throw new IllegalArgumentException(
                    "%s without a source: name who measured it, or say how it was estimated".formatted(value));
        }
    }

    @Override
    public String toString() {
        String plain = BigDecimal.valueOf(value).stripTrailingZeros().toPlainString(); // bytes are no 8.6E9
        return (estimate ? "about " : "") + plain + " (" + source + ")";
    }
}
