package dev.baton.partitioning.splitpackage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.baton.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * A model output that answers the model's question early in the network, and how sure it must be to be the answer.
 *
 * @param output the exit: a floating-point output that holds a score for each class; where it has two or more dimensions, for
 *     each of the first
 * @param threshold of {@link #confidence}, above 0 and at most 1: the exit answers from there on
 * @param measure how sure scores are
 * @param scores what the exit gives
 */
public record EarlyExit(String output, double threshold, Measure measure, Scores scores) {

    /*
     * BranchyNet (Teerapittayanon, McDanel, Kung: ICPR 2016) leaves at a branch whose softmax has an entropy below a threshold;
     * SPINN (Laskaridis et al.: MobiCom 2020) where its highest softmax probability is above one, which Hendrycks and Gimpel
     * (ICLR 2017) found to tell right answers from wrong ones as well. Entropy is turned round and divided by the largest
     * possible here, so that both measures go from 0 to 1, and 1 is sure, whatever the number of classes.
     */

    /** How sure a distribution over classes is, from 0 to 1. */
    public enum Measure {
        /** The highest probability. */
        PROBABILITY,
        /** 1 − entropy / ln(classes): 0 where all classes are equally likely. */
        ENTROPY
    }

    /** What an exit's numbers are. */
    public enum Scores {
        /** Before softmax, or before the sigmoid where there is one number. */
        LOGITS,
        /** Of the classes; one number alone is that of one of two classes. */
        PROBABILITIES
    }

    public EarlyExit {
        if (output.isEmpty()) {
            throw new IllegalArgumentException("exit.output is empty: expected the name of a model output");
        }
        if (!(threshold > 0 && threshold <= 1)) {
            throw new IllegalArgumentException(
                    "exit.threshold %s: expected a number above 0, at most 1".formatted(threshold));
        }
    }

    /** As descriptions and manifests have it: without a measure the highest probability, without kind of scores logits. */
    @JsonCreator
    static EarlyExit read(
            @JsonProperty("output") String output,
            @JsonProperty("threshold") double threshold,
            @JsonProperty("measure") Optional<Measure> measure,
            @JsonProperty("scores") Optional<Scores> scores) {
        return new EarlyExit(output, threshold, measure.orElse(Measure.PROBABILITY), scores.orElse(Scores.LOGITS));
    }

    /** Of the least sure row, from 0 to 1; NaN where a score is not a finite number, and 0 where there is none. */
    public double confidence(Tensor given) {
        double[] values = given.toDoubles();
        int rows = given.shape().rank() < 2 ? 1 : Math.toIntExact(given.shape().dimension(0));
        if (values.length == 0) {
            return 0;
        }
        if (!Arrays.stream(values).allMatch(Double::isFinite)) {
            return Double.NaN;
        }
        int classes = values.length / rows;
        double least = 1;
        for (int row = 0; row < rows; row++) {
            double[] probabilities = probabilities(Arrays.copyOfRange(values, row * classes, (row + 1) * classes));
            least = Math.min(least, confidence(probabilities));
        }
        return least;
    }

    /** Whether this confidence is enough; NaN never is. */
    public boolean isEnough(double confidence) {
        return confidence >= threshold;
    }

    private double[] probabilities(double[] row) {
        if (row.length == 1) {
            double one = scores == Scores.LOGITS ? 1 / (1 + Math.exp(-row[0])) : row[0];
            return new double[] {one, 1 - one};
        }
        if (scores == Scores.PROBABILITIES) {
            return row;
        }
        double highest = Arrays.stream(row).max().orElseThrow();
        double[] powers =
                Arrays.stream(row).map(logit -> Math.exp(logit - highest)).toArray();
        double sum = Arrays.stream(powers).sum();
        return Arrays.stream(powers).map(power -> power / sum).toArray();
    }

    private double confidence(double[] probabilities) {
        return switch (measure) {
            case PROBABILITY -> Arrays.stream(probabilities).max().orElseThrow();
            case ENTROPY -> {
                double entropy = Arrays.stream(probabilities)
                        .map(p -> p == 0 ? 0 : -p * Math.log(p))
                        .sum();
                yield Math.clamp(1 - entropy / Math.log(probabilities.length), 0, 1);
            }
        };
    }
}
