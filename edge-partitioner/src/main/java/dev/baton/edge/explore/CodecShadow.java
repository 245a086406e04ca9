package dev.baton.edge.explore;

import dev.baton.edge.measure.ModelMeasurements.EncodingKey;
import dev.baton.edge.model.ServedModel;
import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A request that the cloud answered from a lossy activation, to be finished here from the exact one. No byte of it travels.
 *
 * @param crossing exact, as the head made it
 * @param answer   the cloud's outputs
 */
record CodecShadow(ServedModel model, EncodingKey key, Map<String, Tensor> crossing, Map<String, Tensor> answer) {

    /** Where the output is no list of classes, answers with this relative error count as the same. */
    private static final double SAME = AccuracyBudget.USUAL.relativeError();

    private static final int MOST_RANK_OF_CLASSES = 2;

    long bytes() {
        return crossing.values().stream().mapToLong(Tensor::byteSize).sum()
                + answer.values().stream().mapToLong(Tensor::byteSize).sum();
    }

    /** Runs the tail and tells the model's agreements. */
    void finish() {
        Map<String, Tensor> exact = new LinkedHashMap<>(crossing);
        exact.putAll(
                key.splitPoint() == 0
                        ? model.runWhole(crossing).outputs()
                        : model.runTail(key.splitPoint(), crossing).outputs());
        double error = 0;
        Optional<Boolean> sameHighest = Optional.empty();
        for (Map.Entry<String, Tensor> output : answer.entrySet()) {
            Tensor expected = exact.get(output.getKey());
            Tensor got = output.getValue();
            if (expected == null
                    || !expected.shape().equals(got.shape())
                    || !expected.type().isFloat()) {
                continue;
            }
            error = Math.max(error, relativeError(expected, got));
            if (sameHighest.isEmpty() && expected.shape().rank() <= MOST_RANK_OF_CLASSES) {
                sameHighest = Optional.of(sameHighest(expected, got));
            }
        }
        model.measurements().agreements().compared(key, sameHighest.orElse(error <= SAME), error);
    }

    private static double relativeError(Tensor expected, Tensor got) {
        double[] exact = expected.toDoubles();
        double[] other = got.toDoubles();
        double different = 0;
        double size = 0;
        for (int i = 0; i < exact.length; i++) {
            different += (exact[i] - other[i]) * (exact[i] - other[i]);
            size += exact[i] * exact[i];
        }
        double relative = different == 0 ? 0 : Math.sqrt(different / size);
        return Double.isFinite(relative) ? relative : 1;
    }

    private static boolean sameHighest(Tensor expected, Tensor got) {
        double[] exact = expected.toDoubles();
        double[] other = got.toDoubles();
        int rank = expected.shape().rank();
        int classes =
                rank == 0 ? 1 : Math.toIntExact(expected.shape().dimensions().get(rank - 1));
        for (int row = 0; row + classes <= exact.length; row += classes) {
            if (highest(exact, row, classes) != highest(other, row, classes)) {
                return false;
            }
        }
        return true;
    }

    private static int highest(double[] values, int from, int count) {
        int highest = from;
        for (int i = from + 1; i < from + count; i++) {
            highest = values[i] > values[highest] ? i : highest;
        }
        return highest;
    }
}
