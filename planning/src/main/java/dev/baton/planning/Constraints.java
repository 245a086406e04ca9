package dev.baton.planning;

import dev.baton.partitioning.Placement;
import dev.baton.partitioning.accuracy.AccuracyBudget;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an alternative must satisfy, whatever it gains.
 *
 * @param latencyTarget what a request may take, at a quantile; empty when it may take any time
 * @param accuracy how much a codec may change answers
 * @param edgeMemoryBytes what a head, or the whole model, may take on the edge node; empty when anything
 * @param maxRecordBytes largest record that the broker takes
 * @param rawInputStaysOnDevice whether neither a model input nor the client's picture may leave the edge node
 * @param minimumDepth operators that must run on the edge node before anything leaves it; empty when none must
 * @param allowedPlacements {@code edge-only}, {@code cloud-only}, {@code split} (any) or {@code split:N}; empty when all are
 */
public record Constraints(
        Optional<LatencyTarget> latencyTarget,
        AccuracyBudget accuracy,
        OptionalLong edgeMemoryBytes,
        long maxRecordBytes,
        boolean rawInputStaysOnDevice,
        OptionalInt minimumDepth,
        Set<String> allowedPlacements) {
    /** Largest record of every service unless set otherwise. */
    public static final long USUAL_RECORD_BYTES = 32L << 20;

    /** Only what always holds: the usual accuracy budget and record size. */
    public static final Constraints USUAL = new Constraints(
            Optional.empty(),
            AccuracyBudget.USUAL,
            OptionalLong.empty(),
            USUAL_RECORD_BYTES,
            false,
            OptionalInt.empty(),
            Set.of());

    /**
     * A duration that a share of requests must keep to.
     *
     * @param quantile such as 0.95
     */
    public record LatencyTarget(Duration within, double quantile) {
        public LatencyTarget {
            if (within.isNegative() || within.isZero()) {
                throw new IllegalArgumentException(
                        "constraints.latencyTarget.within must be positive, but was " + within);
            }
            if (!(quantile >= 0.5 && quantile < 1)) {
                throw new IllegalArgumentException(
                        "constraints.latencyTarget.quantile must lie in [0.5, 1), but was " + quantile);
            }
        }

        double micros() {
            return within.toNanos() / 1e3;
        }
    }

    public Constraints {
        allowedPlacements = Set.copyOf(new TreeSet<>(allowedPlacements));
        allowedPlacements.forEach(Constraints::requirePlacement);
        if (edgeMemoryBytes.isPresent() && edgeMemoryBytes.getAsLong() < 1) {
            throw new IllegalArgumentException(
                    "constraints.edgeMemoryBytes must be positive, but was " + edgeMemoryBytes.getAsLong());
        }
        if (maxRecordBytes < 1) {
            throw new IllegalArgumentException(
                    "constraints.maxRecordBytes must be positive, but was " + maxRecordBytes);
        }
        if (minimumDepth.isPresent() && minimumDepth.getAsInt() < 0) {
            throw new IllegalArgumentException(
                    "constraints.minimumDepth must not be negative, but was " + minimumDepth.getAsInt());
        }
    }

    private static void requirePlacement(String id) {
        if (id.equals("split")) {
            return;
        }
        try {
            Placement.parse(id);
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException(
                    "constraints.allowedPlacements must be edge-only, cloud-only, split or split:N, but one was \"%s\""
                            .formatted(id),
                    unknown);
        }
    }

    public Constraints withLatencyTarget(Duration within, double quantile) {
        return new Constraints(
                Optional.of(new LatencyTarget(within, quantile)),
                accuracy,
                edgeMemoryBytes,
                maxRecordBytes,
                rawInputStaysOnDevice,
                minimumDepth,
                allowedPlacements);
    }

    public Constraints withAccuracy(AccuracyBudget budget) {
        return new Constraints(
                latencyTarget,
                budget,
                edgeMemoryBytes,
                maxRecordBytes,
                rawInputStaysOnDevice,
                minimumDepth,
                allowedPlacements);
    }

    public Constraints withEdgeMemoryBytes(long bytes) {
        return new Constraints(
                latencyTarget,
                accuracy,
                OptionalLong.of(bytes),
                maxRecordBytes,
                rawInputStaysOnDevice,
                minimumDepth,
                allowedPlacements);
    }

    public Constraints withMaxRecordBytes(long bytes) {
        return new Constraints(
                latencyTarget,
                accuracy,
                edgeMemoryBytes,
                bytes,
                rawInputStaysOnDevice,
                minimumDepth,
                allowedPlacements);
    }

    public Constraints withRawInputOnDevice() {
        return new Constraints(
                latencyTarget, accuracy, edgeMemoryBytes, maxRecordBytes, true, minimumDepth, allowedPlacements);
    }

    public Constraints withMinimumDepth(int operators) {
        return new Constraints(
                latencyTarget,
                accuracy,
                edgeMemoryBytes,
                maxRecordBytes,
                rawInputStaysOnDevice,
                OptionalInt.of(operators),
                allowedPlacements);
    }

    public Constraints withAllowedPlacements(Set<String> placements) {
        return new Constraints(
                latencyTarget,
                accuracy,
                edgeMemoryBytes,
                maxRecordBytes,
                rawInputStaysOnDevice,
                minimumDepth,
                placements);
    }
}
