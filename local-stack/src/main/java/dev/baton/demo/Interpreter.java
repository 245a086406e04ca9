package dev.baton.demo;

import dev.baton.models.RankedClass;
import dev.baton.partitioning.splitpackage.OutputMeaning;
import dev.baton.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Reads the model's answers as a person would. */
final class Interpreter {

    private static final int SHOWN_VALUES = 3;

    private final Optional<OutputMeaning> meaning;
    private final List<Picture> pictures;

    Interpreter(Optional<OutputMeaning> meaning, List<Picture> pictures) {
        this.meaning = meaning;
        this.pictures = pictures;
    }

    boolean isRegression() {
        return meaning.filter(output -> output.kind().equals("regression")).isPresent();
    }

    boolean isClassification() {
        return meaning.filter(output -> output.kind().equals("classification")).isPresent();
    }

    /** The best classes of an answer; none unless it is a classification. */
    List<RankedClass> top(Map<String, Tensor> outputs, int count) {
        return meaningful(outputs)
                .filter(tensor -> isClassification())
                .map(tensor -> RankedClass.top(
                        tensor, count, meaning.map(OutputMeaning::labels).orElse(List.of())))
                .orElse(List.of());
    }

    /** The distance of a reading from the truth, as a fraction of full scale. */
    OptionalDouble error(int picture, Map<String, Tensor> outputs) {
        Optional<Picture.Truth> truth = pictures.get(picture).truth();
        OptionalDouble reading = reading(outputs);
        return truth.isPresent() && reading.isPresent()
                ? OptionalDouble.of(Math.abs(reading.getAsDouble() - truth.get().fraction()))
                : OptionalDouble.empty();
    }

    /** 1 when both answers have the same first class, 0 when not. */
    OptionalDouble sameTop(Map<String, Tensor> outputs, Map<String, Tensor> whole) {
        List<RankedClass> first = top(outputs, 1);
        List<RankedClass> expected = top(whole, 1);
        return first.isEmpty() || expected.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        first.getFirst().number() == expected.getFirst().number() ? 1 : 0);
    }

    /** A few words: {@code reads 13.9 bar (true 13.88)}, {@code golden retriever (0.81)}. */
    String text(int picture, Map<String, Tensor> outputs) {
        List<RankedClass> top = top(outputs, 1);
        if (!top.isEmpty()) {
            return top.getFirst().toString();
        }
        OptionalDouble reading = reading(outputs);
        if (reading.isPresent()) {
            double value = reading.getAsDouble();
            return pictures.get(picture)
                    .truth()
                    .map(truth -> "%.2f of %.2f %s"
                            .formatted(truth.reading(value), truth.reading(truth.fraction()), truth.unit()))
                    .orElse("%.4f %s"
                            .formatted(
                                    value, meaning.flatMap(OutputMeaning::unit).orElse("")));
        }
        return outputs.entrySet().stream()
                .limit(SHOWN_VALUES)
                .map(output -> output.getKey() + " " + output.getValue())
                .reduce((a, b) -> a + ", " + b)
                .orElse("nothing");
    }

    private OptionalDouble reading(Map<String, Tensor> outputs) {
        return isRegression()
                ? meaningful(outputs)
                        .filter(tensor -> tensor.shape().elementCount() == 1)
                        .map(tensor -> OptionalDouble.of(tensor.toFloats()[0]))
                        .orElse(OptionalDouble.empty())
                : OptionalDouble.empty();
    }

    private Optional<Tensor> meaningful(Map<String, Tensor> outputs) {
        return meaning.map(output -> outputs.get(output.tensor()));
    }
}
