package dev.baton.planning.replay;

import java.util.List;

/**
 * What a replay found.
 *
 * @param trace what was replayed, for people
 * @param seconds from the first request to the last
 * @param policies beside each other, ours first and the oracle last
 * @param changes of our plan
 * @param timeline what happened when
 */
public record ReplayResult(
        String trace, double seconds, List<PolicyResult> policies, List<PlanChange> changes, Timeline timeline) {
    public ReplayResult {
        policies = List.copyOf(policies);
        changes = List.copyOf(changes);
    }

    /** The policy of this name. */
    public PolicyResult policy(String name) {
        return policies.stream()
                .filter(result -> result.policy().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("policy '%s': expected one of %s"
                        .formatted(
                                name,
                                policies.stream().map(PolicyResult::policy).toList())));
    }

    /** Ours. */
    public PolicyResult ours() {
        return policy(PolicyResult.BATON);
    }

    /**
     * What happened when.
     *
     * @param stepSeconds between two values of {@code uplinkMbits}
     * @param uplinkMbits what the link could carry
     * @param latencies of each policy
     */
    public record Timeline(double stepSeconds, List<Double> uplinkMbits, List<Latencies> latencies) {
        public Timeline {
            uplinkMbits = List.copyOf(uplinkMbits);
            latencies = List.copyOf(latencies);
        }
    }

    /**
     * Latency over time.
     *
     * @param policy whose
     * @param seconds when requests came, or the first of several that were taken together
     * @param millis what they took; the largest of several that were taken together
     */
    public record Latencies(String policy, List<Double> seconds, List<Double> millis) {
        public Latencies {
            seconds = List.copyOf(seconds);
            millis = List.copyOf(millis);
        }
    }
}
