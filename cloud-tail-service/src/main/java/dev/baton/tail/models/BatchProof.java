package dev.baton.tail.models;

import dev.baton.inference.InferenceException;
import dev.baton.tensor.Rows;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Whether a tail gives each of several requests that run together what it gives it alone. */
final class BatchProof {

    /*
     * That the first dimension of every input may vary does not say so: it may be something else than a batch, a graph may
     * have the size 1 written into one of its operators, and may mix what it finds in one batch. So it is tried, with two
     * requests that differ. Kernels for larger batches add in another order, hence the tolerance: that for placements.
     */
    private static final double RELATIVE_TOLERANCE = 1e-4;

    private BatchProof() {}

    /** Outputs of {@code one} and of {@code other} alone are compared with those of both together. */
    static boolean holds(TailSession tail, Map<String, Tensor> one, Map<String, Tensor> other) {
        if (!mayVary(tail.inputs().values()) || !haveOneRow(one) || !haveOneRow(other)) {
            return false;
        }
        try {
            Map<String, Tensor> together = tail.run(join(one, other)).outputs();
            return isPart(together, 0, tail.run(one).outputs())
                    && isPart(together, 1, tail.run(other).outputs());
        } catch (InferenceException | IllegalArgumentException cannotRunTogether) {
            return false;
        }
    }

    static Map<String, Tensor> join(Map<String, Tensor> one, Map<String, Tensor> other) {
        Map<String, Tensor> joined = new LinkedHashMap<>();
        one.forEach((name, tensor) ->
                joined.put(name, Rows.join(List.of(tensor, Objects.requireNonNull(other.get(name), name)))));
        return joined;
    }

    private static boolean mayVary(Iterable<TensorSpec> inputs) {
        for (TensorSpec input : inputs) {
            if (input.shape().rank() == 0 || input.shape().dimension(0) != Shape.VARIABLE) {
                return false;
            }
        }
        return true;
    }

    private static boolean haveOneRow(Map<String, Tensor> request) {
        return request.values().stream().allMatch(tensor -> tensor.shape().rank() > 0 && Rows.of(tensor) == 1);
    }

    private static boolean isPart(Map<String, Tensor> together, int row, Map<String, Tensor> alone) {
        return alone.entrySet().stream().allMatch(output -> {
            Tensor both = Objects.requireNonNull(together.get(output.getKey()));
            Tensor own = output.getValue();
            return own.shape().rank() > 0
                    && Rows.of(own) == 1
                    && both.shape().rank() > 0
                    && Rows.of(both) == 2
                    && isClose(Rows.part(both, row, 1), own);
        });
    }

    private static boolean isClose(Tensor part, Tensor alone) {
        if (!part.shape().equals(alone.shape())) {
            return false;
        }
        double tolerance = alone.type().isFloat() ? RELATIVE_TOLERANCE * largest(alone) : 0;
        return part.maxAbsoluteDifference(alone) <= tolerance;
    }

    private static double largest(Tensor tensor) {
        return Arrays.stream(tensor.toDoubles())
                .map(Math::abs)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
    }
}
