package dev.baton.partitioning.splitpackage;

/**
 * How closely tail(head(x)) equals the whole model on the probe input.
 *
 * @param bitExact whether every bit of every output agrees with the engine's layout changes off
 * @param maxRelativeDifference with every optimisation on: the largest over the outputs of max|a−b| / max|b|
 */
public record Parity(boolean bitExact, double maxRelativeDifference) {
    public Parity {
        if (!(maxRelativeDifference >= 0)) {
            throw new IllegalArgumentException(
                    "relative difference %s: expected 0 or more".formatted(maxRelativeDifference));
        }
    }
}
