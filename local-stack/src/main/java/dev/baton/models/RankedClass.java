package dev.baton.models;

import dev.baton.tensor.Tensor;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One class of a classification.
 *
 * @param number index in the output
 * @param label  its name, or its number where names are unknown
 * @param score  as the model gives it: a probability or a logit
 */
public record RankedClass(int number, String label, double score) {

    /** The {@code count} classes with the highest score, best first. */
    public static List<RankedClass> top(Tensor scores, int count, List<String> labels) {
        float[] values = scores.toFloats();
        return IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -values[i]))
                .limit(count)
                .map(i -> new RankedClass(i, i < labels.size() ? labels.get(i) : "class " + i, values[i]))
                .toList();
    }

    @Override
    public String toString() {
        return "%s (%.3f)".formatted(label, score);
    }
}
