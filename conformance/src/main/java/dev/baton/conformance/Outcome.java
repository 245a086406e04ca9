package dev.baton.conformance;

import java.util.Optional;

/**
 * What came of one row.
 *
 * @param row     its name
 * @param carrier {@code gRPC} or {@code REST}
 * @param problem what was expected and what came instead; empty when all is well
 */
public record Outcome(String row, String carrier, Optional<String> problem) {

    public boolean isFine() {
        return problem.isEmpty();
    }
}
