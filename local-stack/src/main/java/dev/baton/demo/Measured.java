package dev.baton.demo;

import dev.baton.clients.Answer;
import dev.baton.clients.Provenance;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What requests under one placement showed. Times in milliseconds.
 *
 * @param requests      sent
 * @param failures      of them
 * @param p50           of the whole request, as the client saw it; NaN without answers
 * @param p95           likewise
 * @param bytesSent     mean, by the edge node to the broker
 * @param stages        mean of each stage that took time
 * @param meanError     mean absolute error against the truth, as a fraction of full scale; for readings with known truth
 * @param sameTop       share of answers whose first class is the whole model's; for classifications
 * @param maxDifference largest relative difference from the whole model's answers
 */
public record Measured(
        String placement,
        String codec,
        int requests,
        int failures,
        double p50,
        double p95,
        double bytesSent,
        Map<String, Double> stages,
        Optional<Double> meanError,
        Optional<Double> sameTop,
        double maxDifference) {

    static Measured of(
            String placement, String codec, List<Sample> samples, WholeModel whole, Interpreter interpreter) {
        List<Answer> answers =
                samples.stream().flatMap(sample -> sample.answer().stream()).toList();
        double[] millis = answers.stream()
                .mapToDouble(answer -> answer.took().toNanos() / 1e6)
                .sorted()
                .toArray();
        return new Measured(
                placement,
                codec,
                samples.size(),
                samples.size() - answers.size(),
                quantile(millis, 0.5),
                quantile(millis, 0.95),
                answers.stream()
                        .mapToLong(answer -> answer.provenance().bytesSent())
                        .average()
                        .orElse(0),
                stages(answers),
                mean(samples.stream()
                        .filter(Sample::answered)
                        .map(sample -> interpreter.error(
                                sample.picture(), sample.answer().orElseThrow().outputs()))
                        .toList()),
                mean(samples.stream()
                        .filter(Sample::answered)
                        .map(sample -> interpreter.sameTop(
                                sample.answer().orElseThrow().outputs(), whole.answer(sample.picture())))
                        .toList()),
                samples.stream()
                        .filter(Sample::answered)
                        .mapToDouble(sample -> whole.difference(
                                sample.picture(), sample.answer().orElseThrow().outputs()))
                        .max()
                        .orElse(0));
    }

    private static Map<String, Double> stages(List<Answer> answers) {
        Map<String, Double> means = new LinkedHashMap<>();
        for (String stage : Provenance.STAGES) {
            double mean = answers.stream()
                    .mapToDouble(answer -> answer.provenance().stage(stage))
                    .average()
                    .orElse(0);
            if (mean > 0) {
                means.put(stage, mean);
            }
        }
        return means;
    }

    private static Optional<Double> mean(List<OptionalDouble> values) {
        OptionalDouble mean = values.stream()
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .average();
        return mean.isPresent() ? Optional.of(mean.getAsDouble()) : Optional.empty();
    }

    /** By the nearest rank. */
    static double quantile(double[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.clamp(rank, 1, sorted.length) - 1];
    }

    double stage(String name) {
        return stages.getOrDefault(name, 0.0);
    }
}
