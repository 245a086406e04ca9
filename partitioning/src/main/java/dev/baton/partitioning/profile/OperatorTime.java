package dev.baton.partitioning.profile;

import dev.baton.partitioning.splitpackage.OperatorEntry;
import java.util.OptionalLong;

/**
 * What one operator took, with what it costs. An operator that the engine removed or merged into another took 0.
 *
 * @param number its place in the source file's list of nodes, from 0
 * @param kind the kind of operator, such as {@code Conv}
 * @param flops operations for the probe input; empty when unknown
 * @param bytes size of the constants it reads and the tensors it makes
 * @param micros the mean of the middle half of the runs, in microseconds
 * @param runs how many there were; 0 where the engine never ran it
 */
public record OperatorTime(int number, String kind, OptionalLong flops, long bytes, double micros, int runs) {
    public OperatorTime {
        if (number < 0 || kind.isEmpty() || bytes < 0 || !(micros >= 0) || runs < 0) {
            throw new IllegalArgumentException("operator %d '%s': %d bytes, %s µs, %d runs: expected no negative value"
                    .formatted(number, kind, bytes, micros, runs));
        }
    }

    /** The time of an operator that a manifest lists. */
    public static OperatorTime of(OperatorEntry operator, double micros, int runs) {
        return new OperatorTime(operator.number(), operator.kind(), operator.flops(), bytes(operator), micros, runs);
    }

    /** What an operator moves, as far as its entry says: the constants it reads and the tensors it makes. */
    static long bytes(OperatorEntry operator) {
        return Math.addExact(operator.weightBytes(), operator.activationBytes());
    }
}
