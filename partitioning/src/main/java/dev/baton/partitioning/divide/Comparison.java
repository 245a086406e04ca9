package dev.baton.partitioning.divide;

import dev.baton.tensor.Tensor;
import java.util.Map;

/** How far two answers of a model lie apart. */
final class Comparison {
    /** Below this size numbers count as zero, and differences are not blown up by dividing by them. */
    private static final double ZERO = 1e-6;

    private Comparison() {}

    /** Whether every bit of every output agrees; a NaN equals a NaN of the same bits. */
    static boolean bitEqual(Map<String, Tensor> answer, Map<String, Tensor> expected) {
        return answer.keySet().equals(expected.keySet())
                && expected.entrySet().stream().allMatch(entry -> {
                    Tensor found = answer.get(entry.getKey());
                    return found != null && found.bitEquals(entry.getValue());
                });
    }

    /**
     * The largest over the outputs of max|a−b| / max|b|; infinite when an output is missing or of another shape, or when one is
     * NaN or infinite where the other is not.
     */
    static double maxRelativeDifference(Map<String, Tensor> answer, Map<String, Tensor> expected) {
        double largest = 0;
        for (Map.Entry<String, Tensor> entry : expected.entrySet()) {
            Tensor found = answer.get(entry.getKey());
            largest = Math.max(largest, found == null ? Double.POSITIVE_INFINITY : relative(found, entry.getValue()));
        }
        return largest;
    }

    private static double relative(Tensor found, Tensor expected) {
        if (found.type() != expected.type() || !found.shape().equals(expected.shape())) {
            return Double.POSITIVE_INFINITY;
        }
        return found.maxAbsoluteDifference(expected) / Math.max(largestMagnitude(expected), ZERO);
    }

    private static double largestMagnitude(Tensor tensor) {
        double largest = 0;
        if (tensor.type().isFloat()) {
            for (double value : tensor.toDoubles()) {
                largest = Double.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
            }
        } else {
            for (long value : tensor.toLongs()) {
                largest = Math.max(largest, Math.abs((double) value));
            }
        }
        return largest;
    }
}
