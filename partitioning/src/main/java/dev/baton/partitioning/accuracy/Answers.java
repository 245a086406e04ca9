package dev.baton.partitioning.accuracy;

import java.util.OptionalDouble;

/**
 * How a model's answers compare with what the whole model answers to the same samples.
 *
 * @param agreement share of samples, 0..1: for classifications those with the whole model's likeliest class, for other outputs
 *     those whose relative error is within the budget
 * @param accuracy share of samples whose likeliest class is a right one; absent without labels
 * @param crossEntropy for classifications, mean, in nats: against the labels where there are any, otherwise against the whole
 *     model's distribution; absent for other outputs
 * @param meanSquaredError mean over samples of the mean over all elements of the outputs
 * @param relativeError mean over samples of |difference| / |whole model's output|, Euclidean norms, of the output where it is
 *     largest; 1 where an output that should be 0 is not, or is not finite
 */
public record Answers(
        double agreement,
        OptionalDouble accuracy,
        OptionalDouble crossEntropy,
        double meanSquaredError,
        double relativeError) {}
