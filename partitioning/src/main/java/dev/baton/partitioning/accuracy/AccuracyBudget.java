package dev.baton.partitioning.accuracy;

import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;

/**
 * How much a codec may change a model's answers.
 *
 * @param agreement for classifications: the least share of samples with the whole model's likeliest class, 0..1
 * @param relativeError for other outputs: the largest mean relative error, such as 0.01
 */
public record AccuracyBudget(double agreement, double relativeError) {
    /** 99 of 100 answers as the whole model gives them, or an error of a hundredth. */
    public static final AccuracyBudget USUAL = new AccuracyBudget(0.99, 0.01);

    public AccuracyBudget {
        if (!(agreement >= 0 && agreement <= 1) || !(relativeError >= 0)) {
            throw new IllegalArgumentException(
                    "accuracy budget with agreement %s and relative error %s: expected 0 to 1, and no negative error"
                            .formatted(agreement, relativeError));
        }
    }

    /** Whether what was measured keeps to this. */
    public boolean admits(Metric metric, Answers answers) {
        return switch (metric) {
            case TOP1 -> answers.agreement() >= agreement;
            case RELATIVE_ERROR -> answers.relativeError() <= relativeError;
        };
    }
}
