package dev.baton.evaluate;

import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.partitioning.accuracy.Answers;
import dev.baton.tensor.Tensor;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** Compares answers with the whole model's, sample after sample. */
final class AnswerMeter {
    /** Probability that is never reported as less: one wrong answer given as impossible must not make a mean infinite. */
    private static final double LEAST_PROBABILITY = 1e-12;

    private final Metric metric;
    private final String classes;
    private final AccuracyBudget budget;
    private long samples;
    private long agreeing;
    private long labelled;
    private long right;
    private double crossEntropy;
    private double squaredError;
    private double relativeError;

    /** @param classes the output that holds a classification; of no meaning for another metric */
    AnswerMeter(Metric metric, String classes, AccuracyBudget budget) {
        this.metric = metric;
        this.classes = classes;
        this.budget = budget;
    }

    void add(Map<String, Tensor> whole, Map<String, Tensor> answer, Sample sample) {
        samples++;
        double difference = compare(whole, answer);
        if (metric == Metric.RELATIVE_ERROR) {
            agreeing += difference <= budget.relativeError() ? 1 : 0;
            return;
        }
        double[] expected = output(whole).toDoubles();
        double[] got = output(answer).toDoubles();
        int likeliest = likeliest(got);
        agreeing += likeliest == likeliest(expected) ? 1 : 0;
        Set<Integer> labels = sample.labels();
        double[] logarithms = logProbabilities(got);
        if (labels.isEmpty()) {
            double[] distribution = logProbabilities(expected);
            for (int i = 0; i < distribution.length; i++) {
                crossEntropy -= Math.exp(distribution[i]) * logarithms[i];
            }
            return;
        }
        labelled++;
        right += labels.contains(likeliest) ? 1 : 0;
        double probability = 0;
        for (int label : labels) {
            if (label >= logarithms.length) {
                throw new BadDataSetException("%s has the label %d, but output '%s' has %d classes"
                        .formatted(sample.name(), label, classes, logarithms.length));
            }
            probability += Math.exp(logarithms[label]);
        }
        crossEntropy -= Math.log(Math.max(probability, LEAST_PROBABILITY));
    }

    private Tensor output(Map<String, Tensor> outputs) {
        Tensor found = outputs.get(classes);
        if (found == null) {
            throw new IllegalStateException("output '%s' is not among %s".formatted(classes, outputs.keySet()));
        }
        return found;
    }

    /** Adds the errors of one sample; gives its relative error. */
    private double compare(Map<String, Tensor> whole, Map<String, Tensor> answer) {
        double squares = 0;
        long elements = 0;
        double largest = 0;
        for (Map.Entry<String, Tensor> output : whole.entrySet()) {
            Tensor other = answer.get(output.getKey());
            if (other == null || !other.shape().equals(output.getValue().shape())) {
                throw new IllegalStateException("output '%s' is %s, but the whole model's %s"
                        .formatted(output.getKey(), other, output.getValue()));
            }
            double[] expected = values(output.getValue());
            double[] got = values(other);
            double different = 0;
            double size = 0;
            for (int i = 0; i < expected.length; i++) {
                if (Double.compare(expected[i], got[i]) != 0) {
                    different += (got[i] - expected[i]) * (got[i] - expected[i]);
                }
                size += Double.isFinite(expected[i]) ? expected[i] * expected[i] : 0;
            }
            squares += Double.isFinite(different) ? different : 0;
            elements += expected.length;
            double relative = different == 0 ? 0 : Math.sqrt(different / size);
            largest = Math.max(largest, Double.isFinite(relative) ? relative : 1);
        }
        squaredError += elements == 0 ? 0 : squares / elements;
        relativeError += largest;
        return largest;
    }

    private static double[] values(Tensor tensor) {
        if (tensor.type().isFloat()) {
            return tensor.toDoubles();
        }
        long[] integers = tensor.toLongs();
        double[] values = new double[integers.length];
        for (int i = 0; i < integers.length; i++) {
            values[i] = integers[i];
        }
        return values;
    }

    private static int likeliest(double[] values) {
        int likeliest = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[likeliest]) {
                likeliest = i;
            }
        }
        return likeliest;
    }

    /** Of values that are probabilities already, or of logits. */
    private static double[] logProbabilities(double[] values) {
        double sum = 0;
        double largest = Double.NEGATIVE_INFINITY;
        boolean negative = false;
        for (double value : values) {
            sum += value;
            largest = Math.max(largest, value);
            negative |= value < 0;
        }
        double[] logarithms = new double[values.length];
        boolean areProbabilities = !negative && Math.abs(sum - 1) < 1e-3;
        double exponentials = 0;
        for (double value : values) {
            exponentials += Math.exp(value - largest);
        }
        for (int i = 0; i < values.length; i++) {
            logarithms[i] = areProbabilities
                    ? Math.log(Math.max(values[i], LEAST_PROBABILITY))
                    : Math.max(values[i] - largest - Math.log(exponentials), Math.log(LEAST_PROBABILITY));
        }
        return logarithms;
    }

    Answers answers() {
        boolean classified = metric == Metric.TOP1;
        return new Answers(
                (double) agreeing / samples,
                classified && labelled > 0 ? OptionalDouble.of((double) right / labelled) : OptionalDouble.empty(),
                classified ? OptionalDouble.of(crossEntropy / samples) : OptionalDouble.empty(),
                squaredError / samples,
                relativeError / samples);
    }
}
