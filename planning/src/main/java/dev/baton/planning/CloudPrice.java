package dev.baton.planning;

/**
 * What a tail's time costs.
 *
 * @param perSecondOfTail price of one second of one worker
 * @param currency such as {@code USD}
 */
public record CloudPrice(double perSecondOfTail, String currency) {
    /** Where nobody set a price: cost is then the tail's time itself. */
    public static final CloudPrice SECONDS = new CloudPrice(1, "tail seconds");

    public CloudPrice {
        if (!Double.isFinite(perSecondOfTail) || perSecondOfTail < 0) {
            throw new IllegalArgumentException(
                    "price per second of tail must be finite and not negative, but was " + perSecondOfTail);
        }
        if (currency.isBlank()) {
            throw new IllegalArgumentException("a price must have a currency");
        }
    }

    public double of(double tailMicros) {
        return perSecondOfTail * tailMicros * 1e-6;
    }
}
