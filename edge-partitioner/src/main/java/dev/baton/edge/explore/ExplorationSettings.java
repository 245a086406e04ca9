package dev.baton.edge.explore;

import java.time.Duration;

/**
 * How much of this edge node goes into learning.
 *
 * @param timeShare   of its time, at most
 * @param codecShare  of requests answered with a lossy codec that are finished here as well, to compare
 * @param codecAtLeast one of those in this time, where there are any
 * @param headsStaleAfter a head that was not measured for so long is run once
 */
public record ExplorationSettings(
        double timeShare, double codecShare, Duration codecAtLeast, Duration headsStaleAfter) {

    public ExplorationSettings {
        if (!(timeShare >= 0 && timeShare <= 1) || !(codecShare >= 0 && codecShare <= 1)) {
            throw new IllegalArgumentException(
                    "shares of time and requests must be 0 to 1, are %s and %s".formatted(timeShare, codecShare));
        }
    }
}
