package dev.baton.edge.model;

import dev.baton.edge.measure.ModelMeasurements;
import dev.baton.edge.measure.Summary;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.ModelVersion;
import java.util.Optional;
import java.util.OptionalLong;

/** The heads of one model, each of which holds the one before: none can take longer than a later one. */
final class NestedHeads {

    /** Measurements scatter; and a file of its own is optimised on its own. */
    private static final double SCATTER = 1.5;

    /*
     * Upwards, the work of operators says what to expect, but not well: a convolution of depth moves more bytes for its
     * operations than a dense one. So the bound is loose, and heads with little of the work do not count, as much of their time
     * is none of it.
     */
    private static final double LOOSE = 3;
    private static final double LEAST_SHARE = 0.2;

    private final double[] shares;

    NestedHeads(Manifest manifest, String version) {
        this.shares = ModelProfile.of(
                        new ModelVersion(manifest.model(), version), manifest, OptionalLong.empty(), Optional.empty())
                .points()
                .stream()
                .mapToDouble(ModelProfile.Point::headShare)
                .toArray();
    }

    /** Whether the head's time can be right beside those of the others. */
    boolean isPlausible(int splitPoint, ModelMeasurements measurements) {
        double micros = micros(splitPoint, measurements);
        for (int other = 1; other < shares.length; other++) {
            if (other != splitPoint && micros > bound(splitPoint, other, micros(other, measurements))) {
                return false;
            }
        }
        return true;
    }

    /** What the head takes at most where another one takes {@code otherMicros}. */
    private double bound(int splitPoint, int other, double otherMicros) {
        if (otherMicros == 0) {
            return Double.POSITIVE_INFINITY;
        }
        if (other > splitPoint) {
            return SCATTER * otherMicros;
        }
        return shares[other] < LEAST_SHARE
                ? Double.POSITIVE_INFINITY
                : LOOSE * otherMicros * shares[splitPoint] / shares[other];
    }

    private static double micros(int splitPoint, ModelMeasurements measurements) {
        return measurements.headMicros(splitPoint).map(Summary::p50).orElse(0.0);
    }
}
